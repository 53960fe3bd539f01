package mgmt_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/mgmt"
)

// TestLocal: who comes by the socket is the operator, and may do everything,
// but is no account.
func TestLocal(t *testing.T) {
	n := newNode(t)
	api := mgmt.Local(n)
	ask := func(method, path, user, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		if name, password, ok := strings.Cut(user, ":"); ok {
			r.SetBasicAuth(name, password)
		}
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		return w
	}
	for _, x := range []struct {
		method, path, user, body string
		status                   int
		answer                   string
	}{
		{"GET", "/api/whoami", "", "", 200, `{"name":"local","tags":["administrator"],"is_internal_user":true}`},
		{"PUT", "/api/vhosts/shop", "", "{}", 201, ""},
		{"PUT", "/api/queues/shop/q", "", "{}", 201, ""},
		{"POST", "/api/exchanges/shop/amq.default/publish", "", `{"properties":{},"routing_key":"q","payload":"x","payload_encoding":"string"}`, 200, `{"routed":true}`},
		{"DELETE", "/api/queues/shop/q/contents", "", "", 204, ""},
		{"GET", "/api/permissions/shop/local", "", "", 404, ""},
		{"GET", "/api/users/local", "", "", 404, ""},
		{"GET", "/api/whoami", "guest:guest", "", 200, `{"name":"guest","tags":["administrator"],"is_internal_user":true}`},
		{"GET", "/api/whoami", "guest:wrong", "", 401, ""},
		{"PUT", "/api/vhosts/other", "reader:r", "{}", 401, ""},
	} {
		w := ask(x.method, x.path, x.user, x.body)
		if w.Code != x.status || x.answer != "" && strings.TrimSpace(w.Body.String()) != x.answer {
			t.Errorf("%s %s as %q: %d %s", x.method, x.path, x.user, w.Code, w.Body)
		}
	}
	list, err := n.broker.Entries(broker.Choice{Via: "local", Most: 10})
	if err != nil || len(list) < 2 || list[len(list)-1].Action != "vhost.created" || list[len(list)-1].User != "local" {
		t.Errorf("on record: %+v %v", list, err)
	}
	if w := n.ask("GET", "/api/whoami", ""); w.Code != http.StatusUnauthorized {
		t.Errorf("without the socket: %d", w.Code)
	}
}
