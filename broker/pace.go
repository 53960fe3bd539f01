package broker

import (
	"math"
	"sync/atomic"
	"time"
)

// ahead is how much may come at once, as time at the limit's pace: enough for
// what gathers while a publisher is not looked at, and too little to be noticed.
const ahead = 100 * time.Millisecond

// farthest is where a clock stops, in nanoseconds: many that come at once at
// next to no pace must not turn it back.
const farthest = 1 << 61

// pace bounds how much comes in a second, whoever brings it. It is a clock
// that every unit moves on by what it takes at this pace; who moves it past the
// present waits until then. The zero pace has no bound.
type pace struct {
	perSecond atomic.Int64
	clock     atomic.Int64 // nanoseconds since the process started
}

// set bounds p; a number below 1 is no bound. What was taken is forgotten.
func (p *pace) set(perSecond int) {
	p.perSecond.Store(int64(max(perSecond, 0)))
	p.clock.Store(math.MinInt64 / 2)
}

// take moves the clock on by n units, and returns where it stands then; 0
// without a bound.
func (p *pace) take(n uint64, now time.Duration) time.Duration {
	rate := p.perSecond.Load()
	if rate == 0 || n == 0 {
		return 0
	}
	cost := int64(min(float64(n)/float64(rate)*float64(time.Second), farthest))
	for {
		at := p.clock.Load()
		next := min(max(at, int64(now-ahead))+cost, farthest)
		if p.clock.CompareAndSwap(at, next) {
			return time.Duration(next)
		}
	}
}

// uptime is a clock for paces: it never goes back.
func (b *Broker) uptime() time.Duration { return time.Since(b.began) }
