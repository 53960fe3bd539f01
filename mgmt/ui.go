package mgmt

import (
	"github.com/go-chi/chi/v5"

	mgmtui "github.com/hutchmq/hutchmq/mgmt-ui"
)

// uiRoutes serves the web UI beside the API that it asks.
func (a *API) uiRoutes(r chi.Router) {
	ui := mgmtui.New()
	r.Handle("/", ui)
	r.Handle("/favicon.svg", ui)
	r.Handle("/ui/*", ui)
}
