package mgmt

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
)

func (a *API) limitRoutes(r chi.Router) {
	r.Get("/api/vhost-limits", a.inVhost(a.vhostLimits))
	r.Get("/api/vhost-limits/{vhost}", a.inVhost(a.vhostLimits))
	r.Put("/api/vhost-limits/{vhost}/{name}", a.as("administrator", a.putVhostLimit))
	r.Delete("/api/vhost-limits/{vhost}/{name}", a.as("administrator", a.deleteVhostLimit))
	r.Get("/api/x/quotas", a.inVhost(a.quotas))
	r.Get("/api/user-limits", a.inVhost(a.userLimits))
	r.Get("/api/user-limits/{user}", a.inVhost(a.userLimits))
	r.Put("/api/user-limits/{user}/{name}", a.as("administrator", a.putUserLimit))
	r.Delete("/api/user-limits/{user}/{name}", a.as("administrator", a.deleteUserLimit))
}

// limits are the limits of a vhost or of a user, as RabbitMQ's API shows them.
type limits struct {
	Vhost string        `json:"vhost,omitempty"`
	User  string        `json:"user,omitempty"`
	Value broker.Limits `json:"value"`
}

// vhostLimits answers for one vhost, or for all that u may see. What has no
// limit is left out.
func (a *API) vhostLimits(w http.ResponseWriter, r *http.Request, u *auth.User) {
	one := chi.URLParam(r, "vhost") != ""
	if one && !a.hasVhost(r) {
		notHere(w, r)
		return
	}
	list := []limits{}
	for _, v := range a.broker.Vhosts() {
		value := a.broker.VhostLimits(v.Name)
		if len(value) > 0 && a.sees(u, v.Name) && (!one || v.Name == parameter(r, "vhost")) {
			list = append(list, limits{Vhost: v.Name, Value: value})
		}
	}
	answer(w, list)
}

// userLimits answers for one user, or for all that u may see: itself, and
// everybody to an administrator.
func (a *API) userLimits(w http.ResponseWriter, r *http.Request, u *auth.User) {
	one, all := chi.URLParam(r, "user") != "", u.HasTag("administrator")
	switch {
	case one && !all && parameter(r, "user") != u.Name:
		refuse(w, "User not authorised to access object")
		return
	case one && !a.hasUser(r):
		notHere(w, r)
		return
	}
	list := []limits{}
	for _, user := range a.broker.Users() {
		value := a.broker.UserLimits(user.Name)
		if len(value) > 0 && (all || user.Name == u.Name) && (!one || user.Name == parameter(r, "user")) {
			list = append(list, limits{User: user.Name, Value: value})
		}
	}
	answer(w, list)
}

func (a *API) putVhostLimit(w http.ResponseWriter, r *http.Request) {
	if a.needVhost(w, r) {
		putLimit(w, r, parameter(r, "vhost"), a.acting(r).SetVhostLimit)
	}
}

func (a *API) deleteVhostLimit(w http.ResponseWriter, r *http.Request) {
	if a.needVhost(w, r) {
		done(w, a.acting(r).ClearVhostLimit(parameter(r, "vhost"), parameter(r, "name")))
	}
}

func (a *API) putUserLimit(w http.ResponseWriter, r *http.Request) {
	if a.needUser(w, r) {
		putLimit(w, r, parameter(r, "user"), a.acting(r).SetUserLimit)
	}
}

func (a *API) deleteUserLimit(w http.ResponseWriter, r *http.Request) {
	if a.needUser(w, r) {
		done(w, a.acting(r).ClearUserLimit(parameter(r, "user"), parameter(r, "name")))
	}
}

func putLimit(w http.ResponseWriter, r *http.Request, whose string, set func(whose, limit string, n int) error) {
	var value int
	if !decode(w, r, field{"value", &value, "a whole number"}) {
		return
	}
	done(w, set(whose, parameter(r, "name"), value))
}
