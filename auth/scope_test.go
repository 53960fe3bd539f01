package auth

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestScopes(t *testing.T) {
	tests := []struct {
		scope  string
		right  Right
		vhost  string
		name   string
		key    string
		want   bool // the right on the name
		topic  bool // and on the key
		enters bool
	}{
		{"read:*/*", Read, "v", "q", "k", true, true, true},
		{"read:*/*/*", Read, "v", "q", "k", true, true, true},
		{"read:*/*", Write, "v", "q", "k", false, false, true},
		{"write:%2F/orders.*", Write, "/", "orders.eu", "", true, true, true},
		{"write:%2F/orders.*", Write, "/", "order", "", false, false, true},
		{"write:%2F/orders.*", Write, "v", "orders.eu", "", false, false, false},
		{"write:v/x/eu.*", Write, "v", "x", "eu.de", true, true, true},
		{"write:v/x/eu.*", Write, "v", "x", "us.ny", true, false, true},
		{"configure:v/*%2F*", Configure, "v", "a/b", "", true, true, true},
		{"configure:v/*%2F*", Configure, "v", "ab", "", false, false, true},
		{"read:v", Read, "v", "q", "", false, false, false}, {"read:v/a/b/c", Read, "v", "a", "b", false, false, false},
		{"read:%zz/q", Read, "%zz", "q", "", false, false, false}, {"Read:*/*", Read, "v", "q", "", false, false, false},
		{"read", Read, "", "", "", false, false, false}, {"", Read, "", "", "", false, false, false},
		{"read:/", Read, "", "", "", true, true, true}, // names that nobody has
	}
	for _, tt := range tests {
		s := ParseScopes("mq.", []string{"openid", tt.scope, "mq." + tt.scope})
		got := s.Allowed(nil, tt.right, Resource{Vhost: tt.vhost, Kind: Queue, Name: tt.name})
		topic := s.AllowedTopic(nil, tt.right, tt.vhost, tt.name, tt.key)
		if enters := s.Reachable(nil, tt.vhost); got != tt.want || topic != tt.topic || enters != tt.enters {
			t.Errorf("%s: %s on %s in %s: %v, on %s: %v, enters: %v", tt.scope, tt.right, tt.name, tt.vhost, got, tt.key, topic, enters)
		}
	}
}

func TestScopeTags(t *testing.T) {
	s := ParseScopes("mq.", []string{"mq.tag:administrator", "tag:monitoring", "mq.tag:", "mq.tag:a:b", "mq.tags:x"})
	if !slices.Equal(s.Tags(), []string{"administrator", "a:b"}) || s.Reachable(nil, "/") {
		t.Errorf("tags %q", s.Tags())
	}
}

func TestScopesAreBounded(t *testing.T) {
	var list []string
	for i := range 3 * maxScopes {
		list = append(list, fmt.Sprintf("read:v/%d", i), fmt.Sprintf("tag:%d", i))
	}
	if s := ParseScopes("", list); len(s.grants)+len(s.tags) != maxScopes {
		t.Errorf("%d rights, %d tags", len(s.grants), len(s.tags))
	}
}

// FuzzScopes: no scope grants what is outside of the vhost that it begins
// with, and one without a star grants one name at most.
func FuzzScopes(f *testing.F) {
	for _, s := range []string{"read:*/*", "write:%2F/a.*/k", "tag:administrator", "configure:v/%zz", "read:*a*b*/x", ":", "read:v/"} {
		f.Add(s, "v", "a.b")
	}
	f.Fuzz(func(t *testing.T, text, vhost, name string) {
		s := ParseScopes("", []string{text})
		on := Resource{Vhost: vhost, Kind: Queue, Name: name}
		for r := Configure; r <= Read; r++ {
			if s.Allowed(nil, r, on) {
				if !s.Reachable(nil, vhost) || !strings.HasPrefix(text, r.String()+":") {
					t.Errorf("%q grants %s on %q in %q", text, r, name, vhost)
				}
				other := on
				if other.Name += "x"; !strings.Contains(text, "*") && s.Allowed(nil, r, other) {
					t.Errorf("%q grants %s on both %q and %q", text, r, name, other.Name)
				}
			}
		}
		if len(s.tags)+len(s.grants) > 1 {
			t.Errorf("%q is more than one scope", text)
		}
	})
}
