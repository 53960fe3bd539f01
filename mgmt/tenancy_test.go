package mgmt_test

import (
	"cmp"
	"strings"
	"testing"
)

// change is a request, and the answer it should get; "" is an empty body.
type change struct {
	method, path, user, send string
	status                   int
	body                     string
}

// play sends requests one after the other.
func (n node) play(t *testing.T, changes []change) {
	t.Helper()
	for _, c := range changes {
		user := cmp.Or(c.user, "guest:guest")
		w := n.send(c.method, "/api"+c.path, user, c.send)
		if got := strings.TrimSpace(w.Body.String()); w.Code != c.status || got != c.body {
			t.Errorf("%s %s %s as %s: %d %s, want %d %s", c.method, c.path, c.send, user, w.Code, got, c.status, c.body)
		}
	}
}

const (
	notFound    = `{"error":"Object Not Found","reason":"Not Found"}`
	noVhost     = `{"error":"not_found","reason":"vhost_not_found"}`
	noUser      = `{"error":"not_found","reason":"user_not_found"}`
	notAdmin    = `{"error":"not_authorised","reason":"Not administrator user"}`
	notManager  = `{"error":"not_authorised","reason":"Not management user"}`
	notHis      = `{"error":"not_authorised","reason":"User not authorised to access object"}`
	notHisVhost = `{"error":"not_authorised","reason":"User not authorised to access virtual host"}`
)

func badRequest(reason string) string { return `{"error":"bad_request","reason":"` + reason + `"}` }

func TestTopicPermissions(t *testing.T) {
	x := `{"user":"reader","vhost":"/","exchange":"x","write":"^a","read":""}`
	y := `{"user":"reader","vhost":"/","exchange":"y","write":"","read":"{username}"}`
	const path = "/topic-permissions/%2F/reader"
	newNode(t).play(t, []change{
		{"GET", "/topic-permissions", "", "", 200, `[]`},
		{"GET", path, "", "", 404, notFound},
		{"DELETE", path, "", "", 404, notFound},
		{"PUT", path, "", `{"exchange":"x","write":"^a","read":""}`, 201, ""},
		{"PUT", path, "", `{"exchange":"y","write":"","read":"{username}"}`, 204, ""},
		{"GET", "/topic-permissions/", "", "", 200, "[" + x + "," + y + "]"},
		{"GET", path, "", "", 200, "[" + x + "," + y + "]"},
		{"GET", path + "/y", "", "", 200, "[" + y + "]"},
		{"GET", path + "/z", "", "", 404, notFound},
		{"GET", "/users/reader/topic-permissions", "", "", 200, "[" + x + "," + y + "]"},
		{"GET", "/users/guest/topic-permissions", "", "", 200, "[]"},
		{"GET", "/users/nobody/topic-permissions", "", "", 404, notFound},
		{"GET", "/vhosts/%2F/topic-permissions", "", "", 200, "[" + x + "," + y + "]"},
		{"GET", "/vhosts/none/topic-permissions", "", "", 404, notFound},
		{"DELETE", "/topic-permissions//reader", "", "", 404, notFound},
		{"DELETE", path + "/x", "", "", 204, ""},
		{"GET", path, "", "", 200, "[" + y + "]"},
		{"DELETE", path, "", "", 204, ""},
		{"GET", path, "", "", 404, notFound},

		{"PUT", path, "", `{"exchange":"x","write":"("}`, 400, badRequest("[{key_missing,read}]")},
		{"PUT", path, "", `{"exchange":"x","write":1,"read":""}`, 400, badRequest("write should be a string")},
		{"PUT", path, "", `{"exchange":null,"write":"","read":""}`, 400, badRequest("exchange should be a string")},
		{"PUT", path, "", `not JSON`, 400, badRequest("not_json")},
		{"PUT", path, "", `[]`, 400, badRequest("not_json")},
		{"PUT", path, "", `{"x":"` + strings.Repeat("x", 1<<20) + `"}`, 400, badRequest("not_json")},
		{"PUT", "/topic-permissions/none/reader", "", `{}`, 400, badRequest("vhost_or_user_not_found")},
		{"PUT", "/topic-permissions/%2F/nobody", "", `{}`, 400, badRequest("vhost_or_user_not_found")},
		{"PUT", path, "reader:r", `{}`, 401, notAdmin},
		{"GET", "/topic-permissions", "reader:r", "", 401, notAdmin},
		{"POST", path, "", "", 405, ""},
	})
}

func TestTopicPermissionIsAnExpression(t *testing.T) {
	n := newNode(t)
	w := n.send("PUT", "/api/topic-permissions/%2F/reader", "guest:guest", `{"exchange":"x","write":"(","read":""}`)
	if w.Code != 400 || !strings.Contains(w.Body.String(), "invalid pattern '('") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestVhostLimits(t *testing.T) {
	n := newNode(t)
	n.must(t, n.broker.PutUser("manager", "m", "management"))
	const path = "/vhost-limits/%2F"
	both := `[{"vhost":"/","value":{"max-connections":-1,"max-queues":0}}]`
	n.play(t, []change{
		{"GET", "/vhost-limits", "", "", 200, `[]`},
		{"GET", path, "", "", 200, `[]`},
		{"PUT", path + "/max-queues", "", `{"value":0}`, 204, ""},
		{"PUT", path + "/max-connections", "", `{"value":-1}`, 204, ""},
		{"GET", "/vhost-limits", "", "", 200, both},
		{"GET", path, "", "", 200, both},
		{"DELETE", path + "/max-queues", "", "", 204, ""},
		{"DELETE", path + "/max-queues", "", "", 204, ""},
		{"GET", path, "", "", 200, `[{"vhost":"/","value":{"max-connections":-1}}]`},

		{"PUT", path + "/max-channels", "", `{"value":1}`, 400, badRequest(`Validation failed\n\nunknown limit 'max-channels'\n`)},
		{"PUT", path + "/max-queues", "", `{}`, 400, badRequest("[{key_missing,value}]")},
		{"PUT", path + "/max-queues", "", `{"value":"1"}`, 400, badRequest("value should be a whole number")},
		{"PUT", path + "/max-queues", "", `{"value":1.5}`, 400, badRequest("value should be a whole number")},
		{"PUT", "/vhost-limits/none/max-queues", "", `{"value":1}`, 404, noVhost},
		{"DELETE", "/vhost-limits/none/max-queues", "", "", 404, noVhost},
		{"GET", "/vhost-limits/none", "", "", 404, notFound},

		{"GET", path, "reader:r", "", 401, notManager},
		{"GET", path, "manager:m", "", 401, notHisVhost},
		{"GET", "/vhost-limits", "manager:m", "", 200, `[]`},
		{"PUT", path + "/max-queues", "manager:m", `{"value":1}`, 401, notAdmin},
	})
}

func TestUserLimits(t *testing.T) {
	n := newNode(t)
	n.must(t, n.broker.PutUser("manager", "m", "management"))
	const path = "/user-limits/manager"
	his := `[{"user":"manager","value":{"max-channels":2,"max-connections":1}}]`
	n.play(t, []change{
		{"GET", "/user-limits", "", "", 200, `[]`},
		{"PUT", path + "/max-connections", "", `{"value":1}`, 204, ""},
		{"PUT", path + "/max-channels", "", `{"value":2}`, 204, ""},
		{"PUT", "/user-limits/guest/max-channels", "", `{"value":9}`, 204, ""},
		{"GET", path, "", "", 200, his},
		{"GET", path, "manager:m", "", 200, his},
		{"GET", "/user-limits", "manager:m", "", 200, his},
		{"GET", "/user-limits", "", "", 200, `[{"user":"guest","value":{"max-channels":9}},` + his[1:]},
		{"DELETE", path + "/max-connections", "", "", 204, ""},
		{"DELETE", path + "/max-channels", "", "", 204, ""},
		{"GET", path, "", "", 200, `[]`},

		{"PUT", path + "/max-queues", "", `{"value":1}`, 400, badRequest(`Validation failed\n\nunknown limit 'max-queues'\n`)},
		{"PUT", "/user-limits/nobody/max-channels", "", `{"value":1}`, 404, noUser},
		{"DELETE", "/user-limits/nobody/max-channels", "", "", 404, noUser},
		{"GET", "/user-limits/nobody", "", "", 404, notFound},
		{"GET", "/user-limits/guest", "manager:m", "", 401, notHis},
		{"GET", "/user-limits", "reader:r", "", 401, notManager},
		{"PUT", path + "/max-channels", "manager:m", `{"value":1}`, 401, notAdmin},
	})
}

// TestProtection: what is protected stays.
func TestProtection(t *testing.T) {
	n := newNode(t)
	n.declare(t, "q", "classic")
	n.play(t, []change{
		{"POST", "/vhosts/%2F/deletion/protection", "", "", 204, ""},
		{"POST", "/vhosts/none/deletion/protection", "", "", 404, noVhost},
		{"POST", "/vhosts/%2F/deletion/protection", "reader:r", "", 401, notAdmin},
		{"POST", "/queues/%2F/q/deletion/protection", "", "", 204, ""},
		{"POST", "/queues/%2F/none/deletion/protection", "", "", 404, notFound},
		{"POST", "/queues/none/q/deletion/protection", "", "", 404, notFound},
		{"POST", "/queues/%2F/q/deletion/protection", "reader:r", "", 401, notAdmin},
	})
	if w := n.ask("GET", "/api/queues/%2F/q", "guest:guest"); !strings.Contains(w.Body.String(), `"protected_from_deletion":true`) {
		t.Errorf("shown as %s", w.Body)
	}
	q := n.queue(t, "q")
	if err := n.broker.DeleteVhost("/"); err == nil || !q.Marks().Protected {
		t.Errorf("the vhost: %v; the queue: %+v", err, q.Marks())
	}
	n.play(t, []change{
		{"DELETE", "/vhosts/%2F/deletion/protection", "", "", 204, ""},
		{"DELETE", "/queues/%2F/q/deletion/protection", "", "", 204, ""},
	})
	if q.Marks().Protected {
		t.Error("the queue is still protected")
	}
	n.must(t, n.broker.DeleteVhost("/"))
}
