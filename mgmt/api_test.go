package mgmt_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/exchange"
	"github.com/hutchmq/hutchmq/mgmt"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/classic"
	"github.com/hutchmq/hutchmq/store"
)

// testFacts are those of the node in tests.
var testFacts = mgmt.Facts{
	Version: "0.1.0", DataDir: "/data", ConfigFile: "/hutchmq.yaml",
	Listeners: []mgmt.Listener{
		{Protocol: "amqp", IP: "::", Port: 5672}, {Protocol: "http", IP: "::", Port: 15672},
		{Protocol: "http/prometheus", IP: "127.0.0.1", Port: 15692},
	},
}

// node is an API over a broker with one connection in it.
type node struct {
	http.Handler
	broker *broker.Broker
	kicked chan string
}

func newNode(t testing.TB) node {
	t.Helper()
	st := store.NewMemory()
	kind := classic.New(st)
	b, err := broker.New(broker.Options{
		Store: st, Node: "rabbit@here", Auth: auth.NewDatabase([]string{"local"}), QueueTypes: []queue.Type{kind, restful{kind}, restless{kind}}, Log: slog.New(slog.DiscardHandler),
		ExchangeTypes: []exchange.Type{exchange.Direct, exchange.Fanout, exchange.Topic, exchange.Headers},
		Defaults:      broker.Defaults{User: "guest", Password: "guest", Vhost: "/"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.PutUser("reader", "r"); err != nil {
		t.Fatal(err)
	}
	u, err := b.Login("guest", "guest", true)
	if err != nil {
		t.Fatal(err)
	}
	n := node{mgmt.New(b, "rabbit@here", mgmt.WithFacts(testFacts)), b, make(chan string, 1)}
	c, err := b.Connect(u, "/", broker.Client{
		Name: "127.0.0.1:50000 -> 127.0.0.1:5672", Protocol: "AMQP 0-9-1", PeerPort: 50000,
		Properties: amqp.Table{"connection_name": "tester"},
		Kick:       func(reason string) { n.kicked <- reason }, Channels: func() int { return 3 },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		b.Close()
		kind.Close()
		st.Close()
	})
	return n
}

func (n node) ask(method, path, user string) *httptest.ResponseRecorder {
	return n.send(method, path, user, "")
}

func (n node) send(method, path, user, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if name, password, ok := strings.Cut(user, ":"); ok {
		r.SetBasicAuth(name, password)
	}
	w := httptest.NewRecorder()
	n.ServeHTTP(w, r)
	return w
}

// TestLoopbackOnly: who may log in only from this machine is told so when it
// comes from another one with the right password, or a wrong one.
func TestLoopbackOnly(t *testing.T) {
	n := newNode(t)
	if err := n.broker.PutUser("local", "l"); err != nil {
		t.Fatal(err)
	}
	const want = `{"error":"not_authorised","reason":"User can only log in via localhost"}`
	for _, password := range []string{"l", "wrong"} {
		if w := n.ask("GET", "/api/whoami", "local:"+password); w.Code != 401 || strings.TrimSpace(w.Body.String()) != want {
			t.Errorf("%s: %d %s", password, w.Code, w.Body)
		}
	}
}

const connectionPath = "/api/connections/127.0.0.1:50000%20-%3E%20127.0.0.1:5672"

func TestStatus(t *testing.T) {
	n := newNode(t)
	tests := []struct {
		method, path, user string
		status             int
		body               string
	}{
		{"GET", "/livez", "", 200, `{"status":"ok"}`},
		{"GET", "/readyz", "", 200, `{"status":"ok"}`},
		{"GET", "/api/connections", "", 401, ""},
		{"GET", "/api/connections", "guest:wrong", 401, `{"error":"not_authorized","reason":"Not_Authorized"}`},
		{"GET", "/api/connections", "reader:r", 401, `{"error":"not_authorised","reason":"Not management user"}`},
		{"DELETE", connectionPath, "reader:r", 401, `{"error":"not_authorised","reason":"Not management user"}`},
		{"GET", "/api/connections/nobody", "guest:guest", 404, `{"error":"Object Not Found","reason":"Not Found"}`},
		{"DELETE", "/api/connections/nobody", "guest:guest", 404, `{"error":"Object Not Found","reason":"Not Found"}`},
		{"GET", "/api/nothing", "guest:guest", 404, `{"error":"Object Not Found","reason":"Not Found"}`},
		{"PUT", "/api/connections", "guest:guest", 405, ""},
	}
	for _, tt := range tests {
		w := n.ask(tt.method, tt.path, tt.user)
		if w.Code != tt.status || strings.TrimSpace(w.Body.String()) != tt.body {
			t.Errorf("%s %s as %q: %d %s, want %d %s", tt.method, tt.path, tt.user, w.Code, w.Body, tt.status, tt.body)
		}
	}
	if h := n.ask("GET", "/api/connections", "").Header().Get("WWW-Authenticate"); h != `Basic realm="RabbitMQ Management"` {
		t.Errorf("WWW-Authenticate %q", h)
	}
}

func TestConnections(t *testing.T) {
	n := newNode(t)
	for _, path := range []string{"/api/connections", "/api/connections/"} {
		for _, query := range []string{"", "?columns=name", "?page=1"} {
			if w := n.ask("GET", path+query, "guest:guest"); !strings.Contains(w.Body.String(), ":50000 -> 127") {
				t.Errorf("%s%s: the name is not as it is: %s", path, query, w.Body)
			}
		}
		var list []map[string]any
		w := n.ask("GET", path, "guest:guest")
		if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || len(list) != 1 {
			t.Fatalf("%s: %v: %s", path, err, w.Body)
		}
		properties, _ := list[0]["client_properties"].(map[string]any)
		if list[0]["channels"] != 3.0 || list[0]["node"] != "rabbit@here" || properties["connection_name"] != "tester" {
			t.Errorf("%s: %s", path, w.Body)
		}
	}
	if w := n.ask("GET", connectionPath, "guest:guest"); w.Code != 200 || !strings.Contains(w.Body.String(), `"peer_port":50000`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestCloseConnection(t *testing.T) {
	n := newNode(t)
	if w := n.ask("DELETE", connectionPath, "guest:guest"); w.Code != 204 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if reason := <-n.kicked; reason != "Closed via management plugin" {
		t.Errorf("reason %q", reason)
	}
}

// TestCompressed: what is big goes out in gzip to those who take it, and a
// stream of events never does.
func TestCompressed(t *testing.T) {
	n := newNode(t)
	for accept, want := range map[string]string{"application/json": "gzip", "text/event-stream": ""} {
		r := httptest.NewRequest("GET", "/api/feature-flags", nil)
		r.Header.Set("Accept", accept)
		r.Header.Set("Accept-Encoding", "gzip")
		r.SetBasicAuth("guest", "guest")
		w := httptest.NewRecorder()
		n.ServeHTTP(w, r)
		if got := w.Header().Get("Content-Encoding"); w.Code != 200 || got != want {
			t.Errorf("Accept %s: %d, in %q", accept, w.Code, got)
		}
	}
}
