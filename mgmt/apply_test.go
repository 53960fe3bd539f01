package mgmt_test

import (
	"bytes"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/definitions"
)

const someYAML = "version: 1\nowner: me\nvhosts: {/: {exchanges: {x: {type: topic}}, queues: {q: {bind: x, max_length: 5}}}}\nusers: {amy: {password: hush}}\n"

// sendYAML posts a file as people write it.
func (n node) sendYAML(path, text string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", path, bytes.NewReader([]byte(text)))
	r.Header.Set("Content-Type", "application/yaml")
	r.SetBasicAuth("guest", "guest")
	w := httptest.NewRecorder()
	n.ServeHTTP(w, r)
	return w
}

// TestApply: a plan is carried out, once; what is in the way answers 409, and
// nothing is done.
func TestApply(t *testing.T) {
	n := newNode(t)
	if w := n.sendYAML("/api/x/definitions/plan", someYAML); w.Code != 200 || !strings.Contains(w.Body.String(), `"create":4`) || strings.Contains(w.Body.String(), "hush") {
		t.Errorf("plan: %d %s", w.Code, w.Body)
	}
	if w := n.ask("GET", "/api/queues/%2F/q", "guest:guest"); w.Code != 404 {
		t.Errorf("the plan made a queue: %d", w.Code)
	}
	if w := n.sendYAML("/api/x/definitions/apply", someYAML); w.Code != 200 || !strings.Contains(w.Body.String(), `"create":4`) {
		t.Errorf("apply: %d %s", w.Code, w.Body)
	}
	if w := n.sendYAML("/api/x/definitions/apply?all=true", someYAML); w.Code != 200 || !strings.Contains(w.Body.String(), `"counts":{"keep":5}`) || !strings.Contains(w.Body.String(), `"owner":"me"`) {
		t.Errorf("once more: %d %s", w.Code, w.Body)
	}
	other := strings.NewReplacer("topic", "fanout", "hush", "other").Replace(someYAML)
	if w := n.sendYAML("/api/x/definitions/apply", other); w.Code != 409 || !strings.Contains(w.Body.String(), `"error":"conflict"`) || !strings.Contains(w.Body.String(), `"action":"conflict"`) {
		t.Errorf("in the way: %d %s", w.Code, w.Body)
	}
	if u, err := n.broker.Authenticate("amy", "hush"); err != nil || u == nil {
		t.Errorf("the password was changed: %v", err)
	}
	if w := n.sendYAML("/api/x/definitions/apply?replace=true", other); w.Code != 200 || !strings.Contains(w.Body.String(), `"recreate":1`) {
		t.Errorf("replace: %d %s", w.Code, w.Body)
	}
	if w := n.sendYAML("/api/x/definitions/apply?prune=true", "version: 1\nowner: me\n"); w.Code != 200 || !strings.Contains(w.Body.String(), `"delete":4`) {
		t.Errorf("prune: %d %s", w.Code, w.Body)
	}
	if w := n.sendYAML("/api/x/definitions/plan", "version: 1\nowner: ${HOME}\nnope: 1"); w.Code != 400 || !strings.Contains(w.Body.String(), "definitions.yaml:2:8: variable HOME: there are no variables here") || !strings.Contains(w.Body.String(), "nope") {
		t.Errorf("variables: %d %s", w.Code, w.Body)
	}
}

// TestExportYAML: what is exported is what is there, and the schema is served.
func TestExportYAML(t *testing.T) {
	n := newNode(t)
	n.build(t)
	w := n.ask("GET", "/api/x/definitions/export", "guest:guest")
	if w.Code != 200 || w.Header().Get("Content-Type") != "application/yaml" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	if w := n.sendYAML("/api/x/definitions/plan", w.Body.String()); w.Code != 200 || strings.Contains(w.Body.String(), "create") || strings.Contains(w.Body.String(), "change") || strings.Contains(w.Body.String(), "conflict") {
		t.Errorf("of its own export: %d %s", w.Code, w.Body)
	}
	if w := n.ask("GET", "/api/x/definitions/schema.json", "guest:guest"); w.Code != 200 || w.Body.String() != string(definitions.Schema()) {
		t.Errorf("schema: %d", w.Code)
	}
}
