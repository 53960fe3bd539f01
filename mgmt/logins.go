package mgmt

import (
	"crypto/rand"
	"net/http"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
)

// A login lasts as long as it is used, and this much longer.
const idleLogin = 8 * time.Hour

// maxLogins bounds how many there are: the one used longest ago goes first.
const maxLogins = 4096

const cookieName = "hutchmq_login"

// logins are the sessions of browsers, by the random name in their cookie.
type logins struct {
	mu   sync.Mutex
	open map[string]*login
}

// login is who has logged in: as they were then, and when.
type login struct {
	user        *auth.User
	began, used time.Time
}

// maxRemoteLogin is how long a login lasts of somebody whom another system let
// in: it does not tell when they leave.
const maxRemoteLogin = 8 * time.Hour

// begin makes a login of u and returns its name.
func (l *logins) begin(u *auth.User, now time.Time) string {
	id := rand.Text()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == nil {
		l.open = map[string]*login{}
	}
	if len(l.open) >= maxLogins {
		l.makeRoom(now)
	}
	l.open[id] = &login{u, now, now}
	return id
}

// makeRoom drops the logins that have ended, or the one used longest ago.
func (l *logins) makeRoom(now time.Time) {
	oldest, used := "", now
	for id, in := range l.open {
		if now.Sub(in.used) > idleLogin {
			delete(l.open, id)
		}
		if in.used.Before(used) {
			oldest, used = id, in.used
		}
	}
	if len(l.open) >= maxLogins {
		delete(l.open, oldest)
	}
}

// user is whose cookie came with r, or nil. today tells who somebody is by now.
func (l *logins) user(r *http.Request, today func(*auth.User) *auth.User) *auth.User {
	c, err := r.Cookie(cookieName)
	if err != nil {
		return nil
	}
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	in := l.open[c.Value]
	if in == nil {
		return nil
	}
	u := today(in.user)
	if u == nil || now.Sub(in.used) > idleLogin || !u.Internal() && now.Sub(in.began) > maxRemoteLogin {
		delete(l.open, c.Value)
		return nil
	}
	in.used = now
	return u
}

// today is who u is now, after it logged in with the password it had then: nil
// when that has changed, or its token has expired.
func (a *API) today(u *auth.User) *auth.User {
	if !u.Internal() {
		if u.Expired(time.Now()) {
			return nil
		}
		return u
	}
	if now := a.broker.User(u.Name); now != nil && now.PasswordHash == u.PasswordHash {
		return now
	}
	return nil
}

// end ends the login of r, if it has one.
func (l *logins) end(r *http.Request) {
	if c, err := r.Cookie(cookieName); err == nil {
		l.mu.Lock()
		delete(l.open, c.Value)
		l.mu.Unlock()
	}
}

func (a *API) loginRoutes(r chi.Router) {
	r.Post("/api/login", a.logIn)
	r.Delete("/api/login", a.logOut)
}

// logIn takes a form with a name and a password, and sets a cookie.
func (a *API) logIn(w http.ResponseWriter, r *http.Request) {
	r.Body = bounded(w, r, maxBodyBytes)
	if r.ParseForm() != nil || r.PostForm.Get("username") == "" {
		bad(w, "username and password are needed")
		return
	}
	u := a.check(w, r, r.PostForm.Get("username"), r.PostForm.Get("password"))
	switch {
	case u == nil:
	case !manages(u):
		refuse(w, "Not management user")
	default:
		http.SetCookie(w, cookie(r, a.logins.begin(u, time.Now()), 0))
		answer(w, map[string]identity{"user": identify(u)})
	}
}

func (a *API) logOut(w http.ResponseWriter, r *http.Request) {
	a.logins.end(r)
	http.SetCookie(w, cookie(r, "", -1))
	w.WriteHeader(http.StatusNoContent)
}

// cookie is for the browser that sent r and for no page of another site.
func cookie(r *http.Request, value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: cookieName, Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
	}
}
