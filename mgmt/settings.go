package mgmt

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/config"
)

func (a *API) settingRoutes(r chi.Router) {
	r.Get("/api/x/config", a.as("administrator", a.configuration))
}

// configuration answers the settings in effect, each with where it comes from.
func (a *API) configuration(w http.ResponseWriter, _ *http.Request) {
	list := a.settings
	if list == nil {
		list = []config.Setting{}
	}
	answer(w, map[string][]config.Setting{"settings": list})
}
