package queuetest

import (
	"math/rand"
	"testing/synctest"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

// shares checks that the counts are within 5 % of each other.
func shares(f *fixture, counts []int) {
	f.Helper()
	low, high := counts[0], counts[0]
	for _, n := range counts {
		low, high = min(low, n), max(high, n)
	}
	if float64(high) > 1.05*float64(low) {
		f.Errorf("shares %v", counts)
	}
}

func fairTurns(f *fixture) {
	f.open(nil)
	cs := make([]*Consumer, 10)
	for i := range cs {
		cs[i] = f.consume(1<<30, queue.ConsumeOptions{NoAck: true})
	}
	for range 100 {
		f.fill(100)
	}
	got := make([]int, len(cs))
	for i, c := range cs {
		got[i] = len(c.Take())
	}
	shares(f, got)
	f.counts(0, 0)
}

// fairPrefetch has consumers that run out of credit all the time, and get it
// back in random order.
func fairPrefetch(f *fixture) {
	const seed = 1
	r := rand.New(rand.NewSource(seed))
	f.open(nil)
	f.fill(10000)
	cs, got := make([]*Consumer, 10), make([]int, 10)
	for i := range cs {
		cs[i] = f.consume(3, queue.ConsumeOptions{})
	}
	for f.Stat().Ready > 0 {
		for _, i := range r.Perm(len(cs)) {
			ds := cs[i].Take()
			got[i] += len(ds)
			cs[i].Grant(len(ds))
			f.Settle(cs[i], ds, queue.Ack)
		}
		synctest.Wait()
	}
	shares(f, got)
}

func consumerPriority(f *fixture) {
	f.open(nil)
	low := f.consume(100, queue.ConsumeOptions{})
	high := f.consume(2, queue.ConsumeOptions{Priority: 5})
	peer := f.consume(2, queue.ConsumeOptions{Priority: 5})
	lowest := f.consume(100, queue.ConsumeOptions{Priority: -1})
	f.fill(6)
	ds := high.Take()
	f.equal(bodies(ds), []string{"0", "2"})
	f.equal(bodies(peer.Take()), []string{"1", "3"})
	f.equal(bodies(low.Take()), []string{"4", "5"})
	high.Grant(1)
	f.settle(high, queue.Ack, ds[0])
	f.fill(2)
	f.equal(bodies(high.Take()), []string{"6"})
	f.equal(bodies(low.Take()), []string{"7"})
	f.equal(bodies(lowest.Take()), nil)
}

func exclusiveConsumer(f *fixture) {
	f.open(nil)
	c := f.consume(1, queue.ConsumeOptions{Exclusive: true})
	refused := func(o queue.ConsumeOptions) {
		f.Helper()
		if err := f.Consume(&Consumer{}, o); !amqp.ExclusiveUse.Is(err) {
			f.Errorf("%+v: %v", o, err)
		}
	}
	refused(queue.ConsumeOptions{})
	refused(queue.ConsumeOptions{Exclusive: true})
	f.Cancel(c)
	other := f.consume(1, queue.ConsumeOptions{})
	refused(queue.ConsumeOptions{Exclusive: true})
	f.Cancel(other)
	f.consume(1, queue.ConsumeOptions{Exclusive: true})
	if n := f.Stat().Consumers; n != 1 {
		f.Errorf("%d consumers", n)
	}
}

func singleActive(f *fixture) {
	f.open(amqp.Table{"x-single-active-consumer": true})
	a := f.consume(3, queue.ConsumeOptions{})
	b := f.consume(100, queue.ConsumeOptions{Priority: 9})
	c := f.consume(100, queue.ConsumeOptions{})
	if err := f.Consume(&Consumer{}, queue.ConsumeOptions{Exclusive: true}); !amqp.ExclusiveUse.Is(err) {
		f.Errorf("exclusive: %v", err)
	}
	f.fill(5)
	ds := a.Take()
	f.equal(bodies(ds), numbers(0, 2))
	f.counts(2, 3)
	f.Cancel(a)
	f.equal(bodies(b.Take()), numbers(3, 4))
	f.settle(nil, queue.Requeue, ds...)
	f.equal(bodies(b.Take()), numbers(0, 2))
	f.Cancel(c)
	f.Cancel(b)
	f.fill(1)
	f.equal(bodies(c.Take()), nil)
	f.counts(1, 5)
}

func cancel(f *fixture) {
	f.open(nil)
	c := f.consume(2, queue.ConsumeOptions{})
	f.fill(3)
	f.Cancel(c)
	f.Cancel(c)
	f.Resume(c)
	f.grant(c, 100)
	ds := c.Take()
	f.equal(bodies(ds), numbers(0, 1))
	f.counts(1, 2)
	f.settle(c, queue.Requeue, ds[0])
	f.counts(2, 1)
	if f.Stat().Consumers != 0 || c.WasCancelled() != 0 || f.host.WasGone() != 0 {
		f.Errorf("%+v, cancelled %d, gone %d", f.Stat(), c.WasCancelled(), f.host.WasGone())
	}
}

func credit(f *fixture) {
	f.open(nil)
	c := f.consume(0, queue.ConsumeOptions{})
	f.fill(backlog)
	f.counts(backlog, 0)
	for i := 0; i < backlog; i += 10 {
		f.grant(c, 10)
		f.counts(backlog-i-10, i+10)
	}
	f.equal(bodies(c.Take()), numbers(0, backlog-1))
}
