package mgmt

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/definitions"
)

func (a *API) vhostRoutes(r chi.Router) {
	r.Get("/api/vhosts", a.asManager(a.vhosts))
	r.Get("/api/vhosts/{vhost}", a.inVhost(a.vhost))
	r.Put("/api/vhosts/{vhost}", a.as("administrator", a.putVhost))
	r.Delete("/api/vhosts/{vhost}", a.as("administrator", a.deleteVhost))
	r.Post("/api/vhosts/{vhost}/start/{node}", a.as("administrator", a.startVhost))
}

// vhost is a vhost as RabbitMQ's API shows it.
type vhost struct {
	Name             string               `json:"name"`
	Description      string               `json:"description"`
	Tags             definitions.Tags     `json:"tags"`
	DefaultQueueType string               `json:"default_queue_type"`
	Metadata         definitions.Metadata `json:"metadata"`
	Tracing          bool                 `json:"tracing"`
	Protected        bool                 `json:"protected_from_deletion"`
	ClusterState     map[string]string    `json:"cluster_state"` // by node
	*vhostNumbers
}

func (a *API) showVhost(v *broker.Vhost) vhost {
	m, _ := a.broker.VhostMetadata(v.Name) // nothing of a vhost just deleted
	m.DefaultQueueType = v.DefaultKind()
	return vhost{
		Name: v.Name, Description: m.Description, Tags: m.Tags, DefaultQueueType: m.DefaultQueueType, Metadata: m,
		Tracing: v.Tracing(), Protected: m.ProtectedFromDeletion,
		ClusterState: map[string]string{a.node: "running"},
	}
}

// visible are the vhosts that u may look into.
func (a *API) visible(u *auth.User) []*broker.Vhost {
	all := a.broker.Vhosts()
	list := all[:0]
	for _, v := range all {
		if a.sees(u, v.Name) {
			list = append(list, v)
		}
	}
	return list
}

// vhostsOf are the vhost of the path, or those that u may look into if it
// names none. It answers 404 for one that is not there.
func (a *API) vhostsOf(w http.ResponseWriter, r *http.Request, u *auth.User) ([]*broker.Vhost, bool) {
	if !given(r, "vhost") {
		return a.visible(u), true
	}
	v, err := a.broker.Vhost(parameter(r, "vhost"))
	if err != nil {
		notHere(w, r)
		return nil, false
	}
	return []*broker.Vhost{v}, true
}

func (a *API) vhosts(w http.ResponseWriter, r *http.Request, u *auth.User) {
	asked, ok := askedRanges(w, r)
	if !ok {
		return
	}
	detail := detailOf(r.URL.Query())
	name := func(v *broker.Vhost) string { return v.Name }
	list[*broker.Vhost]{
		name: name, order: []string{"name"},
		keys: map[string]func(*broker.Vhost) sorter{"name": func(v *broker.Vhost) sorter { return byText(v.Name) }},
		show: func(v *broker.Vhost) any { return a.showCounted(v, detail, &asked) },
	}.answer(w, r, a.visible(u))
}

func (a *API) vhost(w http.ResponseWriter, r *http.Request, _ *auth.User) {
	v, err := a.broker.Vhost(parameter(r, "vhost"))
	if err != nil {
		notHere(w, r)
		return
	}
	if asked, ok := askedRanges(w, r); ok {
		answerOne(w, r, a.showCounted(v, detailOf(r.URL.Query()), &asked))
	}
}

// putVhost makes a vhost, and lets its creator into it, who has an account
// unless it is the operator; or it changes what the body speaks of.
func (a *API) putVhost(w http.ResponseWriter, r *http.Request) {
	name, existed := parameter(r, "vhost"), a.hasVhost(r)
	in, ok := read(w, r, maxBodyBytes)
	if !ok || !fits(w, "name", name) {
		return
	}
	var m definitions.Metadata
	var tracing flag
	if record, err := a.broker.VhostRecord(name); err == nil {
		m, tracing = record.Metadata, flag(record.Tracing)
	}
	if !in.takeMetadata(w, &m) || !in.take(w, field{"tracing", &tracing, aFlag}) {
		return
	}
	b := a.acting(r)
	err := b.PutVhost(name, m)
	if err == nil {
		err = b.SetTracing(name, bool(tracing))
	}
	if err == nil && !existed && asker(r) != broker.Operator {
		err = b.SetPermission(asker(r).Name, name, auth.Permission{Configure: ".*", Write: ".*", Read: ".*"})
	}
	put(w, !existed, err)
}

// takeMetadata reads what is said of a vhost, at the top or under metadata.
func (b body) takeMetadata(w http.ResponseWriter, m *definitions.Metadata) bool {
	protected := flag(m.ProtectedFromDeletion)
	var metadata body
	if !b.take(w, field{"metadata", &metadata, anObject}) {
		return false
	}
	for _, from := range []body{metadata, b} {
		if !from.take(w,
			field{"description", &m.Description, aString}, field{"tags", &m.Tags, tagList},
			field{"default_queue_type", &m.DefaultQueueType, aString}, field{"defaultqueuetype", &m.DefaultQueueType, aString},
			field{"protected_from_deletion", &protected, aFlag}) {
			return false
		}
	}
	if m.DefaultQueueType == "undefined" {
		m.DefaultQueueType = ""
	}
	m.ProtectedFromDeletion = bool(protected)
	return true
}

func (a *API) deleteVhost(w http.ResponseWriter, r *http.Request) {
	if !a.hasVhost(r) {
		notHere(w, r)
		return
	}
	done(w, a.acting(r).DeleteVhost(parameter(r, "vhost")))
}

// startVhost finds a vhost started: one node's never stop.
func (a *API) startVhost(w http.ResponseWriter, r *http.Request) {
	if !a.hasVhost(r) {
		notHere(w, r)
		return
	}
	if a.hasNode(w, r) {
		done(w, nil)
	}
}
