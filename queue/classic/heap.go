package classic

// heap has the least of its elements first.
type heap[T interface{ before(T) bool }] []T

func (h *heap[T]) push(x T) {
	*h = append(*h, x)
	a := *h
	for i := len(a) - 1; i > 0; {
		up := (i - 1) / 2
		if !a[i].before(a[up]) {
			break
		}
		a[up], a[i] = a[i], a[up]
		i = up
	}
}

// pop takes the first out. The memory of many goes with the last.
func (h *heap[T]) pop() T {
	var zero T
	a := *h
	first, last := a[0], len(a)-1
	a[0], a[last] = a[last], zero
	a = a[:last]
	a.sift(0)
	if *h = a; last == 0 && cap(a) > ringKeep {
		*h = nil
	}
	return first
}

// sift lets the i-th element find its place among those below it.
func (h heap[T]) sift(i int) {
	for {
		down := 2*i + 1
		if down+1 < len(h) && h[down+1].before(h[down]) {
			down++
		}
		if down >= len(h) || !h[down].before(h[i]) {
			return
		}
		h[i], h[down] = h[down], h[i]
		i = down
	}
}

// keep drops all but those that are wanted.
func (h *heap[T]) keep(wanted func(*T) bool) {
	n := 0
	a := *h
	for i := range a {
		if wanted(&a[i]) {
			a[n] = a[i]
			n++
		}
	}
	clear(a[n:])
	*h = a[:n]
	for i := n/2 - 1; i >= 0; i-- {
		h.sift(i)
	}
}
