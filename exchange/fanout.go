package exchange

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
)

// Fanout routes to every destination that is bound, whatever the key.
var Fanout Type = fanoutType{}

type fanoutType struct{}

func (fanoutType) Name() string { return "fanout" }

func (fanoutType) New(amqp.Table) (Router, error) { return &fanout{bonds: bonds{}}, nil }

type fanout struct {
	bonds bonds
	all   list[Destination]
}

func (f *fanout) Check(Binding) error { return nil }

func (f *fanout) Bind(b Binding) bool {
	bd, added := f.bonds.add(spot{to: b.Destination}, rest{b.Key, Canonical(b.Arguments)})
	if bd.item == nil {
		bd.item = f.all.add(b.Destination)
	}
	return added
}

func (f *fanout) Unbind(b Binding) bool {
	last, removed := f.bonds.remove(spot{to: b.Destination}, rest{b.Key, Canonical(b.Arguments)})
	if last != nil {
		f.all.remove(last)
	}
	return removed
}

func (f *fanout) Route(_ *message.Message, _ string, into *Set) { into.addAll(&f.all) }
