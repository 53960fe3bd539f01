package mgmt

import (
	"net/http"

	"github.com/go-chi/chi/v5"
)

// protectionRoutes protects vhosts under RabbitMQ's path, and queues under one
// like it.
func (a *API) protectionRoutes(r chi.Router) {
	const path = "/deletion/protection"
	r.Post("/api/vhosts/{vhost}"+path, a.as("administrator", a.protectVhost(true)))
	r.Delete("/api/vhosts/{vhost}"+path, a.as("administrator", a.protectVhost(false)))
	r.Post("/api/queues/{vhost}/{name}"+path, a.as("administrator", a.protectQueue(true)))
	r.Delete("/api/queues/{vhost}/{name}"+path, a.as("administrator", a.protectQueue(false)))
}

func (a *API) protectVhost(on bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if a.needVhost(w, r) {
			done(w, a.acting(r).ProtectVhost(parameter(r, "vhost"), on))
		}
	}
}

func (a *API) protectQueue(on bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if q := a.needQueue(w, r); q != nil {
			done(w, a.acting(r).ProtectQueue(q.Vhost, q.Name, on))
		}
	}
}
