package mgmt

import (
	"net/http"

	"github.com/go-chi/chi/v5"
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
		done(w, a.acting(r).PauseQueue(q.Vhost, q.Name, on))
	}
}
