package server

import (
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/queue"
)

// unacked is a delivery that waits for its acknowledgement.
type unacked struct {
	d    queue.Delivery
	q    *broker.Queue
	k    *consumer // nil for basic.get
	open bool      // not acknowledged yet
}

// window holds the unacked deliveries of a channel by delivery tag: slot i of
// the ring is tag base+i. Acknowledged ones in the middle leave a hole, which
// goes when everything in front of it is acknowledged.
type window struct {
	last  uint64 // the last tag given out
	base  uint64 // tag of the first slot
	ring  []unacked
	head  int
	slots int
	held  int // open ones
}

// next gives out a tag. One that needs no acknowledgement leaves a hole.
func (w *window) next(noAck bool) uint64 {
	w.last++
	if noAck && w.slots > 0 {
		w.push(unacked{})
	}
	return w.last
}

// hold keeps u under the tag given out last.
func (w *window) hold(u unacked) {
	u.open = true
	if w.slots == 0 {
		w.base = w.last
	}
	w.push(u)
	w.held++
}

// len is how many deliveries are unacked.
func (w *window) len() int { return w.held }

// putBack undoes take for one delivery.
func (w *window) putBack(tag uint64, u unacked) {
	u.open = true
	w.held++
	if w.slots == 0 {
		w.base = tag
		w.push(u)
		return
	}
	for ; w.base > tag; w.base-- {
		w.push(unacked{}) // makes room, which the rotation moves to the front
		w.head = (w.head - 1) & (len(w.ring) - 1)
		*w.at(w.slots), *w.at(0) = unacked{}, unacked{}
	}
	for tag-w.base >= uint64(w.slots) {
		w.push(unacked{})
	}
	*w.at(int(tag - w.base)) = u
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

// find is the open delivery with this tag, nil when there is none.
func (w *window) find(tag uint64) *unacked {
	if w.slots == 0 || tag < w.base || tag-w.base >= uint64(w.slots) {
		return nil
	}
	if u := w.at(int(tag - w.base)); u.open {
		return u
	}
	return nil
}

// take removes the delivery with this tag, or with multiple all up to it
// (tag 0: all), and yields them in order; false when the tag is not open.
func (w *window) take(tag uint64, multiple bool, yield func(uint64, *unacked)) bool {
	if multiple && tag == 0 {
		w.takeTo(w.slots, yield)
		return true
	}
	if w.find(tag) == nil {
		return false
	}
	if multiple {
		w.takeTo(int(tag-w.base)+1, yield)
		return true
	}
	w.close(tag, yield)
	w.trim()
	return true
}

// takeTo takes the first n slots.
func (w *window) takeTo(n int, yield func(uint64, *unacked)) {
	for i := range n {
		if w.at(i).open {
			w.close(w.base+uint64(i), yield)
		}
	}
	w.trim()
}

func (w *window) close(tag uint64, yield func(uint64, *unacked)) {
	u := w.at(int(tag - w.base))
	yield(tag, u)
	*u = unacked{}
	w.held--
}

// trim drops the holes in front.
func (w *window) trim() {
	for w.slots > 0 && !w.at(0).open {
		w.head = (w.head + 1) & (len(w.ring) - 1)
		w.base++
		w.slots--
	}
	if w.slots == 0 && len(w.ring) > 1024 {
		w.ring, w.head = nil, 0
	}
}
