package server

import (
	"math"
	"slices"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/queue"
)

// timeout has a channel look after its unacked deliveries in time. One timer
// stands for all of them: it runs when the first is due, which by then is
// mostly acknowledged. outbox.mu guards it.
type timeout struct {
	timer *time.Timer
	due   int64 // when the timer runs, by the server's clock; 0 not at all
	swept int64 // when it ran last
}

// When unacked deliveries are looked at, in milliseconds.
const (
	sweepEveryMs   = 100    // at most: how late a delivery may be taken back
	recheckEveryMs = 10_000 // at least: a policy may change how long they have
)

// clockMs is a clock for timeouts, which nobody sets.
func (s *Server) clockMs() int64 { return time.Since(s.began).Milliseconds() }

// timeoutMs is how long k, or basic.get when k is nil, may keep a delivery of
// q; 0 for ever. A lease takes its place.
func (s *Server) timeoutMs(k *consumer, q *broker.Queue) int64 {
	if s.leaseMs(k, q) > 0 {
		return 0
	}
	t := int64(-1)
	if k != nil {
		t = k.timeoutMs
	}
	if t < 0 {
		t = q.ConsumerTimeoutMs()
	}
	if t < 0 {
		t = s.options.Load().ConsumerTimeout.Milliseconds()
	}
	return min(t, math.MaxInt64/2)
}

// await has the timer run in time for deliveries that were just made to k, or
// by basic.get. outbox.mu is held.
func (ch *channel) await(now int64, k *consumer, q *broker.Queue) {
	due := now + recheckEveryMs
	if t := ch.c.server.leaseMs(k, q); t > 0 {
		due = min(due, now+t)
	} else if t := ch.c.server.timeoutMs(k, q); t > 0 {
		due = min(due, now+t)
	}
	ch.sweepAt(due, now)
}

// sweepAt has the timer run at due, or earlier if it does anyway. outbox.mu is
// held.
func (ch *channel) sweepAt(due, now int64) {
	t := &ch.timeout
	due = max(due, t.swept+sweepEveryMs)
	if t.due > 0 && t.due <= due {
		return
	}
	t.due = due
	wait := time.Duration(due-now) * time.Millisecond
	if t.timer == nil {
		t.timer = time.AfterFunc(wait, ch.sweep)
		return
	}
	t.timer.Reset(wait)
}

// sweep takes back what was not acknowledged in time: it goes to the queues
// again, and its consumers end. A client that asked to be told that goes on
// with its channel; any other would wait for ever, so its channel is closed.
func (ch *channel) sweep() {
	o := &ch.c.out
	o.mu.Lock()
	l := ch.lapse(ch.c.server.clockMs())
	o.mu.Unlock()
	ch.takeBack(l.leased)
	if len(l.settled) == 0 {
		return
	}
	ch.log().Warn("delivery acknowledgement timed out", "deliveries", len(l.settled),
		"queue", l.settled[0].q.Name, "consumers", len(l.consumers))
	ch.c.server.broker.Lapsed(len(l.settled))
	for _, k := range l.consumers {
		k.q.Cancel(k)
	}
	byQueue(l.settled, func(q *broker.Queue, ds []queue.Delivery) { q.Settle(nil, ds, queue.Requeue) })
	ch.announce(l.ended)
	ch.resume()
	if len(l.consumers) > 0 && !ch.c.client.cancelNotify {
		e := amqp.DeliveryTimeout.New(ch.id, l.timeoutMs)
		ch.c.ask(func() { ch.closeWith(e) })
	}
}

// lapsed is what a sweep has found.
type lapsed struct {
	leased    []settled // their lease has ended, and nothing else
	settled   []settled
	consumers []*consumer
	ended     []*consumer // those of them that had not before
	timeoutMs int64       // of the first of them
}

// lapse takes what is overdue out of the window, and its consumers out of the
// channel. outbox.mu is held.
func (ch *channel) lapse(now int64) (l lapsed) {
	ch.timeout.due, ch.timeout.swept = 0, now
	if ch.released {
		return l
	}
	next := ch.unacked.lapse(now, ch.c.server.timeoutMs, func(u *unacked) {
		l.settled = append(l.settled, settled{u.q, u.d, u.since})
		u.freeCredit()
		if k := u.k; k != nil && !slices.Contains(l.consumers, k) {
			l.consumers = append(l.consumers, k)
		}
	})
	end := ch.unacked.expire(now, ch.c.server.leaseMs, func(u *unacked) {
		l.leased = append(l.leased, settled{u.q, u.d, u.since})
		u.freeCredit()
	})
	if ch.unacked.len() > 0 {
		ch.sweepAt(min(next, end, now+recheckEveryMs), now)
	}
	if len(l.consumers) > 0 {
		l.timeoutMs = ch.c.server.timeoutMs(l.consumers[0], l.consumers[0].q)
	}
	for _, k := range l.consumers {
		if ch.end(k) {
			l.ended = append(l.ended, k)
		}
	}
	return l
}

// announce tells the client that ks have ended. What they gave back is in the
// queues by now, for a client that asks for it as soon as it hears.
func (ch *channel) announce(ks []*consumer) {
	o := &ch.c.out
	o.mu.Lock()
	for _, k := range ks {
		k.told()
	}
	o.mu.Unlock()
	o.signal()
}

// end takes k out of ch, unless it has ended before. Nothing is delivered to
// it from now on; told must follow. outbox.mu is held.
func (ch *channel) end(k *consumer) bool {
	if ch.consumers[k.tag] != k {
		return false
	}
	ch.remove(k)
	k.gone = true
	return true
}

// told tells the client that k has ended. outbox.mu is held.
func (k *consumer) told() {
	if !k.held { // else consume tells, after consume-ok
		k.notify()
		k.ch.session.Consumed(k.q, k.tag)
	}
}
