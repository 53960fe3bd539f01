package mgmt

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/definitions"
)

// compatible is the release of RabbitMQ whose API this is.
const compatible = "4.3.6"

// productName is what the API calls the broker.
const productName = "HutchMQ"

func (a *API) identityRoutes(r chi.Router) {
	r.Get("/api/whoami", a.asManager(a.whoami))
	r.Get("/api/version", a.anyone(a.version))
	r.Get("/api/cluster-name", a.asManager(a.clusterName))
	r.Put("/api/cluster-name", a.as("administrator", a.putClusterName))
	r.Get("/api/extensions", a.asManager(a.extensions))
	r.Get("/api/auth", a.authSettings)
	r.Get("/api/auth/hash_password/{password}", a.as("administrator", a.hashPassword))
	r.Get("/api/auth/attempts/{node}", a.as("monitoring", a.loginAttempts(false)))
	r.Get("/api/auth/attempts/{node}/source", a.as("monitoring", a.loginAttempts(true)))
	r.Delete("/api/auth/attempts/{node}", a.as("monitoring", a.forgetAttempts))
	r.Delete("/api/auth/attempts/{node}/source", a.as("monitoring", a.forgetAttempts))
}

// identity is who somebody is.
type identity struct {
	Name     string           `json:"name"`
	Tags     definitions.Tags `json:"tags"`
	Internal bool             `json:"is_internal_user"`
}

func identify(u *auth.User) identity {
	return identity{u.Name, definitions.Tags(u.Tags), u.Internal() || u == broker.Operator}
}

func (a *API) whoami(w http.ResponseWriter, _ *http.Request, u *auth.User) { answer(w, identify(u)) }

func (a *API) version(w http.ResponseWriter, _ *http.Request, _ *auth.User) { answer(w, compatible) }

func (a *API) clusterName(w http.ResponseWriter, _ *http.Request, _ *auth.User) {
	answer(w, map[string]string{"name": a.broker.ClusterName()})
}

func (a *API) putClusterName(w http.ResponseWriter, r *http.Request) {
	var name string
	b, ok := read(w, r, maxBodyBytes)
	if !ok || !b.need(w, field{"name", &name, aString}) {
		return
	}
	_, err := a.acting(r).SetGlobalParameter(&definitions.GlobalParameter{Name: "cluster_name", Value: b["name"]})
	done(w, err)
}

// extensions are those of RabbitMQ's own pages, of which there are none.
func (a *API) extensions(w http.ResponseWriter, _ *http.Request, _ *auth.User) { answer(w, []any{}) }

// authSettings tells a page how to log in, before anybody has.
func (a *API) authSettings(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]bool{"oauth_enabled": false})
}

func (a *API) hashPassword(w http.ResponseWriter, r *http.Request) {
	hash, _, err := a.broker.HashPassword(parameter(r, "password"))
	if err != nil {
		bad(w, err.Error())
		return
	}
	answer(w, map[string]string{"ok": hash})
}

// attempts are logins, as RabbitMQ's API counts them.
type attempts struct {
	Protocol  string `json:"protocol"`
	PeerHost  string `json:"remote_address,omitempty"`
	User      string `json:"username,omitempty"`
	All       uint64 `json:"auth_attempts"`
	Failed    uint64 `json:"auth_attempts_failed"`
	Succeeded uint64 `json:"auth_attempts_succeeded"`
}

func (a *API) loginAttempts(bySource bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !a.hasNode(w, r) {
			return
		}
		list := []attempts{}
		for _, n := range a.broker.Attempts(bySource) {
			list = append(list, showAttempts(n))
		}
		answer(w, list)
	}
}

func showAttempts(n broker.Attempts) attempts {
	return attempts{n.Protocol, n.PeerHost, n.User, n.Succeeded + n.Failed, n.Failed, n.Succeeded}
}

func (a *API) forgetAttempts(w http.ResponseWriter, r *http.Request) {
	if a.hasNode(w, r) {
		a.broker.ForgetAttempts()
		done(w, nil)
	}
}

// hasNode answers 404 when the node in the path is another than this one.
func (a *API) hasNode(w http.ResponseWriter, r *http.Request) bool {
	if parameter(r, "node") != a.node {
		notHere(w, r)
		return false
	}
	return true
}
