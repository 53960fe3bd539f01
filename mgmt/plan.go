package mgmt

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/definitions"
)

func (a *API) planRoutes(r chi.Router) {
	r.Post("/api/x/definitions/plan", a.as("administrator", a.plan))
}

// maxIntents bounds how much of a plan is answered; its counts are of all.
const maxIntents = 5000

// intent is what an import would do with one record.
type intent struct {
	Action string             `json:"action"` // "create", "change", "keep", "conflict" or "ignore"
	Kind   definitions.Kind   `json:"kind"`
	Vhost  string             `json:"vhost,omitempty"`
	Was    definitions.Record `json:"was,omitempty"`
	Is     definitions.Record `json:"is"`
	Reason string             `json:"reason,omitempty"` // of a conflict
}

// planAnswer is a plan: first what conflicts, then what changes.
type planAnswer struct {
	Counts map[broker.Deed]int `json:"counts"`
	List   []intent            `json:"records"`  // those that are kept only when asked for
	Whole  bool                `json:"complete"` // the list has all of them
}

// plan answers what an import of the definitions in the body would do, and does
// nothing. With all=true it lists what is kept as well.
func (a *API) plan(w http.ResponseWriter, r *http.Request) {
	d := readDefinitions(w, r)
	if d == nil {
		return
	}
	if v := r.URL.Query().Get("vhost"); v != "" {
		if _, err := a.broker.Vhost(v); err != nil {
			unknown(w, "vhost_not_found")
			return
		}
		d.InVhost(v)
	}
	p := planAnswer{Counts: map[broker.Deed]int{}, List: []intent{}, Whole: true}
	list := a.broker.Plan([]*definitions.Definitions{d}, broker.ApplyOptions{})
	for _, i := range list {
		p.Counts[i.Deed]++
	}
	for _, deed := range []broker.Deed{broker.Conflict, broker.Change, broker.Create, broker.Ignore, broker.Keep} {
		if deed != broker.Keep || r.URL.Query().Get("all") == "true" {
			p.add(list, deed)
		}
	}
	answer(w, p)
}

// add lists the intents of one deed.
func (p *planAnswer) add(list []broker.Intent, deed broker.Deed) {
	for _, i := range list {
		if i.Deed != deed {
			continue
		}
		if len(p.List) == maxIntents {
			p.Whole = false
			return
		}
		p.List = append(p.List, intent{
			Action: string(i.Deed), Kind: i.Is.Kind(), Vhost: definitions.VhostOf(i.Is), Was: i.Was, Is: i.Is, Reason: i.Reason,
		})
	}
}
