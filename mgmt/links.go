package mgmt

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
)

// linkRoutes answer which shovels and federation links run: none, for nothing
// acts on their parameters. Exporters ask all the same, and take a 404 for
// trouble.
func (a *API) linkRoutes(r chi.Router) {
	for _, path := range []string{
		"/api/shovels", "/api/shovels/{vhost}", "/api/federation-links", "/api/federation-links/{vhost}",
		"/api/federation-links/state/down", "/api/federation-links/{vhost}/state/down",
	} {
		r.Get(path, a.inVhost(a.noLinks))
	}
}

func (a *API) noLinks(w http.ResponseWriter, r *http.Request, _ *auth.User) {
	if given(r, "vhost") && !a.hasVhost(r) {
		notHere(w, r)
		return
	}
	answer(w, []any{})
}
