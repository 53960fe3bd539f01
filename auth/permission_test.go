package auth

import (
	"strings"
	"testing"
)

func TestAllows(t *testing.T) {
	tests := []struct {
		expression, resource string
		want                 bool
	}{
		{".*", "orders", true},
		{".*", "", true},
		{"", "orders", false},
		{"", "", false}, // the default exchange has a name here
		{"^amq\\.default$", "", true},
		{"orders", "my.orders.eu", true}, // unanchored
		{"^orders$", "orders.eu", false},
		{"^orders\\.", "orders.eu", true},
		{"^(?!secret)", "secret.plans", false}, // lookahead: the backtracking engine
		{"^(?!secret)", "plans", true},
		{`^(\w+)\.\1$`, "a.a", true},
		{`^(\w+)\.\1$`, "a.b", false},
	}
	for _, tt := range tests {
		g, err := compileGrant(Permission{Write: tt.expression})
		if err != nil {
			t.Fatalf("%q: %v", tt.expression, err)
		}
		if got := g.allows(Write, tt.resource); got != tt.want {
			t.Errorf("%q allows %q = %v, want %v", tt.expression, tt.resource, got, tt.want)
		}
	}
}

func TestRightsAreApart(t *testing.T) {
	g, err := compileGrant(Permission{Configure: "^c", Write: "^w", Read: "^r"})
	if err != nil {
		t.Fatal(err)
	}
	for right, own := range map[Right]string{Configure: "c", Write: "w", Read: "r"} {
		for _, name := range []string{"c", "w", "r"} {
			if got := g.allows(right, name); got != (name == own) {
				t.Errorf("%s on %q = %v", right, name, got)
			}
		}
	}
	if g.allows(Right(9), "c") {
		t.Error("a right that does not exist was granted")
	}
}

func TestCheckNamesTheRight(t *testing.T) {
	err := Permission{Configure: ".*", Write: ".*", Read: "(("}.Check()
	if err == nil || !strings.Contains(err.Error(), "read permission") || !strings.Contains(err.Error(), "'(('") {
		t.Errorf("error %v does not say what is wrong", err)
	}
	if err := (Permission{Configure: "", Write: "^(?!x)", Read: ".*"}).Check(); err != nil {
		t.Errorf("valid permission refused: %v", err)
	}
}

func TestRightString(t *testing.T) {
	if got := Configure.String() + Write.String() + Read.String(); got != "configurewriteread" {
		t.Errorf("rights print as %q", got)
	}
	if got := Right(7).String(); got != "right 7" {
		t.Errorf("unknown right prints as %q", got)
	}
}
