package server

import (
	"math"
	"slices"
	"sort"

	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/queue"
)

// unacked is a delivery that waits for its acknowledgement.
type unacked struct {
	tag   uint64
	since int64 // when it was made, by the server's clock
	d     queue.Delivery
	q     *broker.Queue // nil: a hole, the delivery is settled
	k     *consumer     // nil for basic.get
}

// window holds the unacked deliveries of a channel in a ring, by rising
// delivery tag. One that is settled leaves a hole. Holes in front go at once,
// and the others when they are more than half: so a delivery that nobody
// settles costs one slot, however many come and go after it.
//
// A delivery that was taken back because its time was over may still be
// acknowledged, in vain. To remember which those are would have no bound: so
// from then on no tag up to theirs is unknown.
type window struct {
	last   uint64 // the last tag given out
	lapsed uint64 // the highest tag whose time was over
	ring   []unacked
	head   int
	slots  int // holes counted
	held   int // holes not counted
	terms  terms
	bytes  int // of the bodies that are held in memory
}

// fewSlots are not worth closing ranks.
const fewSlots = 64

// next gives out a tag.
func (w *window) next() uint64 {
	w.last++
	return w.last
}

// What a window keeps in memory: beyond keepBytes it lets go of the messages
// that are on disk; beyond mostBytes, when that does not help, its consumers
// get no more until some are settled.
const (
	keepBytes = 16 << 20
	mostBytes = 256 << 20
)

// hold keeps u under the tag given out last.
func (w *window) hold(u unacked) {
	u.tag = w.last
	if u.d.Stored && w.bytes > keepBytes {
		u.d.Message = nil
	}
	w.bytes += u.bytes()
	w.push(u)
	w.held++
}

// bytes is what the delivery holds in memory.
func (u *unacked) bytes() int {
	if u.d.Message == nil {
		return 0
	}
	return len(u.d.Message.Body)
}

// len is how many deliveries are unacked.
func (w *window) len() int { return w.held }

// restore undoes take for us.
func (w *window) restore(us []unacked) {
	for i := range w.slots {
		if u := w.at(i); u.q != nil {
			us = append(us, *u)
		}
	}
	slices.SortFunc(us, func(a, b unacked) int {
		if a.tag < b.tag {
			return -1
		}
		return 1
	})
	*w = window{last: w.last, lapsed: w.lapsed, terms: w.terms}
	for _, u := range us {
		w.bytes += u.bytes()
		w.push(u)
	}
	w.held = w.slots
}

func (w *window) push(u unacked) {
	if w.slots == len(w.ring) {
		ring := make([]unacked, max(8, 2*len(w.ring)))
		for i := range w.slots {
			ring[i] = *w.at(i)
		}
		w.ring, w.head = ring, 0
	}
	*w.at(w.slots) = u
	w.slots++
}

func (w *window) at(i int) *unacked { return &w.ring[(w.head+i)&(len(w.ring)-1)] }

// find is the slot of the delivery with this tag.
func (w *window) find(tag uint64) (slot int, ok bool) {
	if w.slots == 0 || tag < w.at(0).tag {
		return 0, false
	}
	// Tags rise by at least one from slot to slot, and mostly by just that.
	slot = int(min(tag-w.at(0).tag, uint64(w.slots-1)))
	if w.at(slot).tag != tag {
		slot = sort.Search(slot, func(i int) bool { return w.at(i).tag >= tag })
	}
	u := w.at(slot)
	return slot, u.tag == tag && u.q != nil
}

// slot is the first whose tag is at least tag.
func (w *window) slot(tag uint64) int {
	return sort.Search(w.slots, func(i int) bool { return w.at(i).tag >= tag })
}

// take removes the delivery with this tag, or with multiple all up to it
// (tag 0: all), and yields them in order; false when it is unknown. What is
// yielded is valid during the call.
func (w *window) take(tag uint64, multiple bool, yield func(*unacked)) bool {
	from, to := 0, w.slots
	if tag != 0 || !multiple {
		slot, ok := w.find(tag)
		switch {
		case !ok && (tag == 0 || tag > w.lapsed && !w.tooLate(tag)):
			return false
		case !ok && !multiple:
			return true
		case !ok:
			to = sort.Search(w.slots, func(i int) bool { return w.at(i).tag > tag })
		case !multiple:
			from, to = slot, slot+1
		default:
			to = slot + 1
		}
	}
	for i := from; i < to; i++ {
		if u := w.at(i); u.q != nil {
			w.remove(u, yield)
		}
	}
	if multiple && len(w.terms.late) > 0 {
		w.settleLate(tag)
	}
	w.trim()
	return true
}

// lapse removes the deliveries whose time, as timeoutMs tells it, is over at
// now, and yields them in order. It returns when the next is due.
func (w *window) lapse(now int64, timeoutMs func(*consumer, *broker.Queue) int64, yield func(*unacked)) (next int64) {
	next = math.MaxInt64
	for i := range w.slots {
		u := w.at(i)
		if u.q == nil {
			continue
		}
		t := timeoutMs(u.k, u.q)
		switch {
		case t <= 0:
		case u.since+t > now:
			next = min(next, u.since+t)
		default:
			w.lapsed = max(w.lapsed, u.tag)
			w.remove(u, yield)
		}
	}
	w.trim()
	return next
}

// remove yields u and makes a hole of it.
func (w *window) remove(u *unacked, yield func(*unacked)) {
	w.bytes -= u.bytes()
	if w.terms.until != nil {
		delete(w.terms.until, u.tag)
	}
	yield(u)
	*u = unacked{tag: u.tag}
	w.held--
}

// trim drops holes.
func (w *window) trim() {
	for w.slots > 0 && w.at(0).q == nil {
		w.head = (w.head + 1) & (len(w.ring) - 1)
		w.slots--
	}
	switch {
	case w.slots == 0 && len(w.ring) > 1024:
		w.ring, w.head = nil, 0
	case w.slots > fewSlots && w.held < w.slots/2:
		w.closeRanks()
	}
}

func (w *window) closeRanks() {
	n := 0
	for i := range w.slots {
		if u := w.at(i); u.q != nil {
			*w.at(n) = *u
			n++
		}
	}
	for i := n; i < w.slots; i++ {
		*w.at(i) = unacked{}
	}
	w.slots = n
}
