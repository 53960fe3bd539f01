package amqp

import "sync"

// The buffers of a Reader, in bytes. All but the small ones are shared through
// pools: thousands of idle connections must not hold what the few busy ones
// need.
const (
	smallBuffer  = 4 << 10
	mediumBuffer = 32 << 10
	largeBuffer  = 256 << 10
)

var (
	mediumPool = sync.Pool{New: func() any { return new([mediumBuffer]byte) }}
	largePool  = sync.Pool{New: func() any { return new([largeBuffer]byte) }}
)

// borrow gives a buffer with room for n bytes or more. One too large for the
// pools is twice what is wanted, so that a frame that keeps arriving moves
// seldom.
func borrow(n int) []byte {
	switch {
	case n <= mediumBuffer:
		return mediumPool.Get().(*[mediumBuffer]byte)[:]
	case n <= largeBuffer:
		return largePool.Get().(*[largeBuffer]byte)[:]
	}
	return make([]byte, 2*n)
}

// giveBack returns a borrowed buffer; the caller uses it no more.
func giveBack(b []byte) {
	switch len(b) {
	case mediumBuffer:
		mediumPool.Put((*[mediumBuffer]byte)(b))
	case largeBuffer:
		largePool.Put((*[largeBuffer]byte)(b))
	}
}

// makeRoom moves what is not parsed yet to the front of a buffer fit for the
// next read. A read that filled the buffer asks for a larger one. When all is
// parsed and the last read came short, the stream was drained and may fall
// idle: a smaller one will do. The steps are one at a time, so that a steady
// stream does not swing between the sizes; a reader idle since a burst holds a
// medium buffer at most, and the small one from its next heartbeat on.
func (r *Reader) makeRoom() {
	pending := r.buf[r.start:r.end]
	next, full := r.buf, r.end == len(r.buf)
	switch {
	case len(pending) == len(r.buf), full && len(r.buf) < largeBuffer:
		next = borrow(len(r.buf) + 1)
	case len(pending) > 0 || full:
	case len(r.buf) > mediumBuffer:
		next = borrow(mediumBuffer)
	case r.lastRead <= smallBuffer:
		next = r.small
	}
	r.start, r.end = 0, copy(next, pending)
	if len(next) != len(r.buf) {
		giveBack(r.buf)
		r.buf = next
	}
}
