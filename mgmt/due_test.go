package mgmt

import (
	"testing"
	"time"
)

// TestLookDue: a look that costs much comes seldom, the more streams the less,
// whatever happens.
func TestLookDue(t *testing.T) {
	at := time.Unix(1000, 0)
	for _, c := range []struct {
		took    time.Duration
		open    int
		stirred bool
		wait    time.Duration
	}{
		{0, 1, false, lookEvery},
		{0, 100, true, stirredWait},
		{40 * time.Millisecond, 1, false, lookEvery},
		{40 * time.Millisecond, 1, true, 400 * time.Millisecond},
		{40 * time.Millisecond, 10, false, 4 * time.Second},
		{40 * time.Millisecond, 10, true, 4 * time.Second},
	} {
		l := look{at: at, took: c.took}
		if l.due(at.Add(c.wait-1), c.open, c.stirred) || !l.due(at.Add(c.wait), c.open, c.stirred) {
			t.Errorf("%+v", c)
		}
	}
	if l := (look{over: true}); l.due(at, 1, true) {
		t.Error("a look that was refused")
	}
}
