package delay

import "slices"

// place is where something stands in the order of being due.
type place struct {
	At  int64 // Unix milliseconds
	Seq uint64
}

// end is behind all there is.
var end = place{1<<63 - 1, 1<<64 - 1}

func (p place) before(q place) bool { return p.At < q.At || p.At == q.At && p.Seq < q.Seq }

func (p place) compare(q place) int {
	switch {
	case p.before(q):
		return -1
	case q.before(p):
		return 1
	}
	return 0
}

// item is something held, as far as memory goes.
type item struct {
	place
	lane uint8
}

// heap has the item that is due first in front.
type heap []item

func (h heap) first() *item { return &h[0] }

func (h *heap) push(it item) {
	*h = append(*h, it)
	l := *h
	for i := len(l) - 1; i > 0; {
		up := (i - 1) / 2
		if !l[i].before(l[up].place) {
			break
		}
		l[i], l[up] = l[up], l[i]
		i = up
	}
}

func (h *heap) pop() item {
	l := *h
	it, last := l[0], len(l)-1
	l[0] = l[last]
	l = l[:last]
	*h = l
	for i := 0; ; {
		down := 2*i + 1
		if down >= len(l) {
			break
		}
		if down+1 < len(l) && l[down+1].before(l[down].place) {
			down++
		}
		if !l[down].before(l[i].place) {
			break
		}
		l[i], l[down] = l[down], l[i]
		i = down
	}
	if cap(l) > 1024 && len(l) == 0 {
		*h = nil
	}
	return it
}

// halve drops the later half, and tells where it began.
func (h *heap) halve() place {
	l := *h
	slices.SortFunc(l, func(a, b item) int { return a.compare(b.place) }) // a heap, too
	n := len(l) / 2
	at := l[n].place
	*h = l[:n]
	return at
}

// queueOf is first in, first out. It gives its memory back when it is empty.
type queueOf[T any] struct {
	list []T
	head int
}

func (q *queueOf[T]) len() int { return len(q.list) - q.head }

func (q *queueOf[T]) first() *T { return &q.list[q.head] }

func (q *queueOf[T]) push(v T) {
	if q.head > len(q.list)/2 && q.head > 64 {
		q.list = append(q.list[:0], q.list[q.head:]...)
		q.head = 0
	}
	q.list = append(q.list, v)
}

func (q *queueOf[T]) pop() T {
	var zero T
	v := q.list[q.head]
	q.list[q.head] = zero
	q.head++
	if q.head == len(q.list) {
		*q = queueOf[T]{}
	}
	return v
}
