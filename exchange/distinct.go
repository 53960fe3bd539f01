package exchange

import (
	"hash/maphash"
	"slices"
)

// linear is the length up to which membership is found by looking through
// the list; hashing pays beyond it.
const linear = 16

var seed = maphash.MakeSeed()

// distinct is a list without repetitions, made to be filled and reset once a
// message: resetting costs what was added, not what was ever allocated, and
// keeps no reference. The zero value is empty.
type distinct[K comparable] struct {
	list   []K
	slots  []slot // open addressing over list[:hashed]
	hashed int
	stamp  uint32 // of the slots in use; others are free
}

type slot struct{ stamp, at uint32 }

// add appends k; false when it is there already.
func (d *distinct[K]) add(k K) bool {
	if len(d.list) < linear {
		if slices.Contains(d.list, k) {
			return false
		}
		d.list = append(d.list, k)
		return true
	}
	s := d.find(k)
	if s.stamp == d.stamp {
		return false
	}
	*s = slot{d.stamp, uint32(len(d.list))}
	d.list = append(d.list, k)
	d.hashed++
	return true
}

// append adds k, which the caller knows not to be there.
func (d *distinct[K]) append(k K) { d.list = append(d.list, k) }

func (d *distinct[K]) has(k K) bool {
	if len(d.list) <= linear {
		return slices.Contains(d.list, k)
	}
	return d.find(k).stamp == d.stamp
}

// find returns the slot of k, or the free one where it belongs.
func (d *distinct[K]) find(k K) *slot {
	d.hash()
	return d.probe(k)
}

func (d *distinct[K]) probe(k K) *slot {
	mask := uint64(len(d.slots) - 1)
	for i := maphash.Comparable(seed, k); ; i++ {
		s := &d.slots[i&mask]
		if s.stamp != d.stamp || d.list[s.at] == k {
			return s
		}
	}
}

// hash brings the slots up to date with the list, and keeps half of them free.
func (d *distinct[K]) hash() {
	if n := 2 * (len(d.list) + 1); n > len(d.slots) {
		d.slots = make([]slot, max(4*linear, nextPower(n)))
		d.stamp, d.hashed = 1, 0
	}
	for ; d.hashed < len(d.list); d.hashed++ {
		*d.probe(d.list[d.hashed]) = slot{d.stamp, uint32(d.hashed)}
	}
}

// maxKept is the longest list whose memory is kept from message to message;
// filling a longer one costs more than allocating it.
const maxKept = 1 << 14

// reset empties the list and keeps its memory, within reason.
func (d *distinct[K]) reset() {
	if cap(d.list) > maxKept {
		*d = distinct[K]{}
		return
	}
	clear(d.list)
	d.list = d.list[:0]
	if d.hashed == 0 {
		return
	}
	d.hashed = 0
	if d.stamp++; d.stamp == 0 { // after 2^32 resets old stamps would come true
		clear(d.slots)
		d.stamp = 1
	}
}

// nextPower is the smallest power of two that is not below n.
func nextPower(n int) int {
	p := 1
	for p < n {
		p *= 2
	}
	return p
}
