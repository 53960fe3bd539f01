package queuetest

import (
	"testing/synctest"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

// perish: a queue that goes leaves what it holds: what is ready, what waits for
// its retry, and what comes back; not what is acknowledged.
func perish(f *fixture) {
	f.open(dead(amqp.Table{"x-dead-letter-on-delete": true, "x-delayed-retry-type": "failed"}))
	f.fill(backlog)
	held := f.take(4)
	f.settle(nil, queue.Requeue, held[3])
	c := f.consume(2, queue.ConsumeOptions{})
	own := c.Take()
	t := f.Queue.(queue.Testator)
	why, ok := t.Bequest()
	if !ok || why != queue.QueueDeleted {
		f.Fatalf("it leaves nothing: %q, %v", why, ok)
	}
	ended := 0
	t.Perish(why, func() { ended++ })
	synctest.Wait()
	if c.WasCancelled() != 1 || ended != 0 {
		f.Errorf("the consumer is cancelled %d times, the end told %d times", c.WasCancelled(), ended)
	}
	letters(f, queue.QueueDeleted, append([]string{"3"}, numbers(6, backlog-1)...)...)
	f.fill(1)
	if _, _, ok := f.Get(true); ok || f.Consume(c, queue.ConsumeOptions{}) == nil {
		f.Error("a queue that has ended is of use")
	}
	f.counts(0, 5)
	f.confirmed()
	f.settle(nil, queue.Ack, held[0])
	f.settle(nil, queue.Discard, held[1])
	letters(f, queue.Rejected, "1")
	f.settle(nil, queue.Requeue, held[2])
	f.settle(c, queue.Return, own...)
	letters(f, queue.QueueDeleted, "2", "4", "5")
	f.counts(0, 0)
	if ended != 1 {
		f.Errorf("the end is told %d times", ended)
	}
}

// perishExpired: an unused queue expires, and what it leaves says so.
func perishExpired(f *fixture) {
	f.open(dead(amqp.Table{"x-dead-letter-on-delete": true, "x-expires": int32(50)}))
	f.fill(1)
	pass(50)
	t := f.Queue.(queue.Testator)
	why, ok := t.Bequest()
	if !ok || why != queue.QueueExpired || f.host.WasGone() != 1 {
		f.Fatalf("%q, %v, gone %d times", why, ok, f.host.WasGone())
	}
	t.Perish(why, func() {})
	synctest.Wait()
	letters(f, queue.QueueExpired, "0")
}

// perishNowhere: without the argument, or an exchange, nothing is left.
func perishNowhere(f *fixture) {
	f.open(dead(amqp.Table{}))
	if _, ok := f.Queue.(queue.Testator).Bequest(); ok {
		f.Error("it leaves something, and nobody asked")
	}
	f.policy(amqp.Table{"dead-letter-on-delete": true})
	if _, ok := f.Queue.(queue.Testator).Bequest(); !ok {
		f.Error("a policy asks for it, and it leaves nothing")
	}
}
