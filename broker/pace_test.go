package broker

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// TestPaceHolds: whoever waits as told, alone or among many, gets as much
// through as the pace allows, no more and hardly less.
func TestPaceHolds(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	for range 200 {
		var p pace
		rate := 1 + r.IntN(10_000)
		p.set(rate)
		now, taken := time.Duration(0), 0.0
		publishers := make([]time.Duration, 1+r.IntN(5)) // when each may go on
		for now < 20*time.Second {
			i := r.IntN(len(publishers))
			now = max(now, publishers[i])
			n := 1 + r.IntN(1+rate/5)
			publishers[i] = p.take(uint64(n), now)
			taken += float64(n)
			for _, at := range publishers {
				if at > now && at < publishers[i] {
					now = max(now, at-time.Duration(r.IntN(1000)))
				}
			}
		}
		end := time.Duration(p.clock.Load())
		if allowed := float64(rate) * (end + ahead).Seconds(); taken > allowed*1.001+1 || taken < allowed*0.5 {
			t.Fatalf("seed %d: %d a second: %.0f in %v", seed, rate, taken, end)
		}
	}
}

// TestPaceAmongMany: takers at once move the clock on by what each took.
func TestPaceAmongMany(t *testing.T) {
	var p pace
	p.set(1000)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 1000 {
				p.take(1, time.Second)
			}
		})
	}
	wg.Wait()
	if at := time.Duration(p.clock.Load()); at != 9*time.Second-ahead {
		t.Errorf("8000 at 1000 a second, from the first second on: done at %v", at)
	}
}

// TestPaceStops: a clock that many have moved far ahead does not turn back.
func TestPaceStops(t *testing.T) {
	var p pace
	p.set(1)
	for range 100 {
		if at := p.take(1<<40, time.Hour); at <= time.Hour {
			t.Fatalf("may go on at %v", at)
		}
	}
}

func TestPaceWithoutBound(t *testing.T) {
	var p pace
	for _, rate := range []int{0, -1} {
		p.set(rate)
		if at := p.take(1<<40, time.Hour); at != 0 {
			t.Errorf("%d: wait until %v", rate, at)
		}
	}
}

// TestTakeCostsNothing: who has no limits pays for a burst with a look.
func TestTakeCostsNothing(t *testing.T) {
	s := &Session{c: &Connection{allowances: allowances{&allowance{}, &allowance{}}}}
	if n := testing.AllocsPerRun(100, func() {
		s.spending.messages++
		if s.Take() != (Turn{}) {
			t.Fatal("has to wait")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
