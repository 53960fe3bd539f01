package queuetest

import (
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// pass lets time go by.
func pass(ms int) {
	time.Sleep(time.Duration(ms) * time.Millisecond)
	synctest.Wait()
}

// lasting makes a message with a TTL of its own.
func (f *fixture) lasting(body string, ms int64) *message.Message {
	m := f.message(body)
	m.Expiration = ms
	return m
}

func queueTTL(f *fixture) {
	f.open(dead(amqp.Table{"x-message-ttl": int32(100)}))
	f.fill(2)
	pass(50)
	f.fill(1)
	f.take(1)
	pass(49)
	f.counts(2, 1)
	pass(1)
	letters(f, queue.Expired, "1")
	f.counts(1, 1)
	pass(50)
	letters(f, queue.Expired, "2")
	f.counts(0, 1)
}

// messageTTL: the smaller TTL counts, and only the head of a queue expires.
func messageTTL(f *fixture) {
	f.open(dead(amqp.Table{"x-message-ttl": int32(100)}))
	f.send(f.lasting("long", 1000), f.lasting("short", 50))
	pass(60)
	f.counts(2, 0)
	pass(40)
	letters(f, queue.Expired, "long", "short")
	f.send(f.lasting("short", 50), f.lasting("longer", 60))
	pass(50)
	letters(f, queue.Expired, "short")
	pass(10)
	letters(f, queue.Expired, "longer")
	f.confirmed()
}

// ttlZero: a message is delivered now or never.
func ttlZero(f *fixture) {
	f.open(dead(amqp.Table{"x-message-ttl": int32(0)}))
	c := f.consume(2, queue.ConsumeOptions{})
	f.fill(3)
	ds := c.Take()
	f.equal(bodies(ds), numbers(0, 1))
	letters(f, queue.Expired, "2")
	f.counts(0, 2)
	f.settle(nil, queue.Requeue, ds[1])
	letters(f, queue.Expired, "1")
	f.confirmed()
}

func ttlBacklog(f *fixture) {
	f.open(dead(amqp.Table{"x-message-ttl": int32(100)}))
	f.fill(backlog)
	pass(10)
	f.fill(backlog)
	pass(90)
	letters(f, queue.Expired, numbers(0, backlog-1)...)
	f.counts(backlog, 0)
	pass(10)
	letters(f, queue.Expired, numbers(backlog, 2*backlog-1)...)
	f.counts(0, 0)
}

// ttlRequeue: what is given back after its time expires at once, and what
// comes in time keeps its time.
func ttlRequeue(f *fixture) {
	f.open(dead(amqp.Table{}))
	f.send(f.lasting("a", 100), f.lasting("b", 200))
	ds := f.take(2)
	pass(150)
	f.settle(nil, queue.Requeue, ds...)
	letters(f, queue.Expired, "a")
	f.counts(1, 0)
	pass(50)
	letters(f, queue.Expired, "b")
}

func deadLetters(f *fixture) {
	f.open(dead(amqp.Table{}))
	f.fill(3)
	ds := f.take(3)
	f.settle(nil, queue.Discard, ds[2], ds[0])
	letters(f, queue.Rejected, "2", "0")
	f.settle(nil, queue.Ack, ds[1])
	letters(f, queue.Rejected)
	f.counts(0, 0)
}

func deliveryLimit(f *fixture) {
	f.open(dead(amqp.Table{"x-delivery-limit": int32(2)}))
	f.fill(2)
	for i := range 3 {
		d := f.take(1)[0]
		if body(d) != "0" || int(d.Count) != i {
			f.Fatalf("delivery %d: %q, count %d", i, d.Message.Body, d.Count)
		}
		letters(f, queue.DeliveryLimit)
		f.settle(nil, queue.Requeue, d)
	}
	letters(f, queue.DeliveryLimit, "0")
	f.counts(1, 0)
}
