package mgmt

import (
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/broker"
)

func (a *API) pauseRoutes(r chi.Router) {
	r.Put("/api/queues/{vhost}/{name}/pause", a.asPolicymaker(a.pause(true)))
	r.Put("/api/queues/{vhost}/{name}/resume", a.asPolicymaker(a.pause(false)))
}

func (a *API) pause(on bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := a.needQueue(w, r)
		if q == nil {
			return
		}
		err := a.broker.PauseQueue(q.Vhost, q.Name, on)
		if errors.Is(err, broker.ErrCannotPause) {
			fail(w, http.StatusNotImplemented, "not_implemented", err.Error())
			return
		}
		done(w, err)
	}
}
