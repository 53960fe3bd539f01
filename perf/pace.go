package perf

import (
	"math"
	"time"
)

// pace holds a worker to a rate. The zero pace lets everything through.
type pace struct {
	perSecond float64 // 0 is no limit
	phases    phases  // that perSecond follows, if any; there 0 is a pause
	started   int64   // the first phase
	began     int64
	done      float64
}

// maxArrearsNs is how much of what was not done in time is made up for: a
// worker that was stopped shall not come back as a flood.
const maxArrearsNs = int64(time.Second)

// due is how many may be done now, and, when none may, how long that will be.
func (p *pace) due(at int64) (n int, wait time.Duration) {
	if p.phases != nil {
		if paused := p.follow(at); paused > 0 {
			return 0, paused
		}
	}
	if p.perSecond == 0 {
		return math.MaxInt, 0
	}
	if p.began == 0 {
		p.began = at
	}
	should := float64(at-p.began)/1e9*p.perSecond + 1
	if late := should - p.done - p.perSecond*float64(maxArrearsNs)/1e9; late > 1 {
		p.done += late
	}
	if n = int(should - p.done); n > 0 {
		return n, 0
	}
	return 0, time.Duration(math.Ceil((p.done + 1 - should) / p.perSecond * 1e9))
}

// follow takes the rate of the phase at is in, and tells how long that is a
// pause.
func (p *pace) follow(at int64) (paused time.Duration) {
	if p.started == 0 {
		p.started = at
	}
	rate, left := p.phases.at(time.Duration(at - p.started))
	if rate != p.perSecond {
		p.perSecond, p.began, p.done = rate, at, 0
	}
	if rate == 0 {
		return left
	}
	return 0
}

// did notes that n were done.
func (p *pace) did(n int) { p.done += float64(n) }
