package mgmt

import (
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/definitions"
)

func (a *API) planRoutes(r chi.Router) {
	r.Post("/api/x/definitions/plan", a.as("administrator", a.plan))
	r.Post("/api/x/definitions/apply", a.as("administrator", a.apply))
	r.Get("/api/x/definitions/export", a.as("administrator", a.exportYAML))
	r.Get("/api/x/definitions/schema.json", a.asManager(a.definitionsSchema))
}

// maxPlanned bounds how much of a plan is answered; its counts are of all.
const maxPlanned = 5000

// plan answers what would be done with the definitions in the body, and does
// nothing. With all=true it lists what is kept as well.
func (a *API) plan(w http.ResponseWriter, r *http.Request) {
	if d := a.described(w, r); d != nil {
		list := a.broker.Plan([]*definitions.Definitions{d}, applyOptions(r))
		answer(w, a.broker.Summary(list, maxPlanned, asked(r, "all")))
	}
}

// apply does what plan answers, all of it or nothing.
func (a *API) apply(w http.ResponseWriter, r *http.Request) {
	d := a.described(w, r)
	if d == nil {
		return
	}
	list, err := a.broker.By(actorOf(r, "definitions")).Apply([]*definitions.Definitions{d}, applyOptions(r))
	if _, conflicts := errors.AsType[*broker.ConflictError](err); conflicts {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusConflict)
		answerBody(w, refusedPlan{"conflict", err.Error(), a.broker.Summary(list, maxPlanned, asked(r, "all"))})
		return
	}
	if err != nil {
		problem(w, err)
		return
	}
	answer(w, a.broker.Summary(list, maxPlanned, asked(r, "all")))
}

// refusedPlan is one of which nothing was done.
type refusedPlan struct {
	Error  string `json:"error"`
	Reason string `json:"reason"`
	definitions.Plan
}

func asked(r *http.Request, key string) bool { return r.URL.Query().Get(key) == "true" }

func applyOptions(r *http.Request) broker.ApplyOptions {
	return broker.ApplyOptions{Prune: asked(r, "prune"), Replace: asked(r, "replace"), Discard: asked(r, "discard_messages")}
}

// described reads the definitions in the body of r; those that name no vhost
// are of the one that the query names. It answers when it cannot.
func (a *API) described(w http.ResponseWriter, r *http.Request) *definitions.Definitions {
	d := readDefinitions(w, r)
	if d == nil {
		return nil
	}
	if v := r.URL.Query().Get("vhost"); v != "" {
		if _, err := a.broker.Vhost(v); err != nil {
			unknown(w, "vhost_not_found")
			return nil
		}
		d.InVhost(v)
	}
	return d
}

// exportYAML answers with all definitions as people write them.
func (a *API) exportYAML(w http.ResponseWriter, r *http.Request) {
	d, err := a.broker.Export()
	if err != nil {
		problem(w, err)
		return
	}
	text, err := d.YAML()
	if err != nil {
		problem(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/yaml")
	w.Write(text)
}

func (a *API) definitionsSchema(w http.ResponseWriter, _ *http.Request, _ *auth.User) {
	w.Header().Set("Content-Type", "application/schema+json")
	w.Write(definitions.Schema())
}
