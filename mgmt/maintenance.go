package mgmt

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
)

func (a *API) maintenanceRoutes(r chi.Router) {
	r.Get("/api/aliveness-test/{vhost}", a.inVhost(a.aliveness))
	r.Post("/api/rebalance/queues", a.as("administrator", a.rebalance))
	r.Delete("/api/reset", a.as("administrator", a.reset))
	r.Delete("/api/reset/{node}", a.as("administrator", a.reset))
}

// aliveness tells that a vhost is there and takes requests.
func (a *API) aliveness(w http.ResponseWriter, r *http.Request, _ *auth.User) {
	if !a.hasVhost(r) {
		notHere(w, r)
		return
	}
	if err := a.broker.Failed(); err != nil {
		fail(w, http.StatusServiceUnavailable, "service_unavailable", err.Error())
		return
	}
	fine(w, r)
}

// rebalance finds the leaders of queues where they should be: on the one node.
func (a *API) rebalance(w http.ResponseWriter, _ *http.Request) { done(w, nil) }

// reset forgets statistics.
func (a *API) reset(w http.ResponseWriter, r *http.Request) {
	if given(r, "node") && !a.hasNode(w, r) {
		return
	}
	a.broker.ForgetAttempts()
	done(w, nil)
}
