package tracing

import (
	"encoding/hex"
	"testing"
)

const (
	trace  = "4bf92f3577b34da6a3ce929d0e0e4736"
	parent = "00f067aa0ba902b7"
	whole  = "00-" + trace + "-" + parent + "-01"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]bool{
		whole:                                                   true,
		"00-" + trace + "-" + parent + "-03":                    true,
		"01-" + trace + "-" + parent + "-01":                    true,
		"cc-" + trace + "-" + parent + "-01-x":                  true,
		"00-" + trace + "-" + parent + "-00":                    false, // not sampled
		"00-" + trace + "-" + parent + "-01-x":                  false,
		"cc-" + trace + "-" + parent + "-01x":                   false,
		"ff-" + trace + "-" + parent + "-01":                    false,
		"00-00000000000000000000000000000000-" + parent + "-01": false,
		"00-" + trace + "-0000000000000000-01":                  false,
		"00-4BF92F3577B34DA6A3CE929D0E0E4736-" + parent + "-01": false,
		"0x-" + trace + "-" + parent + "-01":                    false,
		"00_" + trace + "-" + parent + "-01":                    false,
		"":                                                      false, "00": false, whole[:54]: false,
	} {
		c, ok := Parse(text, "vendor=1")
		if ok != want {
			t.Errorf("%q: %v", text, ok)
		}
		if ok && (hex.EncodeToString(c.Trace[:]) != trace || hex.EncodeToString(c.Parent[:]) != parent || c.State != "vendor=1") {
			t.Errorf("%q is %+v", text, c)
		}
		if !ok && c != (Context{}) {
			t.Errorf("%q leaves %+v", text, c)
		}
	}
	if c, ok := Parse(whole, string(make([]byte, maxState+1))); !ok || c.State != "" {
		t.Error("a state without bound")
	}
}

func TestSpanIDs(t *testing.T) {
	c, _ := Parse(whole, "")
	if c.SpanIDFor("q", 1) != c.SpanIDFor("q", 1) {
		t.Error("the same things have two ids")
	}
	seen := map[SpanID]bool{{}: true}
	for _, id := range []SpanID{c.SpanIDFor("q", 1), c.SpanIDFor("q", 2), c.SpanIDFor("r", 1), NewSpanID(), NewSpanID()} {
		if seen[id] {
			t.Errorf("%x twice", id)
		}
		seen[id] = true
	}
}

// FuzzParse: whatever a client writes, it is refused or read.
func FuzzParse(f *testing.F) {
	f.Add(whole, "a=b")
	f.Add("00-", "")
	f.Fuzz(func(t *testing.T, traceparent, tracestate string) {
		c, ok := Parse(traceparent, tracestate)
		if ok && (c.Trace == TraceID{} || c.Parent == SpanID{} || len(c.State) > maxState) {
			t.Errorf("%q is %+v", traceparent, c)
		}
	})
}
