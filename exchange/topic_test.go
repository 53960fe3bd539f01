package exchange

import (
	"slices"
	"strings"
	"testing"
)

func TestTopicMatches(t *testing.T) {
	for _, c := range []struct{ key, yes, no string }{ // <> is the empty key
		{"", "<> # #.#", "* *.* #.* a ."},
		{".", ". *. .* *.* # #.#.# .# #.", "<> * a *.*.*"},
		{"a", "a * # #.a a.# *.# #.* #.#", "<> b A a. .a a.* *.*"},
		{"a.b", "a.b *.b a.* *.* # a.# #.b #.a.b a.#.b *.#.b a.b.# #.#", "a a.b.c *.*.* b.a #.a ab"},
		{"a..b", "a..b a.*.b a.#.b *.*.* #..# #..b a..#", "a.b *.* a.b.# #.a #. .#.b"},
		{"a.b.c.a.b", "#.a.b a.b.# *.*.c.# #.c.# a.#.b #.a.#.b #.a.#.a.#", "#.a.#.a.#.a #.c *.c.#"},
		{"*", "* #", "a"},
		{"#", "* #", "a <>"},
	} {
		r := newRouter(t, Topic)
		for _, b := range strings.Fields(c.yes + " " + c.no) {
			r.Bind(Binding{&dest{b}, strings.Trim(b, "<>"), nil})
		}
		var s Set
		r.Route(nil, c.key, &s)
		yes := strings.Fields(c.yes)
		slices.Sort(yes)
		if got := names(&s); !slices.Equal(got, yes) {
			t.Errorf("%q matches %q, want %q", c.key, got, yes)
		}
	}
}

func TestTopicPrunesWhatUnbindLeavesEmpty(t *testing.T) {
	r := newRouter(t, Topic).(*topic)
	q := &dest{"q"}
	keys := strings.Fields("a.b.c a.b a.*.c #.# * a.#.b.# *.*.a")
	for _, k := range keys {
		r.Bind(Binding{q, k, nil})
	}
	for _, k := range keys {
		if !r.Unbind(Binding{q, k, nil}) {
			t.Errorf("%q was not bound", k)
		}
	}
	if !r.root.empty() {
		t.Error("nodes are left with no binding")
	}
}

// TestTopicHashesAreBounded would not end if ways were counted, not nodes.
func TestTopicHashesAreBounded(t *testing.T) {
	r := newRouter(t, Topic)
	for _, p := range []string{
		strings.Repeat("#.a.", 63) + "b", strings.Repeat("#.*.", 63) + "b",
		strings.Repeat("#.*.#.a.", 31) + "*.b", strings.Repeat("#.", 127) + "#",
	} {
		r.Bind(Binding{&dest{p}, p, nil})
	}
	var s Set
	r.Route(nil, strings.Repeat("a.", 127)+"a", &s)
	if s.Len() != 1 || len(s.positions) != 0 {
		t.Errorf("%d match, want the one of hashes alone; %d positions are left", s.Len(), len(s.positions))
	}
}

func FuzzTopic(f *testing.F) {
	f.Add("a.*.#\na.b\n#.#.b\n", "a.b.c")
	f.Add("#.a.#.a.#.b\n\n*.", "a.a.a.a.")
	f.Fuzz(func(t *testing.T, bindings, key string) {
		if len(bindings) > 60 || len(words(key)) > 12 {
			return // the naive matcher takes exponential time
		}
		r := newRouter(t, Topic)
		all := strings.Split(bindings, "\n")
		for _, b := range all {
			r.Bind(Binding{&dest{b}, b, nil})
		}
		var s Set
		r.Route(nil, key, &s)
		var want []string
		for _, b := range all {
			if naiveTopic(words(b), words(key)) {
				want = append(want, b)
			}
		}
		slices.Sort(want)
		if got := names(&s); !slices.Equal(got, want) {
			t.Errorf("%q goes to %q, want %q", key, got, want)
		}
	})
}
