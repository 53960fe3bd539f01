package perf

import (
	"fmt"
	"testing"
)

func TestLedger(t *testing.T) {
	for _, tt := range []struct {
		name                                 string
		came                                 []entry // of queue 0 unless said
		lost, doubled, disordered, redeliver uint64
	}{
		{"all", []entry{{seq: 0}, {seq: 1}, {seq: 2}}, 0, 0, 0, 0},
		{"lost", []entry{{seq: 0}, {seq: 2}}, 1, 0, 0, 0},
		{"lost at the end", []entry{{seq: 0}}, 2, 0, 0, 0},
		{"doubled", []entry{{seq: 0}, {seq: 1}, {seq: 1, behind: true}, {seq: 2}}, 0, 1, 0, 0},
		{"doubled and lost", []entry{{seq: 0}, {seq: 0, behind: true}, {seq: 1}}, 1, 1, 0, 0},
		{"out of order", []entry{{seq: 0}, {seq: 2}, {seq: 1, behind: true}}, 0, 0, 1, 0},
		{"by two consumers", []entry{{seq: 0}, {seq: 2}, {seq: 1}}, 0, 0, 0, 0},
		{"redelivered", []entry{{seq: 0}, {seq: 2}, {seq: 1, redelivered: true, behind: true}, {seq: 1, redelivered: true}}, 0, 0, 0, 2},
	} {
		l := newLedger(1, 1, []string{"q"})
		for i := range tt.came {
			tt.came[i].book = l.books[0]
		}
		l.enter(tt.came)
		lost := l.lost([]*lane{{sent: 4, returned: 1, route: []int{0}}})
		if lost != tt.lost || l.doubled != tt.doubled || l.disordered != tt.disordered || l.redelivered != tt.redeliver {
			t.Errorf("%s: lost %d, doubled %d, disordered %d, redelivered %d: %q", tt.name, lost, l.doubled, l.disordered, l.redelivered, l.examples)
		}
		if wrong := lost + l.doubled + l.disordered; (wrong > 0) != (len(l.examples) > 0) {
			t.Errorf("%s: %d examples", tt.name, len(l.examples))
		}
	}
}

// TestLedgerCopies: a message to two queues has to come out of both.
func TestLedgerCopies(t *testing.T) {
	l := newLedger(1, 2, []string{"a", "b"})
	l.enter([]entry{{book: l.books[0], lane: 1}, {book: l.books[1], lane: 1}, {book: l.books[0], lane: 1, seq: 1}})
	lanes := []*lane{{id: 0, route: []int{0}}, {id: 1, sent: 2, route: []int{0, 1}}}
	if n := l.lost(lanes); n != 1 || l.arrived.Load() != 3 || expected(lanes) != 4 {
		t.Errorf("%d lost and %d of %d arrived, want 1 and 3 of 4", n, l.arrived.Load(), expected(lanes))
	}
	for i := range 100 {
		l.example("%d", i)
	}
	if len(l.examples) != maxExamples {
		t.Errorf("%d examples", len(l.examples))
	}
	if got, want := l.examples[0], "1 of 2 messages of lane 1 did not come out of queue b"; got != want {
		t.Errorf("got %q, want %q", got, fmt.Sprint(want))
	}
}
