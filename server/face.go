package server

import (
	"time"

	"github.com/hutchmq/hutchmq/broker"
)

// What people see of a channel: it implements broker.Channel. Any goroutine may
// call these, holding no lock.

// State implements broker.Channel.
func (ch *channel) State() broker.ChannelState {
	flow := ch.c.waits.Load()
	ch.c.out.mu.Lock()
	defer ch.c.out.mu.Unlock()
	s := broker.ChannelState{
		Confirm: ch.confirms.on, Transactional: ch.tx != nil, Prefetch: int(ch.prefetch), GlobalPrefetch: ch.limit,
		Consumers: len(ch.consumers), Unacked: ch.unacked.len(), Unconfirmed: len(ch.confirms.states), Flow: flow,
	}
	if ch.tx != nil {
		s.Uncommitted, s.AcksUncommitted = int(ch.tx.count.Load()), len(ch.tx.settled)
	}
	return s
}

// Consumers implements broker.Channel.
func (ch *channel) Consumers() []broker.Consumer {
	ch.c.out.mu.Lock()
	defer ch.c.out.mu.Unlock()
	list := make([]broker.Consumer, 0, len(ch.consumers))
	for _, k := range ch.consumers {
		if k.q == nil { // its queue has not taken it yet
			continue
		}
		c := broker.Consumer{
			Tag: k.tag, Queue: k.q, NoAck: k.noAck, Exclusive: k.exclusive, Priority: k.priority, Arguments: k.arguments,
		}
		k.show(&c)
		list = append(list, c)
	}
	return list
}

// Show implements broker.Self.
func (k *consumer) Show(c *broker.Consumer) {
	k.ch.c.out.mu.Lock()
	defer k.ch.c.out.mu.Unlock()
	k.show(c)
}

// show fills in what only the channel knows. outbox.mu is held.
func (k *consumer) show(c *broker.Consumer) {
	c.Session, c.Prefetch, c.Unacked = k.ch.session, k.limit, k.unacked
	c.TimeoutMs = k.ch.c.server.timeoutMs(k, c.Queue)
}

// Held implements broker.Channel.
func (ch *channel) Held(from uint64, most int) []broker.Held {
	ch.c.out.mu.Lock()
	defer ch.c.out.mu.Unlock()
	w, began := &ch.unacked, ch.c.server.began
	list := make([]broker.Held, 0, min(most, w.len()))
	for i := w.slot(from); i < w.slots && len(list) < most; i++ {
		u := w.at(i)
		if u.q == nil {
			continue
		}
		h := broker.Held{
			Tag: u.tag, Queue: u.q, ID: u.d.ID, Since: began.Add(time.Duration(u.since) * time.Millisecond),
			Redelivered: u.d.Redelivered, Bytes: int(u.d.Size),
		}
		if ms := ch.c.server.leaseMs(u.k, u.q); ms > 0 {
			h.Until = began.Add(time.Duration(w.leaseEnd(u, ms)) * time.Millisecond)
		}
		if u.k != nil {
			h.Consumer = u.k.tag
		}
		list = append(list, h)
	}
	return list
}
