package classic

import (
	"cmp"
	"slices"
	"sort"
)

// deadline says when a message expires that would be overtaken by its time if
// one waited for it to come to the head of its lane.
type deadline struct {
	expiry     int64 // Unix milliseconds
	seq        uint64
	size       uint32
	persistent bool
}

func compareDeadlines(a, b deadline) int {
	return cmp.Or(cmp.Compare(a.expiry, b.expiry), cmp.Compare(a.seq, b.seq))
}

// index is a heap of deadlines, the earliest first. It may hold some of
// messages that have left. It knows the earliest only: those from late on may
// be missing, and are found by a scan.
type index struct {
	heap []deadline
	late int64 // Unix milliseconds; 0: none is missing
}

// lower makes *late at most at.
func lower(late *int64, at int64) {
	if *late == 0 || at < *late {
		*late = at
	}
}

func (x *index) push(d deadline) {
	x.heap = append(x.heap, d)
	h := x.heap
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if compareDeadlines(h[up], h[i]) <= 0 {
			break
		}
		h[up], h[i] = h[i], h[up]
		i = up
	}
}

// pop takes the first out. The memory of many goes with the last.
func (x *index) pop() deadline {
	h := x.heap
	first, last := h[0], len(h)-1
	h[0] = h[last]
	h = h[:last]
	for i := 0; ; {
		down := 2*i + 1
		if down+1 < last && compareDeadlines(h[down+1], h[down]) < 0 {
			down++
		}
		if down >= last || compareDeadlines(h[i], h[down]) <= 0 {
			break
		}
		h[i], h[down] = h[down], h[i]
		i = down
	}
	if x.heap = h; last == 0 && cap(h) > ringKeep {
		x.heap = nil
	}
	return first
}

// tidy drops deadlines of messages that have left, and those that are there
// twice.
func (x *index) tidy(waits func(seq uint64) bool) {
	x.heap = slices.DeleteFunc(x.heap, func(d deadline) bool { return !waits(d.seq) })
	slices.SortFunc(x.heap, compareDeadlines)
	x.heap = slices.CompactFunc(x.heap, func(a, b deadline) bool { return a.seq == b.seq })
}

// forget drops the deadlines of messages that are gone.
func (x *index) forget(gone func(seq uint64) bool) {
	n := len(x.heap)
	x.heap = slices.DeleteFunc(x.heap, func(d deadline) bool { return gone(d.seq) })
	if len(x.heap) < n {
		slices.SortFunc(x.heap, compareDeadlines)
	}
}

// due is how many deadlines of a tidy index are not after now.
func (x *index) due(now int64) int {
	return sort.Search(len(x.heap), func(i int) bool { return x.heap[i].expiry > now })
}

// cut keeps about the first n of a tidy index, and tells from when on it
// dropped all.
func (x *index) cut(n int) (late int64) {
	late = x.heap[n].expiry
	for n > 0 && x.heap[n-1].expiry == late {
		n--
	}
	x.heap = x.heap[:n]
	return late
}
