package server

import (
	"math"
	"slices"
	"strconv"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// leaseExchange is where a client publishes to extend a lease. There is no such
// exchange, and nobody can declare one.
const leaseExchange = "amq.hutchmq.lease"

// leases stands for that exchange while a publish to it comes in.
var leases = &broker.Exchange{Name: leaseExchange}

// leaseMs is how long k, or basic.get when k is nil, has a delivery of q on
// lease; 0 when there is no lease.
func (s *Server) leaseMs(k *consumer, q *broker.Queue) int64 {
	t := int64(-1)
	if k != nil {
		t = k.leaseMs
	}
	if t < 0 {
		t = q.LeaseMs()
	}
	return min(t, math.MaxInt64/2)
}

// terms is what a window knows of leases.
type terms struct {
	until map[uint64]int64 // those that were extended, by tag: when they end, by the server's clock
	late  []uint64         // tags of those that ended, which somebody may still settle; they rise
}

// maxLate is how many tags are remembered whose lease ended. When there are
// more, no tag up to the older half of them is unknown any more.
const maxLate = 1 << 16

// expire removes the deliveries whose lease, as leaseMs tells it, has ended at
// now, and yields them in order. It returns when the next one ends.
func (w *window) expire(now int64, leaseMs func(*consumer, *broker.Queue) int64, yield func(*unacked)) (next int64) {
	next = math.MaxInt64
	n := len(w.terms.late)
	for i := range w.slots {
		u := w.at(i)
		if u.q == nil {
			continue
		}
		ms := leaseMs(u.k, u.q)
		if ms <= 0 {
			continue
		}
		end := w.leaseEnd(u, ms)
		if end > now {
			next = min(next, end)
			continue
		}
		w.terms.late = append(w.terms.late, u.tag)
		w.remove(u, yield)
	}
	if len(w.terms.late) > n {
		w.noteLate()
	}
	w.trim()
	return next
}

// leaseEnd is when the lease of u ends, which began with so many milliseconds.
func (w *window) leaseEnd(u *unacked, ms int64) int64 {
	if end, ok := w.terms.until[u.tag]; ok {
		return end
	}
	return u.since + ms
}

// noteLate puts new late tags in order, and forgets the oldest of too many.
func (w *window) noteLate() {
	l := &w.terms
	slices.Sort(l.late)
	if n := len(l.late); n > maxLate {
		w.lapsed = max(w.lapsed, l.late[n/2])
		l.late = append([]uint64(nil), l.late[n/2+1:]...)
	}
}

// tooLate reports whether the lease of the delivery with this tag has ended, and
// forgets it: it is settled in vain, and only once.
func (w *window) tooLate(tag uint64) bool {
	i, ok := slices.BinarySearch(w.terms.late, tag)
	if ok {
		w.terms.late = slices.Delete(w.terms.late, i, i+1)
	}
	return ok
}

// settleLate forgets the late tags up to tag, 0 being all: they are settled with
// others.
func (w *window) settleLate(tag uint64) {
	n, found := len(w.terms.late), false
	if tag != 0 {
		if n, found = slices.BinarySearch(w.terms.late, tag); found {
			n++
		}
	}
	w.terms.late = slices.Delete(w.terms.late, 0, n)
}

// lendUntil makes the lease of the delivery in a slot end then.
func (w *window) lendUntil(tag uint64, end int64) {
	if w.terms.until == nil {
		w.terms.until = map[uint64]int64{}
	}
	w.terms.until[tag] = end
}

// Extend implements broker.Channel.
func (ch *channel) Extend(tag, id uint64, ms int64) broker.Extension {
	return ch.extend(tag, ms, func(u *unacked) bool { return u.d.ID == id })
}

// extend makes the lease of a delivery end in ms, 0 being as long as it had.
func (ch *channel) extend(tag uint64, ms int64, meant func(*unacked) bool) broker.Extension {
	o := &ch.c.out
	o.mu.Lock()
	defer o.mu.Unlock()
	slot, ok := ch.unacked.find(tag)
	if !ok || !meant(ch.unacked.at(slot)) {
		if _, late := slices.BinarySearch(ch.unacked.terms.late, tag); late {
			return broker.LeaseEnded
		}
		return broker.NotHeld
	}
	u, s := ch.unacked.at(slot), ch.c.server
	lease := s.leaseMs(u.k, u.q)
	if lease <= 0 {
		return broker.NotLeased
	}
	if ms <= 0 {
		ms = lease
	}
	now := s.clockMs()
	ch.unacked.lendUntil(tag, now+ms)
	ch.sweepAt(now+ms, now)
	return broker.Extended
}

// extendBy carries out a publish to the exchange of leases: its routing key is
// a delivery tag. What comes too late is refused as a publish is that no queue
// takes: it is returned if it is mandatory, and not confirmed. It is done at
// once, in a transaction too.
func (ch *channel) extendBy(p *publish) error {
	tag, err := strconv.ParseUint(p.key, 10, 64)
	if err != nil {
		return amqp.InvalidLease.New(p.key)
	}
	ms, err := message.LeaseMs(p.m.Header)
	if err != nil {
		return err
	}
	extended := ch.extend(tag, ms, func(*unacked) bool { return true })
	switch extended {
	case broker.NotHeld:
		return amqp.UnknownDeliveryTag.New(tag)
	case broker.NotLeased:
		return amqp.NoLease.New(tag)
	}
	if extended == broker.LeaseEnded && p.mandatory {
		ch.giveBack(p.m)
	}
	if r := ch.receipt(); r.To != nil {
		ch.answerLease(r.Seq, extended == broker.Extended)
	}
	return nil
}

// answerLease confirms what is no publish in its turn among those that are.
func (ch *channel) answerLease(seq uint64, done bool) {
	ch.flush()
	ch.expect([]routed{{queues: 1}})
	ch.Confirm([]uint64{seq}, done)
}

// takeBack gives what was on lease for too long to the queues again. Its
// consumers go on.
func (ch *channel) takeBack(list []settled) {
	if len(list) == 0 {
		return
	}
	ch.log().Info("leases of deliveries have ended", "deliveries", len(list), "queue", list[0].q.Name)
	ch.c.server.broker.LeasesEnded(len(list))
	byQueue(list, func(q *broker.Queue, ds []queue.Delivery) { q.Settle(nil, ds, queue.Requeue) })
	ch.resume()
}
