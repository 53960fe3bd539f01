package auth

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// TestGlob: match agrees with a naive matcher that tries every way.
func TestGlob(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 0))
	text := func(letters string) string {
		b := make([]byte, r.IntN(8))
		for i := range b {
			b[i] = letters[r.IntN(len(letters))]
		}
		return string(b)
	}
	for range 50_000 {
		pattern, name := text("ab*"), text("ab")
		g, ok := parseGlob(pattern)
		if !ok {
			t.Fatalf("%q is no pattern", pattern)
		}
		if got, want := g.match(name), naive(pattern, name); got != want {
			t.Fatalf("%q matches %q: %v, want %v (seed %d)", pattern, name, got, want, seed)
		}
	}
}

func naive(pattern, name string) bool {
	switch {
	case pattern == "":
		return name == ""
	case pattern[0] == '*':
		return naive(pattern[1:], name) || name != "" && naive(pattern, name[1:])
	}
	return name != "" && name[0] == pattern[0] && naive(pattern[1:], name[1:])
}

func TestGlobEncoding(t *testing.T) {
	for _, tt := range []struct {
		pattern, name string
		want          bool
	}{
		{"%2F", "/", true}, {"%2f", "/", true}, {"a%2A", "a*", true}, {"a%2A", "ab", false}, {"a+b", "a+b", true},
		{"*.%25", "x.%", true}, {"%C3%BC*", "über", true}, {"", "", true}, {"", "x", false},
	} {
		if g, ok := parseGlob(tt.pattern); !ok || g.match(tt.name) != tt.want {
			t.Errorf("%q matches %q: not %v", tt.pattern, tt.name, tt.want)
		}
	}
	if _, ok := parseGlob("%zz"); ok {
		t.Error("%zz is a pattern")
	}
}

// TestGlobIsQuick: many stars do not multiply.
func TestGlobIsQuick(t *testing.T) {
	g, _ := parseGlob(strings.Repeat("*a", 1000) + "*b")
	began := time.Now()
	if g.match(strings.Repeat("a", 10_000)) {
		t.Error("a's match a b")
	}
	if d := time.Since(began); d > time.Second {
		t.Errorf("it took %v", d)
	}
}
