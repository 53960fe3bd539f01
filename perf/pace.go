package perf

import (
	"math"
	"time"
)

// pace holds a worker to a rate. The zero pace lets everything through.
type pace struct {
	perSecond float64 // 0 is no limit
	began     int64
	done      float64
}

// maxArrearsNs is how much of what was not done in time is made up for: a
// worker that was stopped shall not come back as a flood.
const maxArrearsNs = int64(time.Second)

// due is how many may be done now, and, when none may, how long that will be.
func (p *pace) due(at int64) (n int, wait time.Duration) {
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

// did notes that n were done.
func (p *pace) did(n int) { p.done += float64(n) }
