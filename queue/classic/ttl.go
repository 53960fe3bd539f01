package classic

import (
	"time"

	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// never is how far away a timer is set that nothing waits for.
const never = time.Duration(1<<62 - 1)

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

// expire removes what has expired at the head of each lane and sets the timer
// for the next. As in RabbitMQ, a message behind one that lives longer waits
// for it.
func (q *Queue) expire(now int64, then *after) {
	if !q.expiring || q.closed {
		return
	}
	next := int64(0)
	for i := range q.lanes {
		l := &q.lanes[i]
		for l.head.len() > 0 {
			e := l.head.at(0)
			if e.expiry == 0 {
				break
			}
			if e.expiry > now {
				if next == 0 || e.expiry < next {
					next = e.expiry
				}
				break
			}
			if !q.remove(l, queue.Expired, then) {
				break
			}
		}
	}
	q.forgetSettled(nil)
	if next > 0 && next != q.due {
		q.due = next
		q.expiry.Reset(time.Duration(next-now) * time.Millisecond)
	}
}

// remove takes the first message of l out of the queue: dead-lettered when
// there is a dead-letter exchange, else settled. It reports false when the
// message has to be read before it can go.
func (q *Queue) remove(l *lane, why queue.Reason, then *after) bool {
	if q.options.DeadExchange != nil && l.hollow() {
		return false
	}
	e := l.head.popFront()
	q.count(&e, -1)
	q.hold(&e, -1)
	q.die(e, why, then)
	return true
}

// tick is the expiry timer.
func (q *Queue) tick() {
	var then after
	q.mu.Lock()
	q.due = 0
	q.advance(clock(), &then)
	q.mu.Unlock()
	q.finish(&then)
}

// used restarts the clock of x-expires.
func (q *Queue) used() {
	if q.options.ExpiresMs > 0 && !q.closed {
		q.idle.Reset(time.Duration(q.options.ExpiresMs) * time.Millisecond)
	}
}

// unused is the x-expires timer: a queue without consumers goes.
func (q *Queue) unused() {
	q.mu.Lock()
	gone := !q.closed && q.consumers.Len() == 0
	q.mu.Unlock()
	if gone {
		q.host.Gone()
	}
}
