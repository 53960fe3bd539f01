package mgmt

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/config"
)

func (a *API) settingRoutes(r chi.Router) {
	r.Get("/api/x/config", a.as("administrator", a.configuration))
	r.Post("/api/x/config/reload", a.as("administrator", a.reloadConfiguration))
}

// configuration answers the settings in effect, each with where it comes from.
func (a *API) configuration(w http.ResponseWriter, _ *http.Request) {
	list := []config.Setting{}
	if a.settings != nil {
		list = a.settings()
	}
	answer(w, map[string][]config.Setting{"settings": list})
}

// reloadConfiguration reads the sources of settings again, and answers what
// became of that; a mistake changes nothing.
func (a *API) reloadConfiguration(w http.ResponseWriter, r *http.Request) {
	if a.reload == nil {
		unknown(w, "the configuration cannot be reloaded")
		return
	}
	out, err := a.reload()
	if err != nil {
		bad(w, err.Error())
		return
	}
	a.acting(r).Note("config.reloaded", amqp.Table{"applied": int64(len(out.Applied)), "needs_restart": int64(len(out.Waiting))})
	answer(w, out)
}
