package classic

import (
	"log/slog"

	"github.com/hutchmq/hutchmq/message"
)

// refillMost is how many hollow entries are filled at a time.
const refillMost = 512

// refill reads the messages of the hollow entries at the front of l, about max
// bytes of them. It lets go of the lock while it reads.
func (q *Queue) refill(l *lane, max int) error {
	if q.closed {
		return nil
	}
	number, first, last, log := l.number, l.head.at(0).seq, l.lastHollow(max), q.log
	q.mu.Unlock()
	found := map[uint64]*message.Message{}
	es, err := q.read(log, number, first, last, max)
	for i := range es {
		found[es[i].seq] = es[i].m
	}
	q.mu.Lock()
	if err != nil || q.closed {
		return err
	}
	for i := 0; i < l.head.len() && l.head.at(i).seq <= last; i++ {
		e := l.head.at(i)
		if m := found[e.seq]; e.m == nil && !e.gone && m != nil {
			e.m = m
			q.hold(e, 1)
		}
	}
	if l.hollow() && l.head.at(0).seq == first {
		slog.With("category", "queue").Error("a stored message is missing", "queue", q.Name, "vhost", q.Vhost)
		e := l.head.popFront()
		q.forget(e.seq)
		q.count(&e, -1)
	}
	return nil
}

// lastHollow is the last of the hollow entries that are worth reading
// together: they follow each other, and make up about max bytes.
func (l *lane) lastHollow(max int) (seq uint64) {
	for i := 0; i < min(l.head.len(), refillMost) && max > 0; i++ {
		e := l.head.at(i)
		if e.m != nil {
			break
		}
		seq = e.seq
		max -= int(e.size)
	}
	return seq
}

// reread reads the message of a dead entry that is hollow; nil when it is not
// there any more.
func (q *Queue) reread(e *entry) *message.Message {
	es, err := q.read(q.log, e.lane, e.seq, e.seq, 1)
	if err != nil || len(es) == 0 {
		slog.With("category", "queue").Error("cannot read a message to dead-letter it", "queue", q.Name, "vhost", q.Vhost, "error", err)
		return nil
	}
	return es[0].m
}
