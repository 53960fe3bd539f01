package queuetest

import (
	"testing/synctest"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

// delayed checks how many wait for their retry.
func (f *fixture) delayed(n int) {
	f.Helper()
	if s := f.Stat(); s.Delayed != n || (s.DelayedBytes > 0) != (n > 0) {
		f.Errorf("%d are delayed, %d bytes, want %d", s.Delayed, s.DelayedBytes, n)
	}
}

// retries: what failed waits the longer the more often it did, in nobody's
// way, and comes back to its place.
func retries(f *fixture) {
	f.open(dead(amqp.Table{
		"x-delayed-retry-type": "failed", "x-delayed-retry-min": int32(100), "x-delayed-retry-backoff": "exponential",
		"x-delivery-limit": int32(2),
	}))
	f.fill(3)
	for i, ms := range []int{100, 200} {
		d := f.take(1)[0]
		if body(d) != "0" || int(d.Count) != i || !d.Counted {
			f.Fatalf("delivery %d: %q, count %d", i, d.Message.Body, d.Count)
		}
		f.settle(nil, queue.Requeue, d)
		f.delayed(1)
		f.counts(2, 0)
		next := f.take(1)[0]
		f.settle(nil, queue.Return, next)
		if body(next) != "1" {
			f.Errorf("%q is delivered meanwhile", body(next))
		}
		pass(ms - 1)
		f.delayed(1)
		pass(1)
		f.delayed(0)
		f.counts(3, 0)
	}
	f.settle(nil, queue.Requeue, f.take(1)...)
	f.delayed(0)
	letters(f, queue.DeliveryLimit, "0")
	f.equal(f.rest(), numbers(1, 2))
	f.confirmed()
}

// retriesReturned: only what was given back untouched waits.
func retriesReturned(f *fixture) {
	f.open(amqp.Table{"x-delayed-retry-type": "returned", "x-delayed-retry-min": int32(100)})
	f.fill(2)
	ds := f.take(2)
	f.settle(nil, queue.Requeue, ds[0])
	f.settle(nil, queue.Return, ds[1])
	f.delayed(1)
	f.counts(1, 0)
	pass(100)
	f.equal(f.rest(), numbers(0, 1))
}

// retriesBounded: what waits counts for the length limit, expires, and goes
// with a purge.
func retriesBounded(f *fixture) {
	f.open(dead(amqp.Table{"x-delayed-retry-type": "all", "x-delayed-retry-min": int32(100), "x-max-length": int32(3)}))
	f.send(f.lasting("short", 50))
	f.fill(2)
	f.settle(nil, queue.Requeue, f.take(2)...)
	f.delayed(2)
	pass(50)
	letters(f, queue.Expired, "short")
	f.delayed(1)
	f.fill(2)
	f.counts(3, 0)
	f.delayed(0)
	letters(f, queue.MaxLen, "0")
	f.settle(nil, queue.Requeue, f.take(1)...)
	if n := f.Purge(); n != 3 {
		f.Errorf("purged %d", n)
	}
	f.delayed(0)
	pass(200)
	f.counts(0, 0)
	f.confirmed()
}

// retriesPolicy: a shorter wait holds for those that wait already, and when it
// is turned off they are back at once.
func retriesPolicy(f *fixture) {
	f.open(nil)
	f.policy(amqp.Table{"delayed-retry-type": "failed", "delayed-retry-min": int64(10_000)})
	f.fill(backlog)
	f.settle(nil, queue.Requeue, f.take(2)...)
	f.delayed(2)
	f.policy(amqp.Table{"delayed-retry-type": "failed", "delayed-retry-min": int64(100)})
	f.delayed(2)
	pass(100)
	f.delayed(0)
	f.settle(nil, queue.Requeue, f.take(1)...)
	f.delayed(1)
	f.policy(nil)
	f.delayed(0)
	f.equal(f.rest(), numbers(0, backlog-1))
}

// retriesBacklog: all of a backlog fails, and is back in order.
func retriesBacklog(f *fixture) {
	f.open(amqp.Table{"x-delayed-retry-type": "failed", "x-delayed-retry-min": int32(50)})
	f.fill(backlog)
	f.settle(nil, queue.Requeue, f.take(backlog)...)
	f.delayed(backlog)
	f.counts(0, 0)
	f.fill(1)
	pass(50)
	c := f.consume(backlog+1, queue.ConsumeOptions{NoAck: true})
	pass(10)
	synctest.Wait()
	f.equal(bodies(c.Take()), numbers(0, backlog))
}
