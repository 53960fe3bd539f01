package definitions

import (
	"fmt"
	"strings"
	"testing"
)

// doubts are the warnings of a file, without its name.
func doubts(t *testing.T, text string) (list []string) {
	t.Helper()
	d, err := Read("f.yaml", []byte("version: 1\nvhosts: {/: {"+text+"}}\n"), Source{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range Check([]*Document{d}) {
		if p.Doubt && !p.Outside {
			list = append(list, p.Text)
		}
	}
	return list
}

// TestCircles: dead letters that come back by themselves are told of, and the
// circle of those who try again, which a consumer leaves, is not.
func TestCircles(t *testing.T) {
	const dropped = ": what no consumer takes goes round once, and is dropped"
	for _, tt := range []struct{ text, want string }{
		{`queues: {q: {message_ttl: 5s, dead_letter: {exchange: "", routing_key: q}}}`, "its dead letters come back to it" + dropped},
		{`exchanges: {x: {type: fanout}}, queues: {q: {max_length: 5, dead_letter: x, bind: x}}`, "its dead letters come back to it" + dropped},
		{`exchanges: {x: {type: fanout}}, queues: {q: {max_length: 5, overflow: reject-publish, dead_letter: x, bind: x}}`, ""},
		{`queues: {work: {message_ttl: 5s, dead_letter: {exchange: amq.direct, routing_key: wait}},
			wait: {message_ttl: 5s, dead_letter: {exchange: "", routing_key: work}, bind: {to: amq.direct, key: wait}}}`,
			"its dead letters come back to it by 'wait'" + dropped},
		{`queues: {work: {dead_letter: {exchange: "", routing_key: wait}}, wait: {message_ttl: 5s, dead_letter: {exchange: "", routing_key: work}}}`, ""},
		{`queues: {q: {message_ttl: 5s, dead_letter: {exchange: amq.direct, routing_key: a}, bind: {to: amq.direct, key: b}}}`, ""},
		{`queues: {q: {message_ttl: 5s, dead_letter: amq.direct, bind: {to: amq.direct, key: q}}}`, ""},
		{`queues: {q: {message_ttl: 5s, dead_letter: amq.topic, bind: {to: amq.topic, key: "#"}}}`, "its dead letters come back to it" + dropped},
		{`queues: {q: {message_ttl: 5s, dead_letter: {exchange: amq.topic, routing_key: a.b.c}, bind: {to: amq.topic, key: "a.*.#"}}}`, "its dead letters come back to it" + dropped},
		{`queues: {q: {message_ttl: 5s, dead_letter: {exchange: amq.topic, routing_key: a.b}, bind: {to: amq.topic, key: "a.*.c"}}}`, ""},
		{`exchanges: {x: {type: headers}}, queues: {q: {message_ttl: 5s, dead_letter: x, bind: x}}`, ""},
		{`exchanges: {x: {type: fanout}, y: {type: fanout, bind: x}}, queues: {q: {message_ttl: 5s, dead_letter: x, bind: y}}`, "its dead letters come back to it" + dropped},
		{`queues: {q: {message_ttl: 5s, dead_letter: {exchange: "", routing_key: r}}, r: }`, ""},
	} {
		if got := strings.Join(doubts(t, tt.text), "; "); got != tt.want {
			t.Errorf("%s\ntold %q, want %q", tt.text, got, tt.want)
		}
	}
}

// TestManyCircles: a long chain, and many queues at one exchange, take no time
// to speak of.
func TestManyCircles(t *testing.T) {
	var b strings.Builder
	b.WriteString("exchanges: {x: {type: fanout}}, queues: {")
	const queues = 3000
	for i := range queues {
		fmt.Fprintf(&b, "c%d: {message_ttl: 1s, dead_letter: {exchange: '', routing_key: c%d}}, ", i, (i+1)%queues)
		fmt.Fprintf(&b, "f%d: {message_ttl: 1s, dead_letter: x, bind: x}, ", i)
	}
	b.WriteString("}")
	list := doubts(t, b.String())
	if len(list) != queues+1 {
		t.Errorf("%d circles", len(list))
	}
}

// TestUnmatched: policies that match nothing of what is described.
func TestUnmatched(t *testing.T) {
	policy := func(pattern, to string) string {
		return fmt.Sprintf("policies: {p: {pattern: '%s', apply_to: %s, definition: {max-length: 5}}}", pattern, to)
	}
	for _, tt := range []struct{ text, want string }{
		{policy("^order", "queues"), ""},
		{"queues: {orders: }, " + policy("^order", "queues"), ""},
		{"queues: {refunds: }, " + policy("^order", "queues"), "its pattern '^order' matches none of the queues in '/' that are described"},
		{"exchanges: {orders: {type: topic}}, " + policy("^order", "all"), ""},
		{"exchanges: {orders: {type: topic}}, queues: {q: }, " + policy("^oder", "all"), "its pattern '^oder' matches none of the queues and exchanges in '/' that are described"},
		{"exchanges: {orders: {type: topic}}, policies: {p: {pattern: '^amq[.]', apply_to: exchanges, definition: {alternate-exchange: orders}}}", ""},
		{"queues: {refunds: }, operator_" + policy("^order", "queues"), "its pattern '^order' matches none of the queues in '/' that are described"},
		{"queues: {q-1: }, " + policy("^q-(?=1)", "queues"), ""},
	} {
		if got := strings.Join(doubts(t, tt.text), "; "); got != tt.want {
			t.Errorf("%s\ntold %q, want %q", tt.text, got, tt.want)
		}
	}
}
