package mgmt

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
)

// topic is what a stream of events is about:
//
//	overview  nodes                    what GET answers, when it has changed
//	queue:V:N  exchange:V:N  vhost:V   likewise
//	connection:N  channel:N            likewise
//	queues  queues:V                   those queues that have changed, in numbers
//	changes  changes:V                 what was created, deleted, set, cleared
//	connections                        opened and closed, with their channels
//	alarms  log  audit
//	get                                any GET, by its path below /api
//
// Names are percent-encoded where they hold a comma, a colon or a percent sign;
// the last one may hold colons as they are.
type topic struct {
	text string // as it was asked for
	kind string
	path string // of what GET answers, with its query
	in   string // the vhost of queues and changes; "" all

	names []string
}

// Bounds of the topics of a stream, and of a path.
const (
	maxTopics    = 32
	maxPathBytes = 4096
)

// getTopics are the kinds of topics that GET answers, by the path.
var getTopics = map[string]string{
	"overview": "/api/overview", "nodes": "/api/nodes", "queue": "/api/queues", "exchange": "/api/exchanges",
	"vhost": "/api/vhosts", "connection": "/api/connections", "channel": "/api/channels",
}

// heardBy says which tag it takes to hear of a kind.
var heardBy = map[string]string{"log": "monitoring", "audit": "administrator", "nodes": "monitoring"}

// topicsOf are the topics that r asks for, in lists of topics and as paths.
func (a *API) topicsOf(r *http.Request, u *auth.User) ([]topic, error) {
	if r.Context().Value(fromStream{}) != nil {
		return nil, broker.InvalidError("a stream of events is no topic of another")
	}
	q := r.URL.Query()
	topics, err := a.parseTopics(q.Get("topics"), u)
	if err != nil {
		return nil, err
	}
	for _, path := range q["get"] {
		if path == "" || len(path) > maxPathBytes {
			return nil, broker.InvalidError("get takes the path of a GET below /api")
		}
		topics = append(topics, topic{text: path, kind: "get", path: apiPrefix + strings.TrimPrefix(path, "/")})
	}
	switch {
	case len(topics) == 0:
		return nil, broker.InvalidError("topics are needed, such as overview,queues:%2F")
	case len(topics) > maxTopics:
		return nil, broker.InvalidError("there are too many topics")
	}
	return topics, nil
}

// parseTopics reads a list of topics that u may hear of.
func (a *API) parseTopics(list string, u *auth.User) (topics []topic, wrong error) {
	for text := range strings.SplitSeq(list, ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		t, err := parseTopic(text)
		switch tag := heardBy[t.kind]; {
		case err != nil:
			return nil, err
		case t.kind == "node":
			return nil, broker.InvalidError("unknown topic 'node'")
		case tag != "" && !has(u, tag):
			return nil, refusal("Not " + tag + " user")
		case t.in != "" && !a.sees(u, t.in):
			return nil, refusal("User not authorised to access virtual host")
		}
		topics = append(topics, t)
	}
	return topics, nil
}

// refusal is why a user may not.
type refusal string

// Error implements error.
func (e refusal) Error() string { return string(e) }

// names says how many names follow each kind of topic, at least and at most.
var names = map[string][2]int{
	"overview": {}, "nodes": {}, "node": {}, "queue": {2, 2}, "exchange": {2, 2}, "vhost": {1, 1}, "connection": {1, 1}, "channel": {1, 1},
	"queues": {0, 1}, "changes": {0, 1}, "connections": {}, "alarms": {}, "log": {}, "audit": {},
}

func parseTopic(text string) (topic, error) {
	kind, rest, more := strings.Cut(text, ":")
	bounds, known := names[kind]
	var parts []string
	if more {
		parts = strings.SplitN(rest, ":", max(bounds[1], 1))
	}
	if !known || len(parts) < bounds[0] || len(parts) > bounds[1] {
		return topic{}, broker.InvalidError("unknown topic '" + text + "'")
	}
	t := topic{text: text, kind: kind, path: getTopics[kind]}
	for _, part := range parts {
		name, err := url.PathUnescape(part)
		if err != nil {
			return topic{}, broker.InvalidError("topic '" + text + "' is not encoded")
		}
		t.names = append(t.names, name)
		if t.path != "" {
			t.path += "/" + url.PathEscape(name)
			continue
		}
		t.in = name
	}
	return t, nil
}

// hears reports whether h is for u, who asked for t.
func (a *API) hears(u *auth.User, t *topic, h *happening) bool {
	switch {
	case h.kind != t.kind, h.admins && !has(u, "administrator"), t.in != "" && h.vhost != t.in:
		return false
	case h.owner != "":
		return h.owner == u.Name || has(u, "monitoring")
	}
	return h.vhost == "" || h.vhost == "global" || has(u, "administrator") || a.broker.Reachable(u, h.vhost)
}
