package mgmt

import (
	"context"
	"net/http"
	"strings"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
)

// Who may ask for what. Every route of the API goes through one of
//
//	anyone         whoever has logged in
//	asManager      a user with a management tag: management, policymaker,
//	               monitoring or administrator
//	as(tag)        a user with that tag, or an administrator
//	inVhost        a manager who has a permission in the vhost of the path
//	asPolicymaker  one of those who is a policymaker
//
// and what a user changes in a vhost is checked once more by the broker
// against its permissions there, as if it had come over AMQP.

// handler answers a request of u.
type handler func(w http.ResponseWriter, r *http.Request, u *auth.User)

// anyone serves h to whoever has logged in.
func (a *API) anyone(h handler) http.HandlerFunc { return a.loggedIn(h) }

// asManager serves h to users with any of the management tags.
func (a *API) asManager(h handler) http.HandlerFunc {
	return a.loggedIn(func(w http.ResponseWriter, r *http.Request, u *auth.User) {
		if !manages(u) {
			refuse(w, "Not management user")
			return
		}
		h(w, r, u)
	})
}

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
	return a.asManager(func(w http.ResponseWriter, r *http.Request, u *auth.User) {
		if !a.sees(u, parameter(r, "vhost")) {
			refuse(w, "User not authorised to access virtual host")
			return
		}
		h(w, r, u)
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

func has(u *auth.User, tag string) bool { return u.HasTag("administrator") || u.HasTag(tag) }

// manages reports whether u may use the API at all.
func manages(u *auth.User) bool {
	return has(u, "management") || u.HasTag("monitoring") || u.HasTag("policymaker")
}

// whoAsks is the key of the user in the context of a request.
type whoAsks struct{}

// asker is who sent r, which has gone through loggedIn.
func asker(r *http.Request) *auth.User { return r.Context().Value(whoAsks{}).(*auth.User) }

// acting is the broker in the hands of who sent r.
func (a *API) acting(r *http.Request) broker.Acting { return a.broker.By(actorOf(r, via(r))) }

// actorOf is who sent r, and from where.
func actorOf(r *http.Request, via string) broker.Actor {
	return broker.Actor{User: asker(r).Name, Via: via, From: client(r)}
}

// client is the other end of r, by the name that sessions of HTTP have.
func client(r *http.Request) string { return r.RemoteAddr + " -> management" }

// loggedIn serves h to users with a session, the right password or a token.
func (a *API) loggedIn(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		u, _ := r.Context().Value(whoAsks{}).(*auth.User) // of a stream, which asks on
		if u == nil {
			u = a.logins.user(r, a.today)
		}
		if u == nil {
			if u = a.authenticate(w, r); u == nil {
				return
			}
		}
		known(r, u.Name)
		h(w, r.WithContext(context.WithValue(r.Context(), whoAsks{}, u)), u)
	}
}

// authenticate checks the name and password, or the token, that came with r.
// It answers when they are not right.
func (a *API) authenticate(w http.ResponseWriter, r *http.Request) *auth.User {
	if token, ok := bearer(r); ok {
		return a.checkToken(w, r, token)
	}
	name, password, ok := r.BasicAuth()
	if !ok {
		// A page asks for its own login: the browser must not ask for another.
		if r.Header.Get("Sec-Fetch-Dest") != "empty" {
			w.Header().Set("WWW-Authenticate", `Basic realm="RabbitMQ Management"`)
		}
		w.WriteHeader(http.StatusUnauthorized)
		return nil
	}
	return a.check(w, r, name, password)
}

// bearer is the token that came with r (RFC 6750, 2.1).
func bearer(r *http.Request) (token string, ok bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return token, strings.EqualFold(scheme, "Bearer")
}

// sameOrigin refuses changes that a page of somebody else sends with the help
// of a browser. One that comes by cookie has to say where it is from.
func (a *API) sameOrigin(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := r.Cookie(cookieName)
		silent := r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == ""
		if err == nil && silent && changes(r) || protection.Check(r) != nil {
			fail(w, http.StatusForbidden, "forbidden", "The request comes from another site")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// changes reports whether r may change something.
func changes(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions
}
