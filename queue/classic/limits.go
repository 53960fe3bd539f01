package classic

import (
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// limits say, in bytes, how much of a queue stays in memory before it goes on
// behind it on disk, and how that is read back. A durable message is written
// anyway, so letting go of it costs one read; a transient one has to be
// written for it.
type limits struct {
	budget    int64 // of all queues together
	durable   int64 // of one queue
	transient int64
	scarce    int64 // of one queue while all together are over budget
	lowWater  int64 // a chunk is read when less is in memory
	chunk     int
	peek      int // read when nobody consumes
	deadlines int // that a queue knows of what does not expire in order
	looks     int // at messages, and filters asked, while the lock is held once
	parked    int // messages a queue looks at that may not go now; behind them delivery waits
}

var defaultLimits = limits{
	budget: 512 << 20, durable: 8 << 20, transient: 64 << 20, scarce: 1 << 20,
	lowWater: 1 << 20, chunk: 512 << 10, peek: 4 << 10,
	deadlines: 1 << 20, looks: 4096, parked: 100_000,
}

// deepen reports whether m goes behind the head of l, to the disk.
func (q *Queue) deepen(l *lane, m *message.Message, durable bool) bool {
	if l.deep() {
		return true
	}
	if l.head.len() == 0 || q.failed {
		return false
	}
	k := q.kind
	limit := k.limits.transient
	if durable {
		limit = k.limits.durable
	}
	if k.resident.Load() > k.limits.budget {
		limit = k.limits.scarce
	}
	return q.resident+int64(m.Footprint()) > limit && q.openLog()
}

// full reports whether m has to be refused: the queue is at its length limit
// and rejects publishes.
func (q *Queue) full(m *message.Message) bool {
	o := q.options
	if o.Overflow == queue.DropHead {
		return false
	}
	n, bytes := q.length()
	return o.MaxLength >= 0 && n >= o.MaxLength || o.MaxLengthBytes >= 0 && bytes+int64(m.Size()) > o.MaxLengthBytes
}

// relieve delivers and expires what it can, so that a burst into a short queue
// with willing consumers is not refused; it reports whether there is room now.
func (q *Queue) relieve(m *message.Message, now int64, then *after) bool {
	q.record(then.unit)
	q.pump(now, then)
	q.expire(now, then)
	return !q.full(m)
}

// overlong reports whether the queue has to drop messages.
func (q *Queue) overlong() bool {
	o := q.options
	if o.Overflow != queue.DropHead {
		return false
	}
	n, bytes := q.length()
	return o.MaxLength >= 0 && n > o.MaxLength || o.MaxLengthBytes >= 0 && bytes > o.MaxLengthBytes
}

// length is what the length limit is about: what is ready, and what will be
// without anybody's doing.
func (q *Queue) length() (n, bytes int64) {
	delayed, delayedBytes := q.delayed()
	return int64(q.ready + delayed), q.readyBytes + delayedBytes
}

// trim drops messages from the head until the queue is within its length
// limit: first what waits for its retry, which stands before all others, then
// what is ready, the lowest priority first.
func (q *Queue) trim(then *after) {
	for q.retries.len() > 0 && q.overlong() {
		e := q.leave()
		q.hold(&e, -1)
		q.die(e, queue.MaxLen, then)
	}
	for i := 0; i < len(q.lanes) && q.overlong(); {
		l := &q.lanes[i]
		if l.head.len() == 0 {
			l.surface()
		}
		switch {
		case l.head.len() > 0:
			q.remove(&l.head, 0, queue.MaxLen, then)
		case l.deep():
			q.forgetSettled(nil)
			return // the rest once it is read
		default:
			i++
		}
	}
	q.forgetSettled(nil)
}
