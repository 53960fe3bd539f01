package mgmt

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/definitions"
)

func (a *API) topicPermissionRoutes(r chi.Router) {
	r.Get("/api/topic-permissions", a.as("administrator", a.topicPermissions))
	r.Get("/api/vhosts/{vhost}/topic-permissions", a.as("administrator", a.topicPermissions))
	r.Get("/api/users/{user}/topic-permissions", a.as("administrator", a.topicPermissions))
	const path = "/api/topic-permissions/{vhost}/{user}"
	r.Put(path, a.as("administrator", a.putTopicPermission))
	for _, path := range []string{path, path + "/{exchange}"} {
		r.Get(path, a.as("administrator", a.topicPermissionsOf))
		r.Delete(path, a.as("administrator", a.deleteTopicPermissions))
	}
}

// topicPermissionsIn lists the topic permissions of the vhost, user and exchange in the
// path, each of them if it is there.
func (a *API) topicPermissionsIn(r *http.Request) []definitions.TopicPermission {
	matches := func(key, value string) bool {
		return chi.URLParam(r, key) == "" || parameter(r, key) == value
	}
	list := []definitions.TopicPermission{}
	for _, p := range a.broker.TopicPermissions() {
		if matches("vhost", p.Vhost) && matches("user", p.User) && matches("exchange", p.Exchange) {
			list = append(list, definitions.TopicPermission{
				User: p.User, Vhost: p.Vhost, Exchange: p.Exchange, Write: p.Write, Read: p.Read,
			})
		}
	}
	return list
}

// topicPermissions answers what may be an empty list.
func (a *API) topicPermissions(w http.ResponseWriter, r *http.Request) {
	if chi.URLParam(r, "vhost") != "" && !a.hasVhost(r) || chi.URLParam(r, "user") != "" && !a.hasUser(r) {
		notHere(w, r)
		return
	}
	answerTopicPermissions(w, r, a.topicPermissionsIn(r))
}

func answerTopicPermissions(w http.ResponseWriter, r *http.Request, rows []definitions.TopicPermission) {
	list[definitions.TopicPermission]{
		name:  func(p definitions.TopicPermission) string { return p.User },
		order: []string{"user", "vhost", "exchange"},
		keys: map[string]func(definitions.TopicPermission) sorter{
			"user":     func(p definitions.TopicPermission) sorter { return byText(p.User) },
			"vhost":    func(p definitions.TopicPermission) sorter { return byText(p.Vhost) },
			"exchange": func(p definitions.TopicPermission) sorter { return byText(p.Exchange) },
		},
		show: func(p definitions.TopicPermission) any { return p },
	}.answer(w, r, rows)
}

// topicPermissionsOf answers those of a user in a vhost, if there are any.
func (a *API) topicPermissionsOf(w http.ResponseWriter, r *http.Request) {
	list := a.topicPermissionsIn(r)
	if len(list) == 0 {
		notHere(w, r)
		return
	}
	answerTopicPermissions(w, r, list)
}

func (a *API) putTopicPermission(w http.ResponseWriter, r *http.Request) {
	if !a.hasVhost(r) || !a.hasUser(r) {
		bad(w, "vhost_or_user_not_found")
		return
	}
	vhost, user, existed := parameter(r, "vhost"), parameter(r, "user"), len(a.topicPermissionsIn(r)) > 0
	var exchange string
	var p auth.TopicPermission
	if !decode(w, r, field{"exchange", &exchange, "a string"},
		field{"write", &p.Write, "a string"}, field{"read", &p.Read, "a string"}) {
		return
	}
	if err := p.Check(user, vhost); err != nil {
		bad(w, err.Error())
		return
	}
	err := a.acting(r).SetTopicPermission(user, vhost, exchange, p)
	put(w, !existed, err)
}

func (a *API) deleteTopicPermissions(w http.ResponseWriter, r *http.Request) {
	list := a.topicPermissionsIn(r)
	if len(list) == 0 || !a.hasVhost(r) || !a.hasUser(r) { // an empty name would stand for all
		notHere(w, r)
		return
	}
	for _, p := range list {
		if err := a.acting(r).ClearTopicPermission(p.User, p.Vhost, p.Exchange); err != nil {
			done(w, err)
			return
		}
	}
	done(w, nil)
}
