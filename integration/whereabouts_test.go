package integration

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// load works with a broker until its connection ends.
type load func(ch channel)

// crash kills the broker again and again in the middle of the loads, and looks
// at what is left after each restart, when nobody else is connected.
func crash(t *testing.T, b *Broker, r *rand.Rand, loads []load, look func()) {
	t.Helper()
	for n := range kills {
		var running sync.WaitGroup
		for _, l := range loads {
			ch := mustReach(t, b)
			running.Go(func() {
				defer ch.conn.Close()
				l(ch)
			})
		}
		time.Sleep(time.Duration(100+r.IntN(500)) * time.Millisecond)
		b.Kill()
		running.Wait()
		b.Restart()
		if look(); t.Failed() {
			t.Fatalf("after %d kills", n+1)
		}
	}
	b.Stop()
	b.Restart()
	look()
	if b.Panicked() {
		t.Error("the broker printed a stack")
	}
}

// mustReach is reach for a broker that is there.
func mustReach(t *testing.T, b *Broker) channel {
	t.Helper()
	ch, err := reach(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	return ch
}

// whereabouts is where letters were found: in each queue at most once.
type whereabouts struct {
	queues   map[letter][]string
	problems []string
}

func newWhereabouts() *whereabouts { return &whereabouts{queues: map[letter][]string{}} }

func (w *whereabouts) problem(format string, args ...any) {
	w.problems = append(w.problems, fmt.Sprintf(format, args...))
}

// hold gets what is ready in queue, and leaves it unacknowledged, so that it
// stays where it is until ch closes.
func (w *whereabouts) hold(t *testing.T, ch channel, queue string) {
	t.Helper()
	for {
		m, ok, err := ch.Get(queue, false)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return
		}
		x, err := decodeLetter(m.Body)
		if err != nil {
			w.problem("%s: a broken letter: %v", queue, err)
			continue
		}
		w.queues[x] = append(w.queues[x], queue)
	}
}

// report tells what went wrong, if it did.
func (w *whereabouts) report(t *testing.T) {
	t.Helper()
	for i, p := range w.problems {
		if i == maxProblems {
			t.Errorf("and %d more problems", len(w.problems)-i)
			return
		}
		t.Error(p)
	}
}
