package queuetest

import (
	"slices"

	"github.com/hutchmq/hutchmq/queue"
)

// backlog is more than any kind keeps in memory when its test made it small.
const backlog = 500

func order(f *fixture) {
	f.open(nil)
	f.fill(backlog)
	f.fill(1)
	f.fill(backlog)
	c := f.consume(2*backlog+1, queue.ConsumeOptions{NoAck: true})
	got := c.Take()
	f.equal(bodies(got), numbers(0, 2*backlog))
	for i, d := range got {
		if d.Redelivered || d.Count != 0 || i > 0 && d.ID <= got[i-1].ID {
			f.Fatalf("delivery %d: id %d, redelivered %v, count %d", i, d.ID, d.Redelivered, d.Count)
		}
	}
	f.counts(0, 0)
	f.confirmed()
}

func counts(f *fixture) {
	f.open(nil)
	f.fill(10)
	f.counts(10, 0)
	c := f.consume(4, queue.ConsumeOptions{})
	f.counts(6, 4)
	if s := f.Stat(); s.Consumers != 1 || s.ReadyBytes != 6 || s.UnackedBytes != 4 || s.Persistent != persistent(f, 6) {
		f.Errorf("%+v", s)
	}
	ds := c.Take()
	f.settle(c, queue.Ack, ds[1])
	f.counts(6, 3)
	f.settle(c, queue.Requeue, ds[0])
	f.counts(7, 2)
	f.settle(c, queue.Discard, ds[2], ds[3])
	f.counts(7, 0)
	d := f.take(1)
	f.counts(6, 1)
	f.settle(nil, queue.Ack, d...)
	f.counts(6, 0)
	if n := f.Purge(); n != 6 {
		f.Errorf("purged %d", n)
	}
	f.counts(0, 0)
	if s := f.Stat(); s.ReadyBytes != 0 || s.UnackedBytes != 0 || s.Persistent != 0 || s.Resident != 0 || s.ResidentBytes != 0 {
		f.Errorf("%+v", s)
	}
}

// persistent is n for a fixture with persistent messages.
func persistent(f *fixture, n int) int {
	if f.persistent || f.kind.Durable {
		return n
	}
	return 0
}

func receipts(f *fixture) {
	f.open(nil)
	c := f.consume(backlog/2, queue.ConsumeOptions{})
	f.fill(backlog)
	f.confirmed()
	f.settle(c, queue.Ack, c.Take()...)
	f.fill(backlog)
	f.Purge()
	f.fill(3)
	f.confirmed()
}

func get(f *fixture) {
	f.open(nil)
	if _, _, ok := f.Get(false); ok {
		f.Fatal("got something of nothing")
	}
	f.fill(backlog)
	for i := range backlog {
		d, left, ok := f.Get(i%2 == 0)
		if !ok || left != backlog-1-i || body(d) != numbers(i, i)[0] {
			f.Fatalf("get %d: %q, %d left, %v", i, d.Message.Body, left, ok)
		}
		if i%2 == 1 {
			f.Settle(nil, []queue.Delivery{d}, queue.Ack)
		}
	}
	f.counts(0, 0)
}

func requeueOne(f *fixture) {
	f.open(nil)
	f.fill(5)
	ds := f.take(3)
	f.settle(nil, queue.Requeue, ds[1])
	d := f.take(1)[0]
	if body(d) != "1" || !d.Redelivered || d.Count != 1 || d.ID != ds[1].ID {
		f.Fatalf("got %q back, %+v", d.Message.Body, d)
	}
	f.settle(nil, queue.Requeue, d, ds[0], ds[2])
	f.equal(f.rest(), numbers(0, 4))
}

func requeueMany(f *fixture) {
	f.open(nil)
	f.fill(100)
	ds := f.take(100)
	slices.Reverse(ds)
	var odd, even []queue.Delivery
	for i, d := range ds {
		if i%2 == 0 {
			odd = append(odd, d)
		} else {
			even = append(even, d)
		}
	}
	f.settle(nil, queue.Requeue, odd...)
	f.settle(nil, queue.Requeue, even...)
	got := f.take(100)
	f.equal(bodies(got), numbers(0, 99))
	for _, d := range got {
		if !d.Redelivered {
			f.Fatalf("%q is not redelivered", d.Message.Body)
		}
	}
}

func requeueBetween(f *fixture) {
	f.open(nil)
	f.fill(10)
	a, b := f.consume(5, queue.ConsumeOptions{}), f.consume(5, queue.ConsumeOptions{})
	got := a.Take()
	f.equal(bodies(got), numbers(0, 4))
	f.equal(bodies(b.Take()), numbers(5, 9))
	f.fill(2)
	f.settle(a, queue.Requeue, got[3], got[1])
	f.grant(b, 3)
	f.equal(bodies(b.Take()), []string{"1", "3", "10"})
}

// requeueBelow gives back what belongs in front of a backlog of which nothing
// is in memory.
func requeueBelow(f *fixture) {
	f.open(nil)
	f.fill(backlog)
	ds := f.take(backlog / 2)
	f.settle(nil, queue.Requeue, ds[10], ds[3])
	f.fill(1)
	f.equal(f.rest(), append([]string{"3", "10"}, numbers(backlog/2, backlog)...))
}

func requeueAll(f *fixture) {
	f.open(nil)
	f.fill(backlog)
	ds := f.take(backlog)
	f.fill(backlog)
	f.settle(nil, queue.Requeue, ds...)
	f.counts(2*backlog, 0)
	f.equal(f.rest(), numbers(0, 2*backlog-1))
}
