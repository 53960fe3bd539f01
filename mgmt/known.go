package mgmt

import (
	"net/http"
	"strings"

	"github.com/hutchmq/hutchmq/broker"
)

// hasVhost reports whether the vhost in the path is there.
func (a *API) hasVhost(r *http.Request) bool {
	_, err := a.broker.Vhost(parameter(r, "vhost"))
	return err == nil
}

// hasUser reports whether the user in the path is there.
func (a *API) hasUser(r *http.Request) bool { return a.broker.User(parameter(r, "user")) != nil }

// needVhost answers 404 when the vhost in the path is not there.
func (a *API) needVhost(w http.ResponseWriter, r *http.Request) bool {
	there := a.hasVhost(r)
	if !there {
		fail(w, http.StatusNotFound, "not_found", "vhost_not_found")
	}
	return there
}

// needUser answers 404 when the user in the path is not there.
func (a *API) needUser(w http.ResponseWriter, r *http.Request) bool {
	there := a.hasUser(r)
	if !there {
		fail(w, http.StatusNotFound, "not_found", "user_not_found")
	}
	return there
}

// needQueue answers 404 when the queue in the path is not there. Some clients
// write a space as a plus, which here stands for itself: for requests that
// change nothing the name with spaces is tried after the name as it is.
func (a *API) needQueue(w http.ResponseWriter, r *http.Request) *broker.Queue {
	if v, err := a.broker.Vhost(parameter(r, "vhost")); err == nil {
		name := parameter(r, "name")
		for _, name := range []string{name, strings.ReplaceAll(name, "+", " ")} {
			if q, err := v.Queue(name, 0); err == nil {
				return q
			}
			if changes(r) {
				break
			}
		}
	}
	notHere(w, r)
	return nil
}
