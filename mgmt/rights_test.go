package mgmt_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// TestRights: each operation refuses who has not the tag that its description
// asks for, and nobody at all if it is for users.
func TestRights(t *testing.T) {
	n := newNode(t)
	n.broker.PutUser("manager", "m", "management")
	var d struct {
		Paths map[string]map[string]struct {
			Requires string `json:"x-requires"`
			Security *[]any
		}
	}
	if err := json.Unmarshal(n.ask("GET", "/api/x/openapi.json", "guest:guest").Body.Bytes(), &d); err != nil || len(d.Paths) < 100 {
		t.Fatalf("%d paths: %v", len(d.Paths), err)
	}
	asked := 0
	for path, item := range d.Paths {
		for method, o := range item {
			if o.Security != nil {
				continue
			}
			method, path := strings.ToUpper(method), placeholder.ReplaceAllString(path, "x")
			refused := []string{""}
			switch o.Requires {
			case "management":
				refused = append(refused, "reader:r")
			case "policymaker", "monitoring", "administrator":
				refused = append(refused, "reader:r", "manager:m")
			case "user":
			default:
				t.Errorf("%s %s requires %q", method, path, o.Requires)
			}
			for _, user := range refused {
				asked++
				if w := n.ask(method, path, user); w.Code != http.StatusUnauthorized {
					t.Errorf("%s %s as %q: %d %s", method, path, user, w.Code, w.Body)
				}
			}
		}
	}
	if asked < 300 {
		t.Errorf("asked only %d times", asked)
	}
}
