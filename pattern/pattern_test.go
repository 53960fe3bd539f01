package pattern

import (
	"strings"
	"testing"
	"time"
)

func TestMatch(t *testing.T) {
	tests := []struct {
		expression, name string
		want             bool
	}{
		{"", "", true},
		{"", "orders", true},
		{"orders", "my.orders.eu", true}, // unanchored
		{"^orders$", "orders.eu", false},
		{`^(?!amq\.).*`, "amq.topic", false}, // lookahead: the backtracking engine
		{`^(?!amq\.).*`, "orders", true},
		{`^(\w+)\.\1$`, "a.a", true},
		{`^(\w+)\.\1$`, "a.b", false},
	}
	for _, tt := range tests {
		p, err := Compile(tt.expression)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Match(tt.name); got != tt.want {
			t.Errorf("%q matches %q = %v, want %v", tt.expression, tt.name, got, tt.want)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	if _, err := Compile("(("); err == nil || !strings.Contains(err.Error(), "'(('") {
		t.Errorf("error %v does not say what is wrong", err)
	}
}

// A pattern that backtracks without end costs a bounded time and matches
// nothing.
func TestRunawayPattern(t *testing.T) {
	p, err := Compile(`(?=x)?^(a+)+\1$`)
	if err != nil {
		t.Fatal(err)
	}
	if p.backtracking == nil {
		t.Fatal("the pattern does not reach the backtracking engine")
	}
	start := time.Now()
	if p.Match(strings.Repeat("a", 250) + "b") {
		t.Error("a pattern that timed out matched")
	}
	if took := time.Since(start); took > 20*matchTimeout {
		t.Errorf("one match took %v", took)
	}
}

func TestMatchAllocatesNothing(t *testing.T) {
	p, err := Compile(`^orders\.`)
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { p.Match("orders.eu") }); n != 0 {
		t.Errorf("Match allocates %v times", n)
	}
}

// FuzzMatch: no expression breaks the engines, and what one match says the
// next says again.
func FuzzMatch(f *testing.F) {
	f.Add(`^(?!amq\.).*`, "amq.topic")
	f.Add(`(a+)+$`, "aaaaaaaaaaaaaaaaaaaaab")
	f.Add(`(?<n>a)\k<n>`, "aa")
	f.Fuzz(func(t *testing.T, expression, name string) {
		if len(expression) > 100 || len(name) > 20 {
			return // the engine that backtracks may take its time
		}
		p, err := Compile(expression)
		if err != nil {
			return
		}
		if first := p.Match(name); p.linear != nil && first != p.Match(name) {
			t.Errorf("%q matches %q or does not", expression, name)
		}
	})
}
