package perf

import (
	"errors"
	"math/bits"
	"sync/atomic"
)

// window holds what a channel published and the broker has not confirmed, by
// delivery tag. The producer adds, the reader of its connection settles.
//
//	 1 …        settled          published      settled+size
//	confirmed      |  confirmed?    |    free       |
type window struct {
	size      uint64
	slots     []slot // by tag; a power of two
	published atomic.Uint64
	settled   atomic.Uint64
	latency   *histogram
}

// slot is one message that may be unconfirmed.
type slot struct {
	at   int64 // when it was published, 0 once it is confirmed
	lane uint16
}

// Confirms no broker should send.
var (
	errConfirmUnknown = errors.New("the broker confirmed what was not published")
	errConfirmTwice   = errors.New("the broker confirmed a message twice")
)

// newWindow makes room for size messages. Latencies go into latency.
func newWindow(size int, latency *histogram) *window {
	return &window{
		size: uint64(size), latency: latency,
		slots: make([]slot, 1<<bits.Len(uint(size-1))),
	}
}

// room is how many more may be published.
func (w *window) room() uint64 { return w.size - w.open() }

// open is how many are between the oldest that is not confirmed and the last.
func (w *window) open() uint64 { return w.published.Load() - w.settled.Load() }

// add notes the next message; there must be room.
func (w *window) add(lane uint16, at int64) {
	tag := w.published.Load() + 1
	*w.slot(tag) = slot{at, lane}
	w.published.Store(tag)
}

func (w *window) slot(tag uint64) *slot { return &w.slots[tag&uint64(len(w.slots)-1)] }

// settle takes a confirm that came at a moment, and calls each, unless nil,
// with the lane of every message in it. It says how many there were.
func (w *window) settle(tag uint64, multiple bool, at int64, each func(lane uint16)) (n uint64, err error) {
	settled, published := w.settled.Load(), w.published.Load()
	first := tag
	if multiple {
		first = settled + 1
	}
	if multiple && tag == 0 {
		tag = published
	}
	switch {
	case tag > published || tag == 0:
		return 0, errConfirmUnknown
	case tag <= settled && multiple:
		return 0, nil
	case tag <= settled || w.slot(first).at == 0 && !multiple:
		return 0, errConfirmTwice
	}
	n = w.confirm(first, tag, at, each)
	for settled < published && w.slot(settled+1).at == 0 {
		settled++
	}
	w.settled.Store(settled)
	return n, nil
}

// confirm marks the messages from first to last, and records how long they
// took: those published together at once.
func (w *window) confirm(first, last uint64, at int64, each func(lane uint16)) (n uint64) {
	var since int64
	var same uint64
	for tag := first; tag <= last; tag++ {
		s := w.slot(tag)
		if s.at == 0 {
			continue
		}
		if s.at != since && same > 0 {
			w.latency.record(at-since, same)
			same = 0
		}
		since = s.at
		same++
		n++
		s.at = 0
		if each != nil {
			each(s.lane)
		}
	}
	if same > 0 {
		w.latency.record(at-since, same)
	}
	return n
}
