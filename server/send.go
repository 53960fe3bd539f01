package server

import (
	"syscall"
	"time"
)

// What a goroutine that is not the writer writes itself: to wake the writer
// costs about as much, and the peer would wait for it.
const (
	littleItems = 8
	littleBytes = 8 << 10
	// littleConfirms are the publishes of a channel that may wait to be told of:
	// each could take a frame.
	littleConfirms = 64
	// soonUs is how long after a write the next is left to the writer: more is
	// likely to come, and to be written together costs less.
	soonUs = 50
)

// pen is the right to write to the socket, and what the writing without
// blocking needs.
type pen struct {
	conn syscall.RawConn // nil: only the writer writes
	try  func(fd uintptr) bool
	n    int
	err  error
}

// init finds out whether the socket can be written without blocking.
func (p *pen) init(o *outbox) {
	c, ok := o.c.nc.(syscall.Conn)
	if !ok {
		return
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return
	}
	p.conn = raw
	p.try = func(fd uintptr) bool {
		p.n, p.err = syscall.Write(int(fd), o.buf)
		return true
	}
}

// send writes what waits, if it is little and nobody writes already; if not,
// the writer does. It does not block. No lock of a queue is held.
func (o *outbox) send() {
	if o.pen.conn == nil || !o.writing.TryLock() {
		o.signal()
		return
	}
	done := o.writeLittle()
	o.writing.Unlock()
	if !done {
		o.signal()
	}
}

// writeLittle writes what waits; false when something is left for the writer.
// o.writing is held.
func (o *outbox) writeLittle() bool {
	o.mu.Lock()
	if len(o.items) == 0 && len(o.confirming) == 0 {
		o.mu.Unlock()
		return true
	}
	now := o.c.server.clockUs()
	soon := now-o.wroteUs < soonUs
	o.wroteUs = now
	if soon || len(o.rest) > 0 || len(o.items) > littleItems || o.bytes > littleBytes || len(o.frames) > littleBytes ||
		o.manyConfirms() || len(o.stalled) > 0 || o.stopped || o.tracer.On() {
		o.mu.Unlock()
		return false
	}
	items, frames, _ := o.takeAll()
	o.mu.Unlock()
	o.borrow()
	defer o.giveBack()
	o.encode(items, frames) // so little that nothing is written yet
	clear(items)
	o.spare.items, o.spare.frames = items[:0], frames[:0]
	return o.writeNow()
}

// manyConfirms reports whether confirms that are to be encoded may be more than
// a little. o.mu is held.
func (o *outbox) manyConfirms() bool {
	n := len(o.confirming)
	return n > 1 || n == 1 && len(o.confirming[0].confirms.states) > littleConfirms
}

// writeNow writes as much of buf as the socket takes at once; the rest, or the
// error, is the writer's.
func (o *outbox) writeNow() bool {
	p := &o.pen
	if err := p.conn.Write(p.try); err != nil {
		p.n, p.err = 0, err
	}
	if p.n < len(o.buf) {
		o.rest = append(o.rest, o.buf[max(p.n, 0):]...)
	}
	o.c.octets.out(max(p.n, 0))
	o.buf = o.buf[:0]
	return len(o.rest) == 0
}

// lullUs is how long nobody may have been told of the disk for a confirm to be
// written by who tells, which is mostly the one goroutine that serves the disk:
// it has no time for many.
const lullUs = 100

// lull reports whether confirms are rare right now.
func (s *Server) lull() bool {
	now := s.clockUs()
	return now-s.confirmedUs.Swap(now) > lullUs
}

func (s *Server) clockUs() int64 { return time.Since(s.began).Microseconds() }
