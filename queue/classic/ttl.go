package classic

import (
	"time"

	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// run has *t run f after d, and not when it was set to before. Most queues
// need no timer, so that it is made when it is first set.
func run(t **time.Timer, d time.Duration, f func()) {
	if *t == nil {
		*t = time.AfterFunc(d, f)
	} else {
		(*t).Reset(d)
	}
}

// stop stops t, which may be nil.
func stop(t *time.Timer) {
	if t != nil {
		t.Stop()
	}
}

// expiryOf is when m, enqueued now, expires: the smaller of its own and the
// queue's TTL counts.
func (q *Queue) expiryOf(m *message.Message, now int64) int64 {
	ttl := m.Expiration
	if q.options.TTLMs >= 0 && (ttl < 0 || q.options.TTLMs < ttl) {
		ttl = q.options.TTLMs
	}
	if ttl < 0 {
		return 0
	}
	return now + ttl
}

// expire takes out what has expired, wherever it waits, and sets the timer for
// the next.
func (q *Queue) expire(now int64, then *after) {
	if !q.expiring || q.closed {
		return
	}
	q.expired = now
	next := int64(0)
	for i := range q.lanes {
		next = sooner(next, q.expireLane(&q.lanes[i], now, then))
	}
	q.forgetSettled(nil)
	q.wake(now, next)
}

// sooner is the earlier of two moments, where 0 is none.
func sooner(a, b int64) int64 {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}

// wake sets the timer to next, if that is not 0.
func (q *Queue) wake(now, next int64) {
	if next > 0 && next != q.due {
		q.due = next
		run(&q.expiry, time.Duration(next-now)*time.Millisecond, q.tick)
	}
}

// expireLane takes out what has expired of l, in that order, and returns when
// to look again, 0 if never.
func (q *Queue) expireLane(l *lane, now int64, then *after) (next int64) {
	if late := l.index.late; l.scan == nil && late > 0 && late <= now {
		q.startScan(l)
	}
	for {
		first := int64(0)
		w, i := l.fresh()
		if w != nil {
			first = w.at(i).expiry
		}
		early := int64(0)
		if len(l.index.heap) > 0 {
			early = l.index.heap[0].expiry
		}
		switch next = sooner(first, early); {
		case next == 0 || next > now:
			if l.scan == nil {
				next = sooner(next, l.index.late)
			}
			return next
		case next == first:
			q.remove(w, i, queue.Expired, then)
		default:
			q.overtake(l, l.index.pop(), then)
		}
	}
}

// overtake takes the message of d out of l, if it is there still.
func (q *Queue) overtake(l *lane, d deadline, then *after) {
	if l.gap.has(d.seq) && !l.picked.has(d.seq) {
		e := entry{
			seq: d.seq, expiry: d.expiry, size: d.size, lane: l.number, logged: true, persistent: d.persistent,
		}
		l.gap.add(&e, -1)
		q.count(&e, -1)
		q.drained(l)
		q.hide(l, &e)
		q.die(e, queue.Expired, then)
		return
	}
	for _, w := range [...]*line{&l.head, &l.tail} {
		if i, ok := w.has(d.seq); ok {
			q.remove(w, i, queue.Expired, then)
			return
		}
	}
}

// remove takes the i-th message of w out of the queue: dead-lettered when
// there is a dead-letter exchange, else settled.
func (q *Queue) remove(w *line, i int, why queue.Reason, then *after) {
	e := w.remove(i)
	q.vanish(&e)
	q.count(&e, -1)
	q.hold(&e, -1)
	q.die(e, why, then)
}

// manyStale is how many deadlines are not worth looking through.
const manyStale = 1024

// index notes when e, which waits in l, expires, unless it is too late to be
// noted.
func (q *Queue) index(l *lane, e *entry) {
	if l.misses(e.seq, e.expiry) {
		return
	}
	x := &l.index
	x.push(deadline{e.expiry, e.seq, e.size, e.persistent})
	most := q.kind.limits.deadlines / len(q.lanes)
	if n := len(x.heap); n <= most && (n <= manyStale || n <= 2*l.ready()) {
		return
	}
	x.tidy(l.waits)
	keep := max(most/2, x.due(q.expired)) // those leave at once
	if len(x.heap) > most-most/4 && len(x.heap) > keep {
		late := x.cut(keep)
		lower(&x.late, late)
		if l.scan != nil {
			lower(&l.scan.late, late)
		}
	}
}

// tick is the expiry timer.
func (q *Queue) tick() {
	var then after
	q.mu.Lock()
	q.due = 0
	q.advance(q.kind.clock(), &then)
	q.mu.Unlock()
	q.finish(&then)
}

// used restarts the clock of x-expires.
func (q *Queue) used() {
	if q.options.ExpiresMs > 0 && !q.shut {
		run(&q.idle, time.Duration(q.options.ExpiresMs)*time.Millisecond, q.unused)
	}
}

// unused is the x-expires timer: a queue without consumers goes.
func (q *Queue) unused() {
	q.mu.Lock()
	gone := !q.shut && q.consumers.Len() == 0 && q.browsers.len() == 0 && q.options.ExpiresMs > 0
	q.overdue = gone
	q.mu.Unlock()
	if gone {
		q.host.Gone()
	}
}
