package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// A broker whose queues are short has a heap of a few megabytes, and makes as
// much garbage within milliseconds: Go's default, to collect when the heap has
// doubled, would spend an eighth of the processor on collecting. So the heap
// may grow by headroomBytes at least before it is collected; a large heap by its
// own size, as always. What the environment's GOGC says wins.
const headroomBytes = 24 * mib

// headroom sets Go's collector after each collection, by what that has left.
type headroom struct {
	live    [1]metrics.Sample
	percent int // as set last
}

// keepHeadroom sees to it from now on.
func keepHeadroom() {
	if os.Getenv("GOGC") != "" {
		return
	}
	h := &headroom{percent: 100}
	h.live[0].Name = "/gc/heap/live:bytes"
	h.watch()
}

// watch has adjust called after the next collection, by the runtime.
func (h *headroom) watch() {
	type sentinel struct{ *headroom } // is garbage at once
	runtime.SetFinalizer(&sentinel{h}, func(s *sentinel) {
		s.adjust()
		s.watch()
	})
}

func (h *headroom) adjust() {
	metrics.Read(h.live[:])
	percent := percentFor(h.live[0].Value.Uint64())
	// To set it stops the world for a moment; a little difference is not worth that.
	if d := percent - h.percent; d*d*100 > h.percent*h.percent {
		h.percent = percent
		debug.SetGCPercent(percent)
	}
}

// percentFor is by how much a heap with so many live bytes may grow.
func percentFor(live uint64) int {
	return int(max(100, headroomBytes*100/max(live, mib)))
}
