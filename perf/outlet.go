package perf

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

// outlet is one channel of a producer, with frames that are ready but for what
// is new in each message.
type outlet struct {
	lanes    []lane
	next     int // lane
	bodies   []byte
	bodySize int
	sizes    phases // that bodySize follows, if any
	started  int64  // the first of them
	number   uint16
	frameMax uint32
	run      uint16
	window   *window // nil without confirms
}

// lane is one routing key of an outlet. What the broker said of its messages
// is written by the listener, and read when that has ended.
type lane struct {
	id    uint16
	head  []byte // the frames of method and header
	size  []byte // in head: where it tells the size of the body
	keyAt int    // where in head a random key goes; 0 for none
	sent  uint64
	route []int // queues

	nacked, returned uint64
}

// randomKey is a routing key that is overwritten: 16 characters.
const randomKey = "0000000000000000"

// newOutlet prepares the frames of a channel. channel is its number among those
// of all producers.
func newOutlet(l *Load, p *plan, number uint16, channel int, run uint16, frameMax uint32) *outlet {
	o := &outlet{run: run, sizes: l.VariableSize, number: number, frameMax: frameMax}
	routes := p.routesOf(channel)
	for i, r := range routes {
		x := lane{id: uint16(channel*len(routes) + i), route: r.queues}
		if l.RandomKey {
			r.key = randomKey
		}
		x.head, x.size = head(l, p.exchange, r, number)
		if l.RandomKey {
			x.keyAt = bytes.Index(x.head, []byte(randomKey))
		}
		o.lanes = append(o.lanes, x)
	}
	o.resize(l.SizeBytes)
	return o
}

// resize makes all bodies from now on as large.
func (o *outlet) resize(size int) {
	o.bodySize, o.bodies = size, bodyFrames(o.number, size, o.frameMax)
	for i := range o.lanes {
		binary.BigEndian.PutUint64(o.lanes[i].size, uint64(size))
	}
}

// head is the method and the header of a message, and where in it the size of
// the body goes.
func head(l *Load, exchange string, r route, number uint16) (b, size []byte) {
	b = amqp.AppendMethod(nil, number, &amqp.BasicPublish{
		Exchange: []byte(exchange), RoutingKey: []byte(r.key), Mandatory: l.Mandatory,
	})
	properties := amqp.Properties{Headers: r.headers}
	if l.Persistent {
		properties.DeliveryMode = 2
	}
	header := amqp.AppendContentHeader(nil, amqp.BasicClass, 0, &properties)
	at := len(b) + amqp.FrameOverhead - 1 + 4 // behind class and weight
	b = amqp.AppendContent(b, number, header, nil, 0)
	return b, b[at : at+8]
}

// bodyFrames are the frames of a body of zeros.
func bodyFrames(number uint16, size int, frameMax uint32) (b []byte) {
	for size > 0 {
		n := min(size, int(frameMax)-amqp.FrameOverhead)
		b = amqp.AppendFrameHeader(b, amqp.FrameBody, number, uint32(n))
		b = append(append(b, make([]byte, n)...), amqp.FrameEnd)
		size -= n
	}
	return b
}

// fill appends messages to a batch: no more than most, than the window has room
// for, and than the batch should hold. at is the time that is written into
// them.
func (o *outlet) fill(batch []byte, most int, at int64, random *rand.Rand) (_ []byte, n int) {
	if o.window != nil {
		room := o.window.room()
		// Woken for every confirm, we would write every message by itself.
		if room < o.window.size/4 {
			return batch, 0
		}
		most = min(most, int(room))
	}
	if o.sizes != nil {
		o.follow(at)
	}
	for n < most && len(batch) < maxBatch {
		l := &o.lanes[o.next]
		if o.next++; o.next == len(o.lanes) {
			o.next = 0
		}
		if o.window != nil {
			o.window.add(l.id, at)
		}
		batch = o.append(batch, l, at, random)
		n++
	}
	return batch, n
}

// follow takes the size of the phase at is in.
func (o *outlet) follow(at int64) {
	if o.started == 0 {
		o.started = at
	}
	if size, _ := o.sizes.at(time.Duration(at - o.started)); int(size) != o.bodySize {
		o.resize(int(size))
	}
}

// append appends the next message of a lane.
func (o *outlet) append(batch []byte, l *lane, at int64, random *rand.Rand) []byte {
	start := len(batch)
	batch = append(batch, l.head...)
	if l.keyAt > 0 {
		putHex(batch[start+l.keyAt:], random.Uint64())
	}
	body := len(batch) + amqp.FrameOverhead - 1
	batch = append(batch, o.bodies...)
	if o.bodySize >= numberedSize {
		stamp{l.id, o.run, uint32(l.sent), at}.put(batch[body : body+o.bodySize])
	}
	l.sent++
	return batch
}

// putHex writes 16 hexadecimal digits.
func putHex(dst []byte, n uint64) {
	for i := range len(randomKey) {
		dst[i] = "0123456789abcdef"[n>>60]
		n <<= 4
	}
}
