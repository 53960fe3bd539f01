package queuetest

import (
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

// policy has the queue follow what policies say now.
func (f *fixture) policy(p amqp.Table) {
	f.Queue.(queue.Reconfigurer).Reconfigure(p)
	synctest.Wait()
}

// policyBounds: what is too much goes at once; arguments keep what they say
// unless the policy says less.
func policyBounds(f *fixture) {
	f.open(dead(amqp.Table{"x-max-length": int32(8)}), func(d *queue.Declaration) {
		d.Policy = amqp.Table{"max-length": int64(6)}
	})
	f.fill(9)
	letters(f, queue.MaxLen, numbers(0, 2)...)
	f.policy(amqp.Table{"max-length": int64(4)})
	letters(f, queue.MaxLen, numbers(3, 4)...)
	f.policy(amqp.Table{"max-length": int64(100)})
	f.fill(5)
	letters(f, queue.MaxLen, "5")
	f.policy(amqp.Table{"max-length-bytes": int64(5), "overflow": "reject-publish"})
	f.fill(1)
	f.confirmed(15)
	f.counts(8, 0)
	f.policy(amqp.Table{"max-length-bytes": int64(9), "overflow": "drop-head"})
	f.counts(5, 0)
	letters(f, queue.MaxLen, numbers(6, 8)...)
	f.policy(nil)
	f.fill(10)
	f.counts(8, 0)
}

// policyBacklog cuts a backlog, of which little is in memory.
func policyBacklog(f *fixture) {
	f.open(nil)
	f.fill(backlog)
	f.policy(amqp.Table{"max-length": int64(10)})
	f.counts(10, 0)
	f.equal(f.rest(), numbers(backlog-10, backlog-1))
}

// policyTTL: a time to live holds for what comes from now on, and that does
// not wait for what came before.
func policyTTL(f *fixture) {
	f.open(dead(amqp.Table{}))
	f.fill(2)
	f.policy(amqp.Table{"message-ttl": int64(50)})
	f.fill(2)
	pass(50)
	letters(f, queue.Expired, "2", "3")
	f.policy(nil)
	f.fill(1)
	pass(1000)
	f.equal(f.rest(), []string{"0", "1", "4"})
}

func policyExpires(f *fixture) {
	f.open(nil)
	pass(10_000)
	f.policy(amqp.Table{"expires": int64(1000)})
	pass(999)
	f.policy(amqp.Table{"expires": int64(1000), "max-length": int64(9)}) // its time goes on
	if f.host.WasGone() != 0 {
		f.Fatal("gone before its time")
	}
	pass(1)
	if f.host.WasGone() != 1 {
		f.Error("not gone")
	}
	f.policy(amqp.Table{"expires": int64(5000)})
	pass(4000)
	f.policy(amqp.Table{"max-length": int64(9)})
	pass(10_000)
	if f.host.WasGone() != 1 {
		f.Error("gone, and nothing said that it expires")
	}
}

// policyDeadLetters: where a message goes is what held when it died.
func policyDeadLetters(f *fixture) {
	f.open(nil)
	f.fill(3)
	ds := f.take(3)
	f.settle(nil, queue.Discard, ds[0])
	letters(f, queue.Rejected)
	f.policy(amqp.Table{"dead-letter-exchange": "dlx", "dead-letter-routing-key": "dead"})
	f.settle(nil, queue.Discard, ds[1])
	letters(f, queue.Rejected, "1")
	f.policy(nil)
	f.settle(nil, queue.Discard, ds[2])
	letters(f, queue.Rejected)
	f.counts(0, 0)
}

func policyDeliveryLimit(f *fixture) {
	f.open(dead(amqp.Table{}))
	f.fill(1)
	fail := func() {
		d := f.take(1)
		f.settle(nil, queue.Requeue, d...)
	}
	fail()
	f.policy(amqp.Table{"delivery-limit": int64(2)})
	fail()
	letters(f, queue.DeliveryLimit)
	fail()
	letters(f, queue.DeliveryLimit, "0")
	f.counts(0, 0)
}

// amend changes arguments: what is too much goes at once, and policies are
// minded as before.
func amend(f *fixture) {
	f.open(dead(amqp.Table{"x-max-length": int32(8)}))
	f.fill(8)
	change := func(args, policy amqp.Table) {
		f.Queue.(queue.Amendable).Amend(args, policy)
		synctest.Wait()
	}
	change(dead(amqp.Table{"x-max-length": int64(4)}), nil)
	letters(f, queue.MaxLen, numbers(0, 3)...)
	f.policy(amqp.Table{"max-length": int64(3)})
	letters(f, queue.MaxLen, "4")
	f.policy(nil)
	f.fill(2)
	letters(f, queue.MaxLen, "5")
	change(nil, amqp.Table{"max-length": int64(2)})
	letters(f, queue.MaxLen)
	f.counts(2, 0)
	change(amqp.Table{"x-message-ttl": int64(50)}, nil)
	f.fill(backlog)
	pass(50)
	f.equal(f.rest(), numbers(8, 9))
}

// pause: a paused queue gives nothing out; it takes messages, and they expire
// and are counted.
func pause(f *fixture) {
	f.open(dead(amqp.Table{"x-max-length": int32(5)}))
	c := f.consume(3, queue.ConsumeOptions{})
	f.fill(2)
	ds := c.Take()
	f.Queue.(queue.Pausable).Pause(true)
	f.settle(c, queue.Ack, ds[0])
	f.settle(c, queue.Requeue, ds[1])
	c.Grant(10)
	f.Resume(c)
	f.fill(5)
	f.send(f.lasting("short", 10))
	if _, _, ok := f.Get(false); ok || len(c.Take()) > 0 || !f.Stat().Paused {
		f.Errorf("a paused queue gives messages out; %+v", f.Stat())
	}
	letters(f, queue.MaxLen, "1", "2")
	pass(10)
	letters(f, queue.Expired, "short")
	f.counts(4, 0)
	f.Queue.(queue.Pausable).Pause(false)
	synctest.Wait()
	f.equal(bodies(c.Take()), numbers(3, 6))
	if f.Stat().Paused {
		f.Error("paused still")
	}
	f.confirmed()
}

// pauseBacklog: nothing is read ahead while nobody may have it.
func pauseBacklog(f *fixture) {
	f.open(nil)
	f.fill(backlog)
	f.Queue.(queue.Pausable).Pause(true)
	c := f.consume(2*backlog, queue.ConsumeOptions{NoAck: true})
	f.fill(backlog)
	time.Sleep(time.Second)
	f.counts(2*backlog, 0)
	f.Queue.(queue.Pausable).Pause(false)
	synctest.Wait()
	f.equal(bodies(c.Take()), numbers(0, 2*backlog-1))
}
