package vhost

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/exchange"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// Binding ties a queue or an exchange to an exchange. It never changes.
type Binding struct {
	Source *Exchange
	exchange.Binding
	id string // its key in Source.bindings
}

// durable reports whether the binding survives a restart: both ends do.
func (b *Binding) durable() bool {
	if !b.Source.Durable {
		return false
	}
	switch d := b.Destination.(type) {
	case *Queue:
		return d.durable()
	case *Exchange:
		return d.Durable
	}
	return false
}

// identity is what makes two bindings of one exchange the same.
func identity(b exchange.Binding) string {
	kind := "q"
	if _, ok := b.Destination.(*Exchange); ok {
		kind = "e"
	}
	name := b.Destination.DestinationName()
	return fmt.Sprintf("%s%d:%s%d:%s%s", kind, len(name), name, len(b.Key), b.Key, exchange.Canonical(b.Arguments))
}

func (b *Binding) inbound() *map[*Binding]struct{} {
	if q, ok := b.Destination.(*Queue); ok {
		return &q.inbound
	}
	return &b.Destination.(*Exchange).inbound
}

// attach puts b into effect. vhost.mu is held.
func (b *Binding) attach() {
	b.Source.bindings[b.id] = b
	b.Source.bound.Add(1)
	in := b.inbound()
	if *in == nil {
		*in = map[*Binding]struct{}{}
	}
	(*in)[b] = struct{}{}
	b.Source.router.Bind(b.Binding)
}

// detach ends b. vhost.mu is held.
func (b *Binding) detach() {
	delete(b.Source.bindings, b.id)
	b.Source.bound.Add(-1)
	delete(*b.inbound(), b)
	b.Source.router.Unbind(b.Binding)
}

// Bind ties to, a *Queue or *Exchange of this vhost, to the exchange named
// source, and has what source remembers published to it. A binding that is
// there already is no error.
func (v *Vhost) Bind(source string, to exchange.Destination, key string, args amqp.Table) error {
	return v.As("").Bind(source, to, key, args)
}

// bind makes a binding; nil when it is there already.
func (v *Vhost) bind(source string, to exchange.Destination, key string, args amqp.Table, by Actor) (*Binding, error) {
	if err := v.begin(); err != nil {
		return nil, err
	}
	defer v.topology.Unlock()
	b, err := v.binding(source, to, key, args)
	if err != nil {
		return nil, err
	}
	if err := b.Source.router.Check(b.Binding); err != nil {
		return nil, err
	}
	if b.Source.bindings[b.id] != nil {
		return nil, nil
	}
	if b.durable() {
		if err := v.keep([]Change{{Binding: b}}); err != nil {
			return nil, err
		}
	}
	v.add(b)
	v.notify(by, Change{Binding: b})
	return b, nil
}

// recall publishes what the source of b remembers to its destination, which
// has just been bound. What is published meanwhile may come first. No lock is
// held.
func (b *Binding) recall() {
	r, ok := b.Source.router.(exchange.Recalling)
	if !ok {
		return
	}
	var w walk
	for _, m := range r.Recall() {
		copies, err := message.CopyKeys(nil, m.Header)
		if err != nil { // not of one that was published
			continue
		}
		w.beyond(b.Source, b.Destination, m, copies)
		m = withoutBCC(m)
		for _, q := range w.queues {
			q.Publish([]queue.Publication{{Message: m}})
		}
	}
}

// RestoreBinding puts back a binding that was kept.
func (v *Vhost) RestoreBinding(source, to string, toExchange bool, key string, args amqp.Table) error {
	var d exchange.Destination
	if toExchange {
		x, err := v.Exchange(to)
		if err != nil {
			return err
		}
		d = x
	} else {
		q, err := v.Queue(to, 0)
		if err != nil {
			return err
		}
		d = q
	}
	b, err := v.binding(source, d, key, args)
	if err == nil {
		v.add(b)
	}
	return err
}

func (v *Vhost) add(b *Binding) {
	v.mu.Lock()
	b.attach()
	v.version.Add(1)
	v.mu.Unlock()
}

// Unbind removes a binding; one that is not there is no error.
func (v *Vhost) Unbind(source string, to exchange.Destination, key string, args amqp.Table) error {
	return v.As("").Unbind(source, to, key, args)
}

func (v *Vhost) unbind(source string, to exchange.Destination, key string, args amqp.Table, by Actor) error {
	if err := v.begin(); err != nil {
		return err
	}
	defer v.topology.Unlock()
	b, err := v.binding(source, to, key, args)
	if err != nil {
		return err
	}
	if b = b.Source.bindings[b.id]; b == nil {
		return nil
	}
	r := newRemoval(v, by)
	r.binding(b)
	return r.carryOut()
}

// binding makes the value, not yet in effect, and checks that its ends are
// still there.
func (v *Vhost) binding(source string, to exchange.Destination, key string, args amqp.Table) (*Binding, error) {
	if source == "" {
		return nil, amqp.DefaultExchange.New()
	}
	x, err := v.Exchange(source)
	if err != nil {
		return nil, err
	}
	switch d := to.(type) {
	case *Queue:
		if v.queue[d.Name] != d {
			return nil, amqp.NoQueue.New(d)
		}
	case *Exchange:
		if d.Name == "" {
			return nil, amqp.DefaultExchange.New()
		}
		if v.exchange[d.Name] != d {
			return nil, amqp.NoExchange.New(d)
		}
	}
	b := &Binding{Source: x, Binding: exchange.Binding{Destination: to, Key: key, Arguments: args}}
	b.id = identity(b.Binding)
	return b, nil
}

// Bindings lists what is bound to x.
func (x *Exchange) Bindings() []*Binding {
	x.vhost.mu.RLock()
	defer x.vhost.mu.RUnlock()
	list := make([]*Binding, 0, len(x.bindings))
	for _, b := range x.bindings {
		list = append(list, b)
	}
	return list
}

// Inbound lists what binds q to exchanges.
func (q *Queue) Inbound() []*Binding { return inboundOf(q.vhost, q.inbound) }

// Inbound lists what binds x to other exchanges.
func (x *Exchange) Inbound() []*Binding { return inboundOf(x.vhost, x.inbound) }

func inboundOf(v *Vhost, inbound map[*Binding]struct{}) []*Binding {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return slices.Collect(maps.Keys(inbound))
}
