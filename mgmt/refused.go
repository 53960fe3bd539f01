package mgmt

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/broker"
)

// attempt is what is noticed of a request on its way, to put on record that it
// was refused. What is done puts itself on record.
type attempt struct {
	http.ResponseWriter
	user   string // who sent it, once that is known
	status int
	reason bytes.Buffer // the beginning of what was answered
}

// attemptKey is the key of the attempt in the context of a request.
type attemptKey struct{}

// maxReasonBytes bounds how much of an answer is remembered.
const maxReasonBytes = 1024

// harmless are the ends of paths that take a POST and change nothing.
var harmless = []string{"/publish", "/get", "/login", "/route-test", "/plan"}

// record puts on record which changes were refused, for users that are known.
func (a *API) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !changes(r) || !strings.HasPrefix(r.URL.Path, apiPrefix) || isHarmless(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		t := &attempt{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(t, r.WithContext(context.WithValue(r.Context(), attemptKey{}, t)))
		if t.status < http.StatusBadRequest || t.user == "" {
			return
		}
		by := broker.Actor{User: t.user, Via: via(r), From: client(r)}
		a.broker.By(by).Refused(r.Method+" "+chi.RouteContext(r.Context()).RoutePattern(), amqp.Table{
			"vhost": parameter(r, "vhost"), "name": r.URL.EscapedPath(), "status": int64(t.status),
		}, t.why())
	})
}

func isHarmless(path string) bool {
	for _, end := range harmless {
		if strings.HasSuffix(path, end) {
			return true
		}
	}
	return false
}

// known notices who sent r.
func known(r *http.Request, user string) {
	if t, ok := r.Context().Value(attemptKey{}).(*attempt); ok {
		t.user = user
	}
}

// WriteHeader implements http.ResponseWriter.
func (t *attempt) WriteHeader(status int) {
	t.status = status
	t.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (t *attempt) Write(p []byte) (int, error) {
	if left := maxReasonBytes - t.reason.Len(); t.status >= http.StatusBadRequest && left > 0 {
		t.reason.Write(p[:min(left, len(p))])
	}
	return t.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (t *attempt) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// why is the reason that was answered.
func (t *attempt) why() error {
	var said struct{ Reason string }
	if json.Unmarshal(t.reason.Bytes(), &said) == nil && said.Reason != "" {
		return errors.New(said.Reason)
	}
	return errors.New(http.StatusText(t.status))
}
