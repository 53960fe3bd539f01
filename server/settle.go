package server

import (
	"slices"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/queue"
)

func outcome(requeue bool) queue.Outcome {
	if requeue {
		return queue.Requeue
	}
	return queue.Discard
}

// settle carries out basic.ack, nack and reject. Acknowledgements of a burst
// are told to the queues together.
func (ch *channel) settle(tag uint64, multiple bool, how queue.Outcome) error {
	if ch.tx != nil {
		return ch.tx.settle(tag, multiple, how)
	}
	if !ch.take(tag, multiple) {
		return amqp.UnknownDeliveryTag.New(tag)
	}
	if how == queue.Ack {
		ch.dirty()
		return nil
	}
	ch.settleAs(how)
	return nil
}

// take moves deliveries from the window to settled.
func (ch *channel) take(tag uint64, multiple bool) bool {
	o := &ch.c.out
	o.mu.Lock()
	defer o.mu.Unlock()
	return ch.unacked.take(tag, multiple, func(u *unacked) {
		ch.settled = append(ch.settled, settled{u.q, u.d, u.since})
		u.freeCredit()
	})
}

// settleNow tells the queues what was acknowledged since the last flush.
func (ch *channel) settleNow() { ch.settleAs(queue.Ack) }

func (ch *channel) settleAs(how queue.Outcome) { ch.settleIn(nil, how) }

// settleIn is settleAs as a part of u, if u is not nil.
func (ch *channel) settleIn(u queue.Unit, how queue.Outcome) {
	if len(ch.settled) == 0 {
		return
	}
	if ch.tracer != nil {
		ch.traceSettled(how)
	}
	byQueue(ch.settled, func(q *broker.Queue, ds []queue.Delivery) {
		if how == queue.Ack {
			ch.session.From(q).Count(queue.Acked, len(ds))
		}
		q.SettleIn(u, nil, ds, how)
	})
	clear(ch.settled)
	ch.settled = ch.settled[:0]
	ch.resume()
}

// byQueue yields the deliveries of each queue in list together, in order.
// Mostly they are all of one.
func byQueue(list []settled, yield func(*broker.Queue, []queue.Delivery)) {
	ds := make([]queue.Delivery, 0, len(list))
	seen := make([]*broker.Queue, 0, 4)
	for i := range list {
		q := list[i].q
		if slices.Contains(seen, q) {
			continue
		}
		seen = append(seen, q)
		ds = ds[:0]
		for j := i; j < len(list); j++ {
			if list[j].q == q {
				ds = append(ds, list[j].d)
			}
		}
		yield(q, ds)
	}
}

// requeueAll gives back everything unacked (basic.recover, or the end of the
// channel), as Requeue or as Return. Acknowledgements that a transaction holds back count as not given.
func (ch *channel) requeueAll(how queue.Outcome) {
	ch.settleNow()
	if ch.tx != nil {
		ch.tx.restore()
	}
	ch.take(0, true)
	ch.settleAs(how)
}
