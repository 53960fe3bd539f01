package mgmt

import (
	"net/http"
	"net/url"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
)

func (a *API) permissionTestRoutes(r chi.Router) {
	r.Get("/api/x/permission-test", a.asManager(a.permissionTest))
}

// verdict tells whether a user may, and what says so.
type verdict struct {
	Allowed bool   `json:"allowed"`
	Reason  string `json:"reason"`
	Pattern string `json:"pattern,omitempty"` // of the permission that decided
}

// rightsByName are the rights as permissions call them.
var rightsByName = map[string]auth.Right{"configure": auth.Configure, "write": auth.Write, "read": auth.Read}

// permissionTest answers whether a user has a right on a resource, and with
// routing_key also on that key of the topic exchange. Everybody may ask about
// themselves, administrators about anybody.
func (a *API) permissionTest(w http.ResponseWriter, r *http.Request, u *auth.User) {
	q := r.URL.Query()
	name := q.Get("user")
	right, known := rightsByName[q.Get("right")]
	switch {
	case name == "" || !q.Has("vhost") || !q.Has("resource"):
		bad(w, "user, vhost, resource and right are needed")
		return
	case !known:
		bad(w, "right should be configure, write or read")
		return
	case name != u.Name && !has(u, "administrator"):
		refuse(w, "Not administrator user")
		return
	}
	of := a.broker.User(name)
	if of == nil {
		unknown(w, "user_not_found")
		return
	}
	if _, err := a.broker.Vhost(q.Get("vhost")); err != nil {
		unknown(w, "vhost_not_found")
		return
	}
	answer(w, a.judge(of, right, q))
}

func (a *API) judge(u *auth.User, right auth.Right, q url.Values) verdict {
	vhost, resource := q.Get("vhost"), q.Get("resource")
	if resource == defaultExchange {
		resource = ""
	}
	p, there := a.broker.PermissionOf(u.Name, vhost)
	if !there {
		return verdict{Reason: "the user has no permission in the vhost, and cannot connect to it"}
	}
	v := verdict{Pattern: [...]string{p.Configure, p.Write, p.Read}[right]}
	if !a.broker.Allowed(u, vhost, right, resource) {
		v.Reason = "the " + right.String() + " permission does not match the name"
		return v
	}
	v.Allowed, v.Reason = true, "the "+right.String()+" permission matches the name"
	if q.Has("routing_key") && !a.broker.AllowedTopic(u, vhost, right, resource, q.Get("routing_key")) {
		return verdict{Reason: "a topic permission does not match the routing key", Pattern: a.topicPattern(u, vhost, right, resource)}
	}
	return v
}

// topicPattern is what a topic permission says of a right.
func (a *API) topicPattern(u *auth.User, vhost string, right auth.Right, exchange string) string {
	for _, p := range a.broker.TopicPermissions() {
		if p.User == u.Name && p.Vhost == vhost && p.Exchange == exchange {
			if right == auth.Write {
				return p.Write
			}
			return p.Read
		}
	}
	return ""
}
