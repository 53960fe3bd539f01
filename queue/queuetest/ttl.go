package queuetest

import (
	"math/rand"
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

// messageTTL: the smaller TTL counts, and a message need not be at the head to
// expire.
func messageTTL(f *fixture) {
	f.open(dead(amqp.Table{"x-message-ttl": int32(100)}))
	f.send(f.lasting("long", 1000), f.lasting("short", 50))
	pass(49)
	f.counts(2, 0)
	pass(1)
	letters(f, queue.Expired, "short")
	f.counts(1, 0)
	pass(50)
	letters(f, queue.Expired, "long")
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

// ttlInPlace: behind messages that never expire, some expire, the last first;
// what stays keeps its order and its bytes.
func ttlInPlace(f *fixture) {
	f.open(dead(amqp.Table{}))
	ms := make([]*message.Message, 2*backlog)
	for i := range ms {
		ms[i] = f.message(numbers(i, i)[0])
		if i%2 == 1 {
			ms[i].Expiration = int64(len(ms) - i)
		}
	}
	f.send(ms...)
	left := len(ms)
	for i := len(ms) - 1; i > 0; i -= 2 {
		pass(1)
		letters(f, queue.Expired, numbers(i, i)...)
		left--
		f.counts(left, 0)
		pass(1)
	}
	if n := f.Purge(); n != backlog {
		f.Errorf("%d of %d stay", n, backlog)
	}
	if s := f.Stat(); s.ReadyBytes != 0 || s.Persistent != 0 || s.Resident != 0 || s.ResidentBytes != 0 {
		f.Errorf("%+v", s)
	}
	f.confirmed()
}

// ttlAtRandom compares what expires, in no order, with what should; meanwhile
// some messages are taken and come back.
func ttlAtRandom(f *fixture) {
	const seed = 3
	r := rand.New(rand.NewSource(seed))
	f.open(dead(amqp.Table{"x-delivery-limit": int32(-1)}))
	expiry, want := map[string]int{}, map[string]bool{}
	now, sent := 0, 0
	for round := range 60 {
		for range r.Intn(40) {
			b, ttl := numbers(sent, sent)[0], 1+r.Intn(100)
			m := f.message(b)
			if r.Intn(4) > 0 {
				m.Expiration = int64(ttl)
				expiry[b] = now + ttl
			}
			want[b] = true
			sent++
			f.send(m)
		}
		var out []queue.Delivery
		for range min(r.Intn(20), f.Stat().Ready) {
			out = append(out, f.take(1)...)
		}
		n := 1 + r.Intn(10)
		pass(n)
		now += n
		f.settle(nil, queue.Requeue, out...)
		due := 0
		for b := range want {
			if at := expiry[b]; at > 0 && at <= now {
				delete(want, b)
				due++
			}
		}
		for _, l := range f.host.Letters() {
			if at := expiry[l.Body]; at == 0 || at > now || l.Why != queue.Expired {
				f.Fatalf("seed %d, round %d: %+v died at %d, its time is %d", seed, round, l, now, at)
			}
			due--
		}
		if due != 0 || f.Stat().Ready != len(want) {
			f.Fatalf("seed %d, round %d: %d more should have died; %+v, want %d", seed, round, due, f.Stat(), len(want))
		}
	}
	for i := 0; i < sent; i++ {
		if b := numbers(i, i)[0]; want[b] {
			f.equal(bodies(f.take(1)), []string{b})
		}
	}
	f.counts(0, len(want))
}

// ttlUnacked: what is out does not expire; what comes back late does at once,
// wherever it belongs.
func ttlUnacked(f *fixture) {
	f.open(dead(amqp.Table{}))
	f.send(f.message("never"), f.lasting("a", 10), f.lasting("b", 20), f.message("stays"))
	ds := f.take(3)
	pass(15)
	letters(f, queue.Expired)
	f.counts(1, 3)
	f.settle(nil, queue.Requeue, ds...)
	letters(f, queue.Expired, "a")
	pass(5)
	letters(f, queue.Expired, "b")
	f.equal(f.rest(), []string{"never", "stays"})
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

// returned: what somebody only looked at has not failed, however often.
func returned(f *fixture) {
	f.open(dead(amqp.Table{"x-delivery-limit": int32(1)}))
	f.fill(2)
	for i := range 4 {
		d := f.take(1)[0]
		if body(d) != "0" || d.Count != 0 || d.Redelivered != (i > 0) {
			f.Fatalf("delivery %d: %q, count %d, redelivered %v", i, d.Message.Body, d.Count, d.Redelivered)
		}
		f.settle(nil, queue.Return, d)
	}
	letters(f, queue.DeliveryLimit)
	f.counts(2, 0)
}
