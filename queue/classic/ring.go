package classic

// ring is a double-ended queue in one array whose length is a power of two.
// It gives its memory back when it has become empty.
type ring[T any] struct {
	buf  []T
	head int
	n    int
}

// ringKeep is the capacity that an empty ring keeps.
const ringKeep = 256

func (r *ring[T]) len() int { return r.n }

// at is the i-th element from the front; the pointer is valid until the ring
// changes.
func (r *ring[T]) at(i int) *T { return &r.buf[(r.head+i)&(len(r.buf)-1)] }

func (r *ring[T]) pushBack(v T) {
	r.room()
	r.buf[(r.head+r.n)&(len(r.buf)-1)] = v
	r.n++
}

func (r *ring[T]) pushFront(v T) {
	r.room()
	r.head = (r.head - 1) & (len(r.buf) - 1)
	r.buf[r.head] = v
	r.n++
}

func (r *ring[T]) popFront() T {
	var zero T
	v := r.buf[r.head]
	r.buf[r.head] = zero
	r.head = (r.head + 1) & (len(r.buf) - 1)
	r.n--
	if r.n == 0 {
		r.reset()
	}
	return v
}

// reset empties the ring; a big array goes back to the collector.
func (r *ring[T]) reset() {
	if len(r.buf) > ringKeep {
		r.buf = nil
	} else if r.n > 0 {
		clear(r.buf)
	}
	r.head, r.n = 0, 0
}

func (r *ring[T]) room() {
	if r.n < len(r.buf) {
		return
	}
	buf := make([]T, max(8, 2*len(r.buf)))
	for i := range r.n {
		buf[i] = *r.at(i)
	}
	r.buf, r.head = buf, 0
}
