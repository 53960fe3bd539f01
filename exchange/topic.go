package exchange

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
)

// Topic routes by words, which dots separate: in a binding key * stands for
// one word and # for any number of words, none included. The empty key has no
// words; a..b has three, the middle one empty.
var Topic Type = topicType{}

type topicType struct{}

func (topicType) Name() string { return "topic" }

func (topicType) New(amqp.Table) (Router, error) { return &topic{bonds: bonds{}}, nil }

type topic struct {
	bonds bonds
	root  node
}

func (t *topic) Check(Binding) error { return nil }

func (t *topic) Bind(b Binding) bool {
	bd, added := t.bonds.add(spot{b.Destination, b.Key}, rest{arguments: Canonical(b.Arguments)})
	if bd.item == nil {
		bd.item = t.root.grow(b.Key).here.add(b.Destination)
	}
	return added
}

func (t *topic) Unbind(b Binding) bool {
	last, removed := t.bonds.remove(spot{b.Destination, b.Key}, rest{arguments: Canonical(b.Arguments)})
	if last != nil {
		t.root.unbind(b.Key, first(b.Key), last)
	}
	return removed
}

func (t *topic) Route(_ *message.Message, key string, into *Set) {
	w := walk{key: key, into: into}
	w.visit(&t.root, first(key))
	if cap(into.positions) > maxKept {
		into.positions = nil
	}
}
