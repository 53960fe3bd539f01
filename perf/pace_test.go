package perf

import (
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	p := pace{perSecond: 1000}
	at, done := int64(1), 0
	for range 5000 {
		n, wait := p.due(at)
		p.did(n)
		done += n
		if n == 0 && (wait <= 0 || wait > time.Millisecond+time.Microsecond) {
			t.Fatalf("at %d ns one waits %v", at, wait)
		}
		at += int64(200 * time.Microsecond)
	}
	if done < 999 || done > 1001 {
		t.Errorf("%d were due in a second, want 1000", done)
	}
}

// TestPaceForgets: after a long stop at most a second is made up for.
func TestPaceForgets(t *testing.T) {
	p := pace{perSecond: 100}
	n, _ := p.due(1)
	p.did(n)
	if n, _ := p.due(int64(time.Hour)); n < 100 || n > 101 {
		t.Errorf("after an hour %d are due, want 100", n)
	}
	if n, wait := new(pace).due(1); n < 1<<30 || wait != 0 {
		t.Errorf("without a rate %d are due in %v", n, wait)
	}
}
