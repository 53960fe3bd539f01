package mgmt_test

import (
	"strings"
	"testing"
)

// TestUI: the page is there for who has not logged in yet, and what it loads.
func TestUI(t *testing.T) {
	n := newNode(t)
	w := n.ask("GET", "/", "")
	if w.Code != 200 || !strings.Contains(w.Body.String(), `<div id="app">`) {
		t.Fatalf("/ answers %d: %s", w.Code, w.Body)
	}
	_, rest, _ := strings.Cut(w.Body.String(), `<script type="module" src="`)
	name, _, _ := strings.Cut(rest, `"`)
	for path, want := range map[string]int{"/" + name: 200, "/favicon.svg": 200, "/ui/none": 404} {
		if w := n.ask("GET", path, ""); w.Code != want {
			t.Errorf("%s answers %d, want %d", path, w.Code, want)
		}
	}
}
