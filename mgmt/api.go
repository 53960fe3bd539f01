// Package mgmt serves the management HTTP API: it decodes a request, asks the
// broker and encodes the answer. It knows no queue's inside and no AMQP frame.
package mgmt

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/broker"
)

// API answers requests about one broker.
type API struct {
	broker *broker.Broker
	node   string
}

// New makes the handler of all routes. node is the name of this node.
func New(b *broker.Broker, node string) http.Handler {
	a := &API{broker: b, node: node}
	r := chi.NewRouter()
	r.Use(encodedPath)
	r.NotFound(notHere)
	r.Get("/livez", fine)
	r.Get("/readyz", fine)
	r.Get("/api/connections", a.as("monitoring", a.connections))
	r.Get("/api/connections/{name}", a.as("monitoring", a.connection))
	r.Delete("/api/connections/{name}", a.as("administrator", a.closeConnection))
	r.Get("/api/queues/{vhost}/{name}", a.inVhost(a.queue))
	a.policyRoutes(r)
	a.topicPermissionRoutes(r)
	a.limitRoutes(r)
	a.protectionRoutes(r)
	a.pauseRoutes(r)
	a.uiRoutes(r)
	return r
}

// encodedPath has routes match the path as it was sent, so that a name may
// hold a slash; parameter decodes it. A slash at the end does not count.
func encodedPath(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := r.URL.EscapedPath()
		if len(p) > 1 {
			p = strings.TrimSuffix(p, "/")
		}
		chi.RouteContext(r.Context()).RoutePath = p
		next.ServeHTTP(w, r)
	})
}

func parameter(r *http.Request, key string) string {
	s, err := url.PathUnescape(chi.URLParam(r, key))
	if err != nil {
		return chi.URLParam(r, key)
	}
	return s
}

func fine(w http.ResponseWriter, _ *http.Request) { answer(w, map[string]string{"status": "ok"}) }

func notHere(w http.ResponseWriter, _ *http.Request) {
	fail(w, http.StatusNotFound, "Object Not Found", "Not Found")
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-cache")
	json.NewEncoder(w).Encode(v)
}

func fail(w http.ResponseWriter, status int, kind, reason string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"error": kind, "reason": reason})
}
