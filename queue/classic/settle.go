package classic

import (
	"slices"

	"github.com/hutchmq/hutchmq/queue"
)

// Settle implements queue.Queue.
func (q *Queue) Settle(c queue.Consumer, ds []queue.Delivery, how queue.Outcome) {
	var then after
	q.mu.Lock()
	for i := range ds {
		q.unacked--
		q.unackedBytes -= int64(ds[i].Message.Size())
	}
	switch {
	case q.closed:
	case how == queue.Requeue:
		q.requeue(ds)
	case how == queue.Discard && q.options.DeadExchange != nil:
		for i := range ds {
			then.dead = append(then.dead, death{entryOf(&ds[i]), queue.Rejected})
		}
	default:
		for i := range ds {
			if ds[i].Logged {
				q.acks = append(q.acks, ds[i].ID)
			}
		}
		q.forgetSettled()
	}
	if c != nil {
		q.consumers.Resume(c)
	}
	q.advance(&then)
	q.mu.Unlock()
	q.finish(&then)
}

// requeue puts ds back to their original places.
func (q *Queue) requeue(ds []queue.Delivery) {
	sorted := make([][]entry, len(q.lanes))
	for i := range ds {
		e := entryOf(&ds[i])
		e.redelivered = true
		e.count++
		n := min(int(e.m.Priority), len(q.lanes)-1)
		sorted[n] = append(sorted[n], e)
		q.count(&e, 1)
		q.hold(e.m, 1)
	}
	for n, es := range sorted {
		if len(es) > 0 {
			slices.SortFunc(es, func(a, b entry) int {
				if a.seq < b.seq {
					return -1
				}
				return 1
			})
			q.lanes[n].restore(es)
		}
	}
}

func entryOf(d *queue.Delivery) entry {
	return entry{m: d.Message, seq: d.ID, expiry: d.Expiry, count: d.Count, redelivered: d.Redelivered, logged: d.Logged}
}

// bury dead-letters d, and only then forgets it: a crash between the two
// leaves it in both places rather than in none.
func (q *Queue) bury(d death) {
	if x := q.options.DeadExchange; x != nil {
		q.host.DeadLetter(d.m, *x, q.options.DeadKey, d.why)
	}
	if !d.logged {
		return
	}
	q.mu.Lock()
	if !q.closed {
		q.log.Settle([]uint64{d.seq})
	}
	q.mu.Unlock()
}

// Purge implements queue.Queue.
func (q *Queue) Purge() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return 0
	}
	n := q.ready
	for i := range q.lanes {
		q.clear(&q.lanes[i])
	}
	q.forgetSettled()
	q.ready, q.readyBytes, q.persistent, q.expiring = 0, 0, 0, false
	return n
}

// clear drops what is ready in l.
func (q *Queue) clear(l *lane) {
	for _, r := range []*ring[entry]{&l.head, &l.tail} {
		for i := range r.len() {
			e := r.at(i)
			q.hold(e.m, -1)
			if e.logged {
				q.acks = append(q.acks, e.seq)
			}
		}
		r.reset()
	}
	if l.gap.count > 0 {
		q.log.SettleRange(l.number, l.gap.first, l.gap.last)
	}
	l.gap = gap{}
	l.epoch++
}
