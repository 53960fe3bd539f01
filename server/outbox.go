package server

import (
	"crypto/tls"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/message"
)

// outbox is what waits to be written to the peer, in order. Whoever has
// something to say puts it in under the lock and goes on; one goroutine takes
// everything that waits, encodes it into one buffer and writes it at once.
//
// outbox.mu also guards what deliveries touch: the consumers, the unacked
// window and the confirms of the connection's channels. It is the innermost
// lock: a queue's lock may be held when it is taken, never the other way.
type outbox struct {
	c *connection

	mu         sync.Mutex
	wake       chan struct{} // one token when there is something to do
	items      []item
	frames     []byte // the methods that items of kind raw stand for
	bytes      int    // of headers and bodies in items
	confirming []*channel
	stalled    []*consumer   // wait for the peer to read
	room       sync.Cond     // the writer took what waits, or nobody does any more
	stopped    bool          // nothing more goes in
	why        *amqp.Error   // what connection.close said
	quit       chan struct{} // closed by stop
	done       chan struct{} // closed by the writer when it ends

	spare struct { // the writer's, swapped with the above
		items  []item
		frames []byte
	}
	encrypts bool // with TLS
	tracer   *broker.Tracer
	sent     atomic.Bool // something was written since the last heartbeat tick

	// writing is held by whoever writes to the socket; what follows is theirs.
	// It is taken before mu.
	writing sync.Mutex
	pen     pen
	buf     []byte
	loan    *[]byte // where buf comes from, if it is borrowed
	rest    []byte  // could not be written at once
	wroteUs int64   // when somebody last had something to send, by clockUs
}

// item is one thing to write.
type item struct {
	kind        kind
	redelivered bool
	channel     uint16
	code        amqp.ReplyCode // of a return
	left        uint32         // message-count of get-ok
	end         int            // raw: where it ends in frames
	tag         uint64
	consumer    string
	q           *broker.Queue // deliver and getOk: where it comes from
	m           *message.Message
}

type kind uint8

const (
	raw kind = iota
	deliver
	getOk
	returned
)

// Bounds of what may wait for a peer that does not read. Beyond them its
// consumers get nothing more, and what it asks waits for it to read answers.
const (
	maxOutBytes = 4 << 20
	maxOutItems = 16 << 10
)

// Encoding: a buffer of this size is written; bodies from vectorFrom bytes up
// are not copied into it.
const (
	writeSize  = 128 << 10
	vectorFrom = 16 << 10
)

func (o *outbox) init(c *connection) {
	o.c = c
	o.room.L = &o.mu
	o.wake = make(chan struct{}, 1)
	o.quit = make(chan struct{})
	o.done = make(chan struct{})
	_, o.encrypts = c.nc.(*tls.Conn)
}

func (o *outbox) start() {
	o.tracer = o.c.broker.Tracer()
	o.pen.init(o)
	go o.run()
}

// full reports whether the peer has to read before more goes in. o.mu is held.
func (o *outbox) full() bool {
	return o.bytes > maxOutBytes || len(o.frames) > maxOutBytes || len(o.items) > maxOutItems
}

// waitRoom blocks the reading goroutine while the peer has to read first.
func (o *outbox) waitRoom() {
	o.mu.Lock()
	for o.full() && o.runs() {
		o.room.Wait()
	}
	o.mu.Unlock()
}

// runs reports whether it is worth to wait for the peer. o.mu is held.
func (o *outbox) runs() bool { return !o.stopped && !o.c.called.Load() && o.c.kicked.Load() == nil }

// signal wakes the writer.
func (o *outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// method puts a method in, for the reading goroutine: it is the answer to what
// was read, and goes out at once if nothing more was.
func (o *outbox) method(channel uint16, m amqp.Method) {
	o.mu.Lock()
	o.put(channel, m)
	o.mu.Unlock()
	o.answer()
}

// answer sends what the reading goroutine has put in.
func (o *outbox) answer() {
	if o.c.reader.Ready() {
		o.signal() // while the rest is carried out
		return
	}
	o.send()
}

// put is method with o.mu held, and nothing sent.
func (o *outbox) put(channel uint16, m amqp.Method) {
	if !o.stopped {
		o.append(channel, m)
	}
}

func (o *outbox) append(channel uint16, m amqp.Method) {
	o.frames = amqp.AppendMethod(o.frames, channel, m)
	o.endRaw()
}

// confirm encodes what ch can tell of its publishes. o.mu is held.
func (o *outbox) confirm(ch *channel) {
	if !ch.confirms.queued || o.stopped {
		return
	}
	n := len(o.frames)
	if o.frames = ch.confirms.appendTo(o.frames, ch.id); len(o.frames) > n {
		o.endRaw()
	}
	ch.confirms.probe.end(ch.confirms.base, o.c.server.broker.Confirmed)
}

// closeOk answers a close that crossed ours: the one thing that goes in after
// it.
func (o *outbox) closeOk() {
	o.mu.Lock()
	o.append(0, &amqp.ConnectionCloseOk{})
	o.mu.Unlock()
	o.signal()
}

// endRaw notes that what was appended to frames is to be written here.
func (o *outbox) endRaw() {
	if n := len(o.items); n > 0 && o.items[n-1].kind == raw {
		o.items[n-1].end = len(o.frames)
		return
	}
	o.items = append(o.items, item{kind: raw, end: len(o.frames)})
}

// content puts a method with a message in. o.mu is held.
func (o *outbox) content(it item) {
	if o.stopped {
		return
	}
	o.items = append(o.items, it)
	o.bytes += len(it.m.Header) + len(it.m.Body)
}

// close puts connection.close in; nothing goes in after it.
func (o *outbox) close(e *amqp.Error) {
	o.mu.Lock()
	if !o.stopped {
		o.put(0, closeMethod(e))
		o.stopped = true
		o.why = e
	}
	o.mu.Unlock()
	o.signal()
}

// reason is what the connection was closed for by us.
func (o *outbox) reason() *amqp.Error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.why == nil {
		return &amqp.Error{}
	}
	return o.why
}

// stop writes what waits and ends the writer. A peer that does not read is
// given closeTimeout.
func (o *outbox) stop() {
	o.mu.Lock()
	o.stopped = true
	o.mu.Unlock()
	o.c.nc.SetWriteDeadline(time.Now().Add(closeTimeout))
	close(o.quit)
	<-o.done
}

// run is the writer.
func (o *outbox) run() {
	defer close(o.done)
	beat, stop := o.heartbeats()
	defer stop()
	for open := true; open; {
		tick := false
		select {
		case <-o.quit:
			open = false
		case <-o.wake:
		case <-beat:
			tick = true
			o.heartbeat()
		}
		if err := o.flush(); err != nil {
			o.c.nc.Close() // the reader finds out
			o.discard()
			return
		}
		if tick {
			o.sent.Store(false)
		}
	}
}

// heartbeats ticks at half the heartbeat interval (spec 4.2.7).
func (o *outbox) heartbeats() (<-chan time.Time, func()) {
	h := o.c.tuned.heartbeat
	if h == 0 {
		return nil, func() {}
	}
	t := time.NewTicker(h / 2)
	return t.C, t.Stop
}

// heartbeat sends one, unless something else was sent since the last tick.
func (o *outbox) heartbeat() {
	if o.sent.Load() {
		return
	}
	o.mu.Lock()
	if !o.stopped {
		o.frames = amqp.AppendHeartbeat(o.frames)
		o.endRaw()
	}
	o.mu.Unlock()
}

// flush writes until nothing waits.
func (o *outbox) flush() error {
	o.writing.Lock()
	defer o.writing.Unlock()
	for {
		if len(o.rest) > 0 {
			n, err := o.c.nc.Write(o.rest)
			o.c.octets.out(n)
			if err != nil {
				return err
			}
			o.rest = keepSmall(o.rest)
		}
		o.mu.Lock()
		items, frames, stalled := o.takeAll()
		o.mu.Unlock()
		if len(items) == 0 {
			o.spare.items, o.spare.frames = items, frames
			return nil
		}
		if o.tracer.On() {
			o.trace(items)
		}
		err := o.write(items, frames)
		clear(items)
		o.spare.items, o.spare.frames = keepSmall(items), keepSmall(frames)
		if err != nil {
			return err
		}
		for _, k := range stalled {
			k.resume()
		}
	}
}

// takeAll takes what waits, and who waits for the peer to read. o.writing and
// o.mu are held.
func (o *outbox) takeAll() (items []item, frames []byte, stalled []*consumer) {
	for i, ch := range o.confirming {
		o.confirm(ch)
		o.confirming[i] = nil
	}
	o.confirming = o.confirming[:0]
	items, frames, stalled = o.items, o.frames, o.stalled
	o.items, o.frames, o.stalled = o.spare.items[:0], o.spare.frames[:0], nil
	o.bytes = 0
	o.room.Signal()
	if len(items) > 0 {
		o.sent.Store(true)
	}
	return items, frames, stalled
}

// trace has the deliveries among items traced.
func (o *outbox) trace(items []item) {
	for i := range items {
		if it := &items[i]; it.kind == deliver || it.kind == getOk {
			o.tracer.Delivered(it.channel, it.q.Name, it.m, it.redelivered)
		}
	}
	o.tracer.Flush()
}

// keepSmall lets go of a buffer that one burst has made big.
func keepSmall[T any](s []T) []T {
	if cap(s) > 4096 {
		return nil
	}
	return s[:0]
}

// write encodes items and writes them.
func (o *outbox) write(items []item, frames []byte) error {
	if len(items) == 1 && items[0].kind == raw {
		n, err := o.c.nc.Write(frames)
		o.c.octets.out(n)
		return err
	}
	o.borrow()
	defer o.giveBack()
	if err := o.encode(items, frames); err != nil {
		return err
	}
	return o.writeBuffer()
}

// encode puts items into buf, and writes it whenever it is full.
func (o *outbox) encode(items []item, frames []byte) error {
	start := 0
	for i := range items {
		it := &items[i]
		if it.kind == raw {
			o.buf = append(o.buf, frames[start:it.end]...)
			start = it.end
			continue
		}
		o.begin(it)
		if err := o.writeContent(it.channel, it.m); err != nil {
			return err
		}
	}
	return nil
}

// lent are the buffers of those who write just now: a connection where nothing
// happens holds none.
var lent = sync.Pool{New: func() any { return new([]byte) }}

// borrow gets a buffer for a moment.
func (o *outbox) borrow() {
	o.loan = lent.Get().(*[]byte)
	o.buf = (*o.loan)[:0]
}

// giveBack returns the buffer of borrow, unless it has grown too big.
func (o *outbox) giveBack() {
	if cap(o.buf) <= 2*writeSize {
		*o.loan = o.buf
	}
	lent.Put(o.loan)
	o.loan, o.buf = nil, nil
}

// begin encodes the method of a message.
func (o *outbox) begin(it *item) {
	switch m := it.m; it.kind {
	case deliver:
		o.buf = amqp.AppendDeliver(o.buf, it.channel, it.consumer, it.tag, it.redelivered, m.Exchange, m.RoutingKey)
	case getOk:
		o.buf = amqp.AppendGetOk(o.buf, it.channel, it.tag, it.redelivered, m.Exchange, m.RoutingKey, it.left)
	case returned:
		o.buf = amqp.AppendReturn(o.buf, it.channel, it.code, it.code.String(), m.Exchange, m.RoutingKey)
	}
}

// writeContent encodes header and body; a big body goes out from where it is.
func (o *outbox) writeContent(channel uint16, m *message.Message) error {
	if len(m.Body) < vectorFrom {
		o.buf = amqp.AppendContent(o.buf, channel, m.Header, m.Body, o.c.tuned.frameMax)
		if len(o.buf) >= writeSize {
			return o.writeBuffer()
		}
		return nil
	}
	o.buf = amqp.AppendHeaderFrame(o.buf, channel, m.Header)
	size := int(o.c.tuned.frameMax) - amqp.FrameOverhead
	if o.encrypts {
		return o.copyBody(channel, m.Body, size)
	}
	var vector net.Buffers
	for body := m.Body; len(body) > 0; {
		n := min(len(body), size)
		// Each piece of buf is appended before the vector takes it, since buf
		// may move.
		if len(vector) > 0 {
			vector = append(vector, amqp.AppendFrameHeader([]byte{amqp.FrameEnd}, amqp.FrameBody, channel, uint32(n)), body[:n])
		} else {
			o.buf = amqp.AppendFrameHeader(o.buf, amqp.FrameBody, channel, uint32(n))
			vector = append(vector, o.buf, body[:n])
		}
		body = body[n:]
	}
	vector = append(vector, frameEnd)
	n, err := vector.WriteTo(o.c.nc)
	o.c.octets.out(int(n))
	o.buf = o.buf[:0]
	return err
}

// copyBody is for TLS, which copies anyway, and would encrypt and write each
// piece of a vector for itself.
func (o *outbox) copyBody(channel uint16, body []byte, size int) error {
	for len(body) > 0 {
		n := min(len(body), size)
		o.buf = amqp.AppendFrameHeader(o.buf, amqp.FrameBody, channel, uint32(n))
		o.buf = append(append(o.buf, body[:n]...), amqp.FrameEnd)
		if body = body[n:]; len(o.buf) >= writeSize {
			if err := o.writeBuffer(); err != nil {
				return err
			}
		}
	}
	return nil
}

var frameEnd = []byte{amqp.FrameEnd}

func (o *outbox) writeBuffer() error {
	if len(o.buf) == 0 {
		return nil
	}
	n, err := o.c.nc.Write(o.buf)
	o.c.octets.out(n)
	o.buf = o.buf[:0]
	return err
}

// discard drops what waits, after a write has failed.
func (o *outbox) discard() {
	o.mu.Lock()
	o.stopped = true
	o.items, o.frames, o.stalled, o.confirming = nil, nil, nil, nil
	o.room.Signal()
	o.mu.Unlock()
}
