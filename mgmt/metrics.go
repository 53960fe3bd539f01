package mgmt

import (
	"net/http"

	"github.com/go-chi/chi/v5"
)

// WithMetrics shows Prometheus' pages below /metrics, to users that may
// monitor: where only one port can be reached, it is one with passwords.
func WithMetrics(h http.Handler) Option { return func(a *API) { a.metrics = h } }

func (a *API) metricsRoutes(r chi.Router) {
	if a.metrics == nil {
		return
	}
	pages := a.as("monitoring", a.metrics.ServeHTTP)
	r.Get("/metrics", pages)
	r.Get("/metrics/{page}", pages)
}
