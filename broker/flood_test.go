package broker

import "testing"

// TestFloods: of very many changes of a kind some a second are on record, and
// say how many are not; others are not held back by them.
func TestFloods(t *testing.T) {
	var f floods
	on, skipped := 0, 0
	for ms := int64(10_000); ms < 12_500; ms++ {
		e := &Entry{AtMs: ms, User: "ann", From: "10.0.0.1:4000 -> 10.0.0.2:5672", Action: "queue.created", Vhost: "/"}
		if !f.over(e) {
			on++
			skipped += e.Repeated
		}
		if other := (&Entry{AtMs: ms, User: "bob", Action: "queue.created", Vhost: "/"}); ms%100 == 0 && f.over(other) {
			t.Error("another user is held back")
		}
	}
	if on != 3*floodsAllowed || skipped != 2*(1000-floodsAllowed) {
		t.Errorf("%d on record, which tell of %d", on, skipped)
	}
}
