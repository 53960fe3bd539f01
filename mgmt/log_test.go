package mgmt_test

import (
	"errors"
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
		{"PUT", "/api/x/log/level", `{"level":"none","category":"connection"}`, 204, ""},
		{"PUT", "/api/x/log/level", `{"level":"error","category":"channel"}`, 204, ""},
		{"PUT", "/api/x/log/level", `{"level":"none"}`, 400, "one of"},
		{"PUT", "/api/x/log/level", `{"level":"info","category":"moon"}`, 400, "one of connection, channel, queue"},
		{"PUT", "/api/x/log/level", `{"level":"loud","category":"queue"}`, 400, "none or default"},
		{"GET", "/api/x/log/level", "", 200, `"categories":{"channel":"error","connection":"none"}`},
		{"PUT", "/api/x/log/level", `{"level":"default","category":"channel"}`, 204, ""},
		{"PUT", "/api/x/log/level", `{"level":"default","category":"connection"}`, 204, ""},
		{"POST", "/api/x/log/rotate", "", 404, "not kept"},
		{"POST", "/api/x/config/reload", "", 404, "cannot be reloaded"},
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

// TestReload: administrators may reload and rotate, on record; what went wrong is
// the answer.
func TestReload(t *testing.T) {
	n := newNode(t)
	wrong := errors.New("x.yaml:1:1: unknown key 'a'")
	var err error
	n.Handler = mgmt.New(n.broker, "rabbit@here",
		mgmt.WithReload(func() (config.Outcome, error) {
			return config.Sort([]config.Change{{Key: "limits.queues", From: "0", To: "5", Live: true}, {Key: "store.sync"}}), err
		}),
		mgmt.WithRotation(func() error { return err }))
	expect := func(method, path, user string, status int, want string) {
		t.Helper()
		w := n.send(method, path, user, "")
		if w.Code != status || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s %s by %s: %d %s, want %d %s", method, path, user, w.Code, w.Body, status, want)
		}
	}
	n.send("PUT", "/api/users/amy", "guest:guest", `{"password":"a","tags":"monitoring"}`)
	expect("POST", "/api/x/config/reload", "amy:a", 401, "")
	expect("POST", "/api/x/log/rotate", "amy:a", 401, "")
	expect("POST", "/api/x/config/reload", "guest:guest", 200,
		`{"applied":[{"key":"limits.queues","from":"0","to":"5","live":true}],"needs_restart":[{"key":"store.sync"`)
	expect("POST", "/api/x/log/rotate", "guest:guest", 204, "")
	expect("GET", "/api/x/audit?action=config.", "guest:guest", 200, `"action":"config.reloaded"`)
	expect("GET", "/api/x/audit?action=log.", "guest:guest", 200, `"action":"log.rotated"`)
	err = wrong
	expect("POST", "/api/x/config/reload", "guest:guest", 400, "x.yaml:1:1: unknown key 'a'")
	expect("POST", "/api/x/log/rotate", "guest:guest", 400, "unknown key")
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
