package classic

import (
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// How much of a queue stays in memory before it goes on behind it on disk. A
// durable message is written anyway, so letting go of it costs one read; a
// transient one has to be written for it.
const (
	maxResidentDurable   = 16 << 20
	maxResidentTransient = 64 << 20
	maxResidentScarce    = 1 << 20 // when all queues together hold too much
)

// deepen reports whether m goes behind the head of l, to the disk.
func (q *Queue) deepen(l *lane, m *message.Message, durable bool) bool {
	if l.deep() {
		return true
	}
	if l.head.len() == 0 || q.failed {
		return false
	}
	limit := int64(maxResidentTransient)
	if durable {
		limit = maxResidentDurable
	}
	if q.kind.resident.Load() > q.kind.budget {
		limit = maxResidentScarce
	}
	return q.resident+int64(m.Footprint()) > limit && q.openLog()
}

// full reports whether m has to be refused: the queue is at its length limit
// and rejects publishes.
func (q *Queue) full(m *message.Message) bool {
	o := &q.options
	if o.Overflow == queue.DropHead {
		return false
	}
	return o.MaxLength >= 0 && int64(q.ready) >= o.MaxLength ||
		o.MaxLengthBytes >= 0 && q.readyBytes+int64(m.Size()) > o.MaxLengthBytes
}

func (q *Queue) overlong() bool {
	o := &q.options
	return o.Overflow == queue.DropHead &&
		(o.MaxLength >= 0 && int64(q.ready) > o.MaxLength || o.MaxLengthBytes >= 0 && q.readyBytes > o.MaxLengthBytes)
}

// trim drops messages from the head until the queue is within its length
// limit, the lowest priority first.
func (q *Queue) trim(then *after) {
	for i := 0; i < len(q.lanes) && q.overlong(); {
		l := &q.lanes[i]
		if l.head.len() == 0 {
			l.surface()
		}
		switch {
		case l.head.len() > 0:
			q.remove(l, queue.MaxLen, then)
		case l.deep():
			q.forgetSettled()
			return // the rest once it is read
		default:
			i++
		}
	}
	q.forgetSettled()
}
