package exchange

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
)

// Direct routes to the destinations whose binding key equals the routing key.
var Direct Type = directType{}

type directType struct{}

func (directType) Name() string { return "direct" }

func (directType) New(amqp.Table) (Router, error) { return &direct{bonds: bonds{}}, nil }

type direct struct {
	bonds bonds
	keys  index[string, list[Destination]]
}

func (d *direct) Check(Binding) error { return nil }

func (d *direct) Bind(b Binding) bool {
	bd, added := d.bonds.add(spot{b.Destination, b.Key}, rest{arguments: Canonical(b.Arguments)})
	if bd.item == nil {
		bd.item = d.keys.at(b.Key).add(b.Destination)
	}
	return added
}

func (d *direct) Unbind(b Binding) bool {
	last, removed := d.bonds.remove(spot{b.Destination, b.Key}, rest{arguments: Canonical(b.Arguments)})
	if last == nil {
		return removed
	}
	l := d.keys.get(b.Key)
	l.remove(last)
	if l.live == 0 {
		d.keys.remove(b.Key)
	}
	return true
}

func (d *direct) Route(_ *message.Message, key string, into *Set) {
	if l := d.keys.get(key); l != nil {
		into.addAll(l)
	}
}
