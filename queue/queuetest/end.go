package queuetest

import (
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

func purge(f *fixture) {
	f.open(nil)
	if n := f.Purge(); n != 0 {
		f.Errorf("purged %d of nothing", n)
	}
	f.fill(3)
	if n := f.Purge(); n != 3 {
		f.Errorf("purged %d", n)
	}
	f.fill(2)
	f.equal(f.rest(), numbers(3, 4))
}

func purgeBacklog(f *fixture) {
	f.open(nil)
	f.fill(backlog)
	f.take(1)
	if n := f.Purge(); n != backlog-1 {
		f.Errorf("purged %d", n)
	}
	f.counts(0, 1)
	f.fill(backlog)
	f.equal(f.rest(), numbers(backlog, 2*backlog-1))
	if s := f.Stat(); s.ReadyBytes != 0 || s.Persistent != 0 || s.ResidentBytes != 0 {
		f.Errorf("%+v", s)
	}
}

func purgeUnacked(f *fixture) {
	f.open(nil)
	c := f.consume(2, queue.ConsumeOptions{})
	f.fill(5)
	if n := f.Purge(); n != 3 {
		f.Errorf("purged %d", n)
	}
	f.counts(0, 2)
	f.Cancel(c)
	f.settle(c, queue.Requeue, c.Take()...)
	f.equal(f.rest(), numbers(0, 1))
}

// closeForGood: consumers are told once, receipts come, and whatever happens
// afterwards is harmless.
func closeForGood(f *fixture) {
	f.open(nil)
	c := f.consume(2, queue.ConsumeOptions{})
	f.fill(3)
	ms := f.message("late")
	f.seq++
	f.Publish([]queue.Publication{{Message: ms, Receipt: queue.Receipt{To: &f.receipts, Seq: f.seq}}})
	f.Close(true)
	f.confirmed()
	f.Close(true)
	f.Close(false)
	f.send(f.message("later"))
	f.confirmed()
	if c.WasCancelled() != 1 || f.host.WasGone() != 0 {
		f.Errorf("cancelled %d, gone %d times", c.WasCancelled(), f.host.WasGone())
	}
	f.settle(c, queue.Requeue, c.Take()...)
	f.Cancel(c)
	if _, _, ok := f.Get(false); ok || f.Purge() != 0 {
		f.Error("there is something in a queue that is gone")
	}
	if err := f.Consume(c, queue.ConsumeOptions{}); !amqp.NoQueue.Is(err) {
		f.Errorf("consume: %v", err)
	}
}

// closeUntilStart: what was not stored is neither confirmed nor refused, and
// consumers are not told.
func closeUntilStart(f *fixture) {
	f.open(nil)
	c := f.consume(2, queue.ConsumeOptions{})
	f.fill(backlog)
	f.confirmed()
	f.Close(false)
	f.Publish([]queue.Publication{{Message: f.message("late"), Receipt: queue.Receipt{To: &f.receipts, Seq: f.seq + 1}}})
	synctest.Wait()
	f.settle(c, queue.Ack, c.Take()...)
	if f.receipts.Check(f.seq+1) == nil || c.WasCancelled() != 0 {
		f.Errorf("late publish was confirmed, or a consumer cancelled (%d)", c.WasCancelled())
	}
}

func autoDelete(f *fixture) {
	f.open(nil, func(d *queue.Declaration) { d.AutoDelete = true })
	f.fill(1)
	if f.host.WasGone() != 0 {
		f.Fatal("gone without ever having had a consumer")
	}
	a, b := f.consume(0, queue.ConsumeOptions{}), f.consume(0, queue.ConsumeOptions{})
	f.Cancel(a)
	f.Cancel(a)
	if f.host.WasGone() != 0 {
		f.Fatal("gone with a consumer left")
	}
	f.Cancel(b)
	if n := f.host.WasGone(); n != 1 {
		f.Errorf("gone %d times", n)
	}
}

func expires(f *fixture) {
	f.open(amqp.Table{"x-expires": int32(1000)})
	c := f.consume(0, queue.ConsumeOptions{})
	time.Sleep(5 * time.Second)
	if f.host.WasGone() != 0 {
		f.Fatal("gone with a consumer")
	}
	f.Cancel(c)
	time.Sleep(999 * time.Millisecond)
	f.Get(true)
	time.Sleep(999 * time.Millisecond)
	if f.host.WasGone() != 0 {
		f.Fatal("gone before its time")
	}
	time.Sleep(time.Millisecond)
	synctest.Wait()
	if n := f.host.WasGone(); n != 1 {
		f.Errorf("gone %d times", n)
	}
}

func expiresRenewed(f *fixture) {
	f.open(amqp.Table{"x-expires": int32(1000)})
	time.Sleep(900 * time.Millisecond)
	f.Queue.(queue.Leased).Renew()
	f.fill(1)
	time.Sleep(900 * time.Millisecond)
	synctest.Wait()
	if f.host.WasGone() != 0 {
		f.Fatal("gone before its time")
	}
	time.Sleep(100 * time.Millisecond)
	synctest.Wait()
	if f.host.WasGone() != 1 {
		f.Error("publishing counts as use")
	}
}
