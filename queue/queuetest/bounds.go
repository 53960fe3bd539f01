package queuetest

import (
	"strings"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// dead adds a dead-letter exchange to args.
func dead(args amqp.Table) amqp.Table {
	args["x-dead-letter-exchange"] = "dlx"
	args["x-dead-letter-routing-key"] = "dead"
	return args
}

// letters checks what was dead-lettered, and why.
func letters(f *fixture, why queue.Reason, want ...string) {
	f.Helper()
	var got []string
	for _, l := range f.host.Letters() {
		got = append(got, l.Body)
		if l.Why != why || l.Exchange != "dlx" || l.Key != "dead" {
			f.Errorf("dead letter %+v, want reason %s", l, why)
		}
	}
	f.equal(got, want)
}

func dropHead(f *fixture) {
	f.open(dead(amqp.Table{"x-max-length": int32(3)}))
	f.fill(5)
	letters(f, queue.MaxLen, "0", "1")
	f.counts(3, 0)
	ds := f.take(2)
	f.fill(2)
	f.counts(3, 2)
	f.settle(nil, queue.Requeue, ds...)
	letters(f, queue.MaxLen, "2", "3")
	f.equal(f.rest(), numbers(4, 6))
	f.confirmed()
}

func dropHeadBytes(f *fixture) {
	f.open(amqp.Table{"x-max-length-bytes": int64(10)})
	f.send(f.message("aaaa"), f.message("bbbb"), f.message("cccc"))
	f.send(f.message(strings.Repeat("d", 11)))
	f.counts(0, 0)
	f.send(f.message("eeeeeeeeee"))
	f.equal(f.rest(), []string{"eeeeeeeeee"})
	f.confirmed()
}

func dropHeadBacklog(f *fixture) {
	f.open(dead(amqp.Table{"x-max-length": int32(backlog)}))
	f.fill(backlog)
	f.fill(backlog)
	f.fill(3)
	f.counts(backlog, 0)
	letters(f, queue.MaxLen, numbers(0, backlog+2)...)
	f.equal(f.rest(), numbers(backlog+3, 2*backlog+2))
}

func rejectPublish(f *fixture) {
	f.open(dead(amqp.Table{"x-max-length": int32(2), "x-overflow": "reject-publish"}))
	f.fill(4)
	f.confirmed(3, 4)
	d := f.take(1)[0]
	f.fill(2)
	f.confirmed(3, 4, 6)
	f.settle(nil, queue.Requeue, d)
	f.counts(3, 0)
	letters(f, queue.MaxLen)
	f.equal(f.rest(), []string{"0", "1", "4"})
}

// rejectWithConsumer: a queue whose consumers keep up is never full, however
// the messages come.
func rejectWithConsumer(f *fixture) {
	f.open(amqp.Table{"x-max-length": int32(1), "x-overflow": "reject-publish"})
	c := f.consume(5, queue.ConsumeOptions{NoAck: true})
	f.fill(7)
	f.confirmed(7)
	f.equal(bodies(c.Take()), numbers(0, 4))
	f.equal(f.rest(), []string{"5"})
}

func rejectPublishDLX(f *fixture) {
	f.open(dead(amqp.Table{"x-max-length-bytes": int32(2), "x-overflow": "reject-publish-dlx"}))
	f.fill(3)
	f.confirmed(3)
	letters(f, queue.MaxLen, "2")
	f.equal(f.rest(), numbers(0, 1))
}

// important makes a message with a priority.
func (f *fixture) important(body string, priority uint8) *message.Message {
	m := f.message(body)
	m.Priority = priority
	return m
}

func priorities(f *fixture) {
	f.open(amqp.Table{"x-max-priority": int32(5)})
	f.send(f.important("a0", 0), f.important("b3", 3), f.important("c9", 9), f.important("d5", 5), f.important("e3", 3))
	ds := f.take(3)
	f.equal(bodies(ds), []string{"c9", "d5", "b3"})
	f.send(f.important("f1", 1))
	f.settle(nil, queue.Requeue, ds[2], ds[0])
	f.equal(f.rest(), []string{"c9", "b3", "e3", "f1", "a0"})
}

func prioritiesBacklog(f *fixture) {
	f.open(amqp.Table{"x-max-priority": int32(2)})
	f.fill(backlog)
	f.send(f.important("high", 2))
	f.fill(1)
	f.send(f.important("middle", 1))
	f.equal(f.rest(), append([]string{"high", "middle"}, numbers(0, backlog)...))
}

func dropHeadPriority(f *fixture) {
	f.open(dead(amqp.Table{"x-max-priority": int32(2), "x-max-length": int32(2)}))
	f.send(f.important("a2", 2), f.important("b0", 0), f.important("c0", 0))
	letters(f, queue.MaxLen, "b0")
	f.send(f.important("d1", 1), f.important("e0", 0))
	letters(f, queue.MaxLen, "c0", "e0")
	f.equal(f.rest(), []string{"a2", "d1"})
}
