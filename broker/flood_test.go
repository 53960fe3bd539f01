package broker

import "testing"

// TestFloods: of very many changes of a kind a burst is on record, and then one
// in a while, which says how many are not; others are not held back by them.
func TestFloods(t *testing.T) {
	var f floods
	on, skipped := 0, 0
	for ms := int64(10_000); ms <= 60_000; ms++ {
		e := &Entry{AtMs: ms, User: "ann", From: "10.0.0.1:4000 -> 10.0.0.2:5672", Action: "queue.created", Vhost: "/"}
		if !f.over(e) {
			on++
			skipped += e.Repeated
		}
		if other := (&Entry{AtMs: ms, User: "bob", Action: "queue.created", Vhost: "/"}); ms%2500 == 0 && f.over(other) {
			t.Error("another user is held back")
		}
	}
	for i := range 500 {
		if f.over(&Entry{AtMs: 70_000, User: "root", Via: "http", Action: "queue.created", Vhost: "/"}) {
			t.Fatalf("change %d of an operator is not on record", i)
		}
	}
	if on != floodBurst+5 || skipped != 50_001-on {
		t.Errorf("%d on record, which tell of %d", on, skipped)
	}
}
