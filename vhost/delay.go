package vhost

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/delay"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// delayed is what a vhost holds until it is due.
type delayed struct {
	holder    atomic.Pointer[delay.Holder] // nil while nothing was ever held
	publisher *Publisher                   // of Fire alone
}

var errNoDelays = errors.New("messages cannot be delayed")

// Delayed is what holds messages until they are due; nil while nothing was
// ever held.
func (v *Vhost) Delayed() *delay.Holder { return v.delayed.holder.Load() }

// OpenDelayed makes what holds messages, unless it is there.
func (v *Vhost) OpenDelayed() (*delay.Holder, error) {
	if h := v.Delayed(); h != nil {
		return h, nil
	}
	if err := v.begin(); err != nil {
		return nil, err
	}
	defer v.topology.Unlock()
	if h := v.Delayed(); h != nil {
		return h, nil
	}
	if v.options.Delays == nil {
		return nil, amqp.StorageFailure.New(errNoDelays)
	}
	v.delayed.publisher = v.Publisher()
	v.delayed.publisher.prompt = true
	h, err := v.options.Delays.Open(v.Name, v)
	if err != nil {
		return nil, amqp.StorageFailure.New(err)
	}
	v.delayed.holder.Store(h)
	return h, nil
}

// Fire implements delay.Target: messages go through their exchange as it is
// bound now. With the exchange they are gone.
func (v *Vhost) Fire(u queue.Unit, list []delay.Due) (dropped int) {
	p := v.delayed.publisher
	for i := range list {
		switch d := &list[i]; {
		case d.Message != nil:
			if !p.fire(d.Message) {
				dropped++
			}
		case v.options.Occur != nil:
			for _, m := range v.options.Occur(u, v, *d) {
				p.occur(m)
			}
		}
	}
	p.FlushIn(u)
	return dropped
}

// fire routes m, which was counted when it came, and tells whether it reaches
// anything.
func (p *Publisher) fire(m *message.Message) bool {
	x, err := p.v.Exchange(m.Exchange)
	if err != nil {
		return false
	}
	rt, err := p.place(x, m, queue.Receipt{})
	if err != nil {
		return false
	}
	n := uint64(len(rt.slots))
	x.out.Add(n)
	if n == 0 {
		x.answers[queue.Dropped].Add(1)
	}
	for _, q := range rt.queues {
		p.v.passages.between(x, q).count.Add(1)
	}
	return n > 0
}

// occur publishes m, which nobody has published before.
func (p *Publisher) occur(m *message.Message) {
	if x, err := p.v.Exchange(m.Exchange); err == nil {
		x.in.Add(1)
		p.fire(m)
	}
}

// Prompt has the publisher delay nothing, whatever headers say.
func (p *Publisher) Prompt() { p.prompt = true }

// postponed reports whether the message at hand is to be routed later, and
// notes when.
func (p *Publisher) postponed() bool {
	if p.prompt {
		return false
	}
	now := time.Now()
	p.due = p.wishes.Due(now.Add(time.Millisecond - 1).UnixMilli()) // never early
	return p.due > now.UnixMilli()
}

// hold has m, published to x, held with the next Flush.
func (p *Publisher) hold(x *Exchange, m *message.Message, r queue.Receipt) error {
	if p.v.Delayed() == nil {
		if _, err := p.v.OpenDelayed(); err != nil {
			return err
		}
	}
	p.later.to = p.To(x)
	p.held = append(p.held, delay.Held{Message: m, Due: p.due, Receipt: r})
	return nil
}

// holdAll hands over what is to be held.
func (p *Publisher) holdAll(u queue.Unit) {
	if len(p.held) == 0 {
		return
	}
	h := p.v.Delayed()
	h.Hold(u, p.held)
	p.forgetHeld()
	p.slow = h
}

func (p *Publisher) forgetHeld() {
	clear(p.held)
	p.held = p.held[:0]
}

// Delayed is how many messages that were published to x are held.
func (x *Exchange) Delayed() delay.Count {
	if h := x.vhost.Delayed(); h != nil {
		return h.HeldBy(x.Name)
	}
	return delay.Count{}
}
