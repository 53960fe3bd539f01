package mgmt

import (
	"net/http"
	"strings"

	"github.com/hutchmq/hutchmq/auth"
)

// handler answers a request of u.
type handler func(w http.ResponseWriter, r *http.Request, u *auth.User)

// as serves h to users with a tag; an administrator has them all.
func (a *API) as(tag string, h http.HandlerFunc) http.HandlerFunc {
	return a.loggedIn(func(w http.ResponseWriter, r *http.Request, u *auth.User) {
		if !has(u, tag) {
			refuse(w, "Not "+strings.TrimSuffix(tag, "ing")+" user")
			return
		}
		h(w, r)
	})
}

// inVhost serves h to those who manage the vhost of the path, or any if it
// names none. A vhost that is not there is left to h.
func (a *API) inVhost(h handler) http.HandlerFunc {
	return a.loggedIn(func(w http.ResponseWriter, r *http.Request, u *auth.User) {
		switch {
		case !has(u, "management") && !has(u, "monitoring") && !has(u, "policymaker"):
			refuse(w, "Not management user")
		case !a.sees(u, parameter(r, "vhost")):
			refuse(w, "User not authorised to access virtual host")
		default:
			h(w, r, u)
		}
	})
}

// asPolicymaker serves h to those who make policies in the vhost of the path.
func (a *API) asPolicymaker(h http.HandlerFunc) http.HandlerFunc {
	return a.inVhost(func(w http.ResponseWriter, r *http.Request, u *auth.User) {
		if !has(u, "policymaker") {
			refuse(w, "User not authorised to access object")
			return
		}
		h(w, r)
	})
}

// sees reports whether u may look into a vhost. One that is not there hides
// nothing.
func (a *API) sees(u *auth.User, vhost string) bool {
	_, err := a.broker.Vhost(vhost)
	return err != nil || has(u, "administrator") || a.broker.Reachable(u, vhost)
}

// loggedIn serves h to users with the right password.
func (a *API) loggedIn(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name, password, ok := r.BasicAuth()
		if !ok {
			w.Header().Set("WWW-Authenticate", `Basic realm="RabbitMQ Management"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		u, err := a.broker.Authenticate(name, password)
		if err != nil {
			fail(w, http.StatusUnauthorized, "not_authorized", "Not_Authorized")
			return
		}
		h(w, r, u)
	}
}

func has(u *auth.User, tag string) bool { return u.HasTag("administrator") || u.HasTag(tag) }

func refuse(w http.ResponseWriter, reason string) {
	fail(w, http.StatusUnauthorized, "not_authorised", reason)
}
