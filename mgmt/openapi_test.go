package mgmt

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-chi/chi/v5"
)

// TestEveryRouteIsDescribed: and every description has a route.
func TestEveryRouteIsDescribed(t *testing.T) {
	described := map[string]int{}
	for i := range operations {
		described[operations[i].method+" "+operations[i].path]++
	}
	for o, n := range described {
		if n > 1 {
			t.Errorf("%s is described %d times", o, n)
		}
	}
	// The pages of the UI take any method, and are no part of the API.
	pages := []string{"/", "/favicon.svg", "/ui/*"}
	err := chi.Walk((&API{}).routes(), func(method, path string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		route := method + " " + path
		if described[route] == 0 && !slices.Contains(pages, path) {
			t.Errorf("%s is not in operations.go", route)
		}
		delete(described, route)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for o := range described {
		t.Errorf("%s is in operations.go, but there is no such route", o)
	}
}

// TestOpenAPI: the description is valid, and names no operation twice.
func TestOpenAPI(t *testing.T) {
	text, err := json.Marshal(describeAPI())
	if err != nil {
		t.Fatal(err)
	}
	d, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	ids := map[string]bool{}
	for path, item := range d.Paths.Map() {
		for method, o := range item.Operations() {
			if ids[o.OperationID] || o.Summary == "" || !strings.HasSuffix(o.Summary, ".") {
				t.Errorf("%s %s: id %q, summary %q", method, path, o.OperationID, o.Summary)
			}
			ids[o.OperationID] = true
		}
	}
	if len(ids) != len(operations) {
		t.Errorf("%d operations of %d", len(ids), len(operations))
	}
}
