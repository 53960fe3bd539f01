package mgmt_test

import (
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/auth"
)

// newShop is a node with a vhost "a/b", users with one tag each, who are let
// into it, and the outsider, who may make policies elsewhere.
func newShop(t *testing.T) node {
	t.Helper()
	n := newNode(t)
	if err := n.broker.CreateVhost("a/b"); err != nil {
		t.Fatal(err)
	}
	for name, tag := range map[string]string{
		"policymaker": "policymaker", "management": "management", "monitoring": "monitoring", "none": "impersonator", "outsider": "policymaker",
	} {
		if err := n.broker.PutUser(name, "x", tag); err != nil {
			t.Fatal(err)
		}
		if name == "outsider" {
			continue
		}
		if err := n.broker.SetPermission(name, "a/b", auth.Permission{}); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

func refused(reason string) string { return `{"error":"not_authorised","reason":"` + reason + `"}` }

func invalid(reason string) string {
	return `{"error":"bad_request","reason":"Validation failed\n\n` + reason + `\n"}`
}

// TestPolicyRoutes goes through the life of a policy, in order.
func TestPolicyRoutes(t *testing.T) {
	n := newShop(t)
	const p, op = "/api/policies/a%2Fb/p%201", "/api/operator-policies/a%2Fb/o"
	const shown = `{"vhost":"a/b","name":"p 1","pattern":"^q","apply-to":"queues","definition":{"max-length":5,"overflow":"drop-head"},"priority":3}`
	const shownOp = `{"vhost":"a/b","name":"o","pattern":"","apply-to":"all","definition":{"max-length":2},"priority":0}`
	const body = `{"pattern": "^q", "definition": {"max-length": 5, "overflow": "drop-head"}, "apply-to": "queues", "priority": 3, "name": "p 1"}`
	const hidden, notVhost = "User not authorised to access object", "User not authorised to access virtual host"
	for _, tt := range []struct {
		method, path, user, body string
		status                   int
		want                     string
	}{
		{"GET", "/api/policies", "guest:guest", "", 200, `[]`},
		{"GET", "/api/policies/none", "guest:guest", "", 404, notFound},
		{"GET", p, "guest:guest", "", 404, notFound},
		{"PUT", p, "", body, 401, ""},
		{"PUT", p, "policymaker:wrong", body, 401, `{"error":"not_authorized","reason":"Not_Authorized"}`},
		{"PUT", p, "none:x", body, 401, refused("Not management user")},
		{"PUT", p, "management:x", body, 401, refused(hidden)},
		{"PUT", p, "monitoring:x", body, 401, refused(hidden)},
		{"PUT", p, "outsider:x", body, 401, refused(notVhost)},
		{"PUT", "/api/policies/none/p", "guest:guest", body, 404, `{"error":"not_found","reason":"vhost_not_found"}`},
		{"PUT", p, "policymaker:x", body, 201, ""},
		{"PUT", p, "policymaker:x", body, 204, ""},
		{"GET", p, "policymaker:x", "", 200, shown},
		{"GET", p, "monitoring:x", "", 401, refused(hidden)},
		{"GET", "/api/policies/a%2Fb/", "management:x", "", 200, `[` + shown + `]`},
		{"GET", "/api/policies", "monitoring:x", "", 200, `[` + shown + `]`},
		{"GET", "/api/policies", "outsider:x", "", 200, `[]`},
		{"GET", "/api/policies", "reader:r", "", 401, refused("Not management user")},
		{"GET", "/api/policies/a%2Fb", "outsider:x", "", 401, refused(notVhost)},

		{"PUT", op, "policymaker:x", `{}`, 401, refused("Not administrator user")},
		{"GET", op, "monitoring:x", ``, 401, refused("Not administrator user")},
		{"PUT", op, "guest:guest", `{"pattern": "", "definition": {"max-length": 2}}`, 201, ""},
		{"GET", op, "guest:guest", "", 200, shownOp},
		{"GET", "/api/operator-policies", "management:x", "", 200, `[` + shownOp + `]`},
		{"GET", "/api/operator-policies/a%2Fb", "outsider:x", "", 401, refused(notVhost)},
		{"PUT", op, "guest:guest", `{"pattern": "", "definition": {"queue-mode": "lazy"}}`, 400, invalid(`[{<<\"queue-mode\">>,<<\"lazy\">>}] are not recognised policy settings`)},

		{"PUT", p, "guest:guest", `{"pattern": "a", "definition": {}}`, 400, invalid("no policy provided")},
		{"PUT", p, "guest:guest", `{"pattern": "a", "definition": {"max-length": -1}}`, 400, invalid("-1 is not a valid maximum length")},
		{"PUT", p, "guest:guest", `{"pattern": 5, "definition": {}}`, 400, invalid("pattern should not be of type number")},
		{"PUT", p, "guest:guest", `{"pattern": "a", "definition": "{}"}`, 400, invalid("definition should not be of type string")},
		{"PUT", p, "guest:guest", `{"priority": "high"}`, 400, invalid("priority should not be of type string")},
		{"PUT", p, "guest:guest", `[]`, 400, invalid("the body should not be of type array")},
		{"PUT", p, "guest:guest", `{`, 400, `{"error":"bad_request","reason":"not_json"}`},
		{"PUT", p, "guest:guest", ``, 400, `{"error":"bad_request","reason":"not_json"}`},
		{"PUT", p, "guest:guest", `{"pattern": "` + strings.Repeat("a", 2<<20) + `"}`, 400, `{"error":"bad_request","reason":"not_json"}`},
		{"PUT", p, "guest:guest", `{"definition": {"max-length": 1}}`, 400, `{"error":"bad_request","reason":"[{key_missing,pattern}]"}`},
		{"PUT", p, "guest:guest", `{}`, 400, `{"error":"bad_request","reason":"[{key_missing,pattern},{key_missing,definition}]"}`},
		{"GET", p, "guest:guest", "", 200, shown},

		{"DELETE", p, "monitoring:x", "", 401, refused(hidden)},
		{"DELETE", p, "policymaker:x", "", 204, ""},
		{"DELETE", p, "policymaker:x", "", 404, notFound},
		{"DELETE", op, "policymaker:x", "", 401, refused("Not administrator user")},
		{"DELETE", op, "guest:guest", "", 204, ""},
		{"GET", op, "guest:guest", "", 404, notFound},
	} {
		w := n.send(tt.method, tt.path, tt.user, tt.body)
		if w.Code != tt.status || strings.TrimSpace(w.Body.String()) != tt.want {
			t.Errorf("%s %s as %q %.80s:\n got %d %s\nwant %d %s", tt.method, tt.path, tt.user, tt.body, w.Code, w.Body, tt.status, tt.want)
		}
	}
}

// FuzzPutPolicy: a body is refused, or taken and given back as it is.
func FuzzPutPolicy(f *testing.F) {
	for _, body := range []string{
		`{"pattern": "^q", "definition": {"max-length": 5}, "apply-to": "queues", "priority": 3}`,
		`{"pattern": "(?!x)", "definition": {"overflow": "drop-head", "max-age": "7D", "delivery-limit": -1}}`,
		`{"pattern": "", "definition": {"max-length": 1e3, "foo": [{"a": null}]}}`, `[]`, `{"definition": []}`,
	} {
		f.Add([]byte(body))
	}
	n := newNode(f)
	const path = "/api/policies/%2F/p"
	f.Fuzz(func(t *testing.T, body []byte) {
		w := n.send("PUT", path, "guest:guest", string(body))
		if w.Code == 400 && strings.Contains(w.Body.String(), `{"error":"bad_request","reason":"`) {
			return
		}
		if w.Code != 201 && w.Code != 204 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		once := n.ask("GET", path, "guest:guest").Body.String()
		if w := n.send("PUT", path, "guest:guest", once); w.Code != 204 {
			t.Fatalf("%s, taken once, comes back as %d %s", once, w.Code, w.Body)
		}
		if twice := n.ask("GET", path, "guest:guest").Body.String(); twice != once {
			t.Errorf("%s has become %s", once, twice)
		}
	})
}

// TestPoliciesAreSorted: the lowest priority comes first, whatever the vhost.
func TestPoliciesAreSorted(t *testing.T) {
	n := newShop(t)
	for path, priority := range map[string]string{"%2F/c": "2", "a%2Fb/b": "1", "%2F/a": "0", "a%2Fb/d": "3"} {
		body := `{"pattern": "", "definition": {"max-length": 1}, "priority": ` + priority + `}`
		if w := n.send("PUT", "/api/policies/"+path, "guest:guest", body); w.Code != 201 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	var order []string
	for _, part := range strings.Split(n.ask("GET", "/api/policies", "guest:guest").Body.String(), `"name":"`)[1:] {
		order = append(order, part[:1])
	}
	if got := strings.Join(order, ""); got != "abcd" {
		t.Errorf("order %s", got)
	}
}
