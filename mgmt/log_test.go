package mgmt_test

import (
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/config"
	"github.com/hutchmq/hutchmq/logbook"
	"github.com/hutchmq/hutchmq/mgmt"
)

// TestLog: lines from a level on, with a text, after a line; and a level that is
// changed, on record.
func TestLog(t *testing.T) {
	n := newNode(t)
	book := logbook.New(slog.LevelInfo)
	log := slog.New(book.Keep(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: book})))
	settings := []config.Setting{{Key: "defaults.pass", Value: config.Masked, Origin: config.FromFlag}}
	n.Handler = mgmt.New(n.broker, "rabbit@here", mgmt.WithLog(book), mgmt.WithSettings(func() []config.Setting { return settings }))
	log.Info("listening", "protocol", "amqp")
	log.Debug("hidden")
	log.Warn("low")
	for _, tt := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/api/x/log", "", 200, `"message":"listening","details":{"protocol":"amqp"}},{"id":2`},
		{"GET", "/api/x/log?level=warn", "", 200, `{"level":"info","lines":[{"id":2,`},
		{"GET", "/api/x/log?q=AMQP", "", 200, `"lines":[{"id":1,`},
		{"GET", "/api/x/log?after=2", "", 200, `"lines":[]`},
		{"GET", "/api/x/log?level=loud", "", 400, "one of debug, info, warn, error"},
		{"GET", "/api/x/log?limit=501", "", 400, "limit"},
		{"PUT", "/api/x/log/level", `{"level":"loud"}`, 400, "one of"},
		{"PUT", "/api/x/log/level", `{}`, 400, "key_missing"},
		{"PUT", "/api/x/log/level", `{"level":"debug"}`, 204, ""},
		{"GET", "/api/x/log/level", "", 200, `{"level":"debug"}`},
		{"GET", "/api/x/audit?action=log.&limit=1", "", 200, `"action":"log.level.set","vhost":"","name":"debug"`},
		{"GET", "/api/x/config", "", 200, `"key":"defaults.pass","value":"********"`},
	} {
		w := n.send(tt.method, tt.path, "guest:guest", tt.body)
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) {
			t.Errorf("%s %s: %d %s, want %d %s", tt.method, tt.path, w.Code, w.Body, tt.status, tt.want)
		}
	}
	log.Debug("no longer hidden")
	if w := n.ask("GET", "/api/x/log?level=debug", "guest:guest"); !strings.Contains(w.Body.String(), "no longer hidden") {
		t.Errorf("%s", w.Body)
	}
}

// TestAuditNamesNoPassword: whatever a user is made of.
func TestAuditNamesNoPassword(t *testing.T) {
	n := newNode(t)
	n.send("PUT", "/api/users/amy", "guest:guest", `{"password":"hush-hush","tags":""}`)
	n.send("PUT", "/api/users/amy", "guest:guest", `{"password":"hush-hush"}`)
	n.send("PUT", "/api/users/amy", "guest:guest", `{"password_hash":"hush-hush","tags":"x"}`)
	n.send("POST", "/api/definitions", "guest:guest", `{"users":[{"name":"ann","password":"hush-hush","tags":""}]}`)
	n.send("POST", "/api/definitions", "guest:guest", `{"users":[{"name":"ann","password":"hush-hush","hashing_algorithm":"none"}],"vhosts":7}`)
	var w *httptest.ResponseRecorder
	if w = n.ask("GET", "/api/x/audit", "guest:guest"); w.Code != 200 || strings.Contains(w.Body.String(), "hush") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if !strings.Contains(w.Body.String(), `"via":"definitions"`) {
		t.Errorf("nothing of the import: %s", w.Body)
	}
}
