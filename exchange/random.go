package exchange

import (
	"math/bits"
	"math/rand/v2"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
)

// Random routes a message to one of its bindings, each as likely as another.
var Random Type = randomType{"x-random"}

// LocalRandom routes to a queue on the node that the publisher is connected
// to. There is one node, so it is Random under another name.
var LocalRandom Type = randomType{"x-local-random"}

type randomType struct{ name string }

func (t randomType) Name() string { return t.name }

func (randomType) New(amqp.Table) (Router, error) { return &random{draw: rand.Uint64}, nil }

type random struct {
	roster
	draw func() uint64
}

func (x *random) Check(Binding) error { return nil }

func (x *random) Bind(b Binding) bool { return x.add(newCandidate(b, 1)) }

func (x *random) Unbind(b Binding) bool { return x.remove(newCandidate(b, 1)) }

// Volatile implements Volatile: chance decides.
func (*random) Volatile() {}

// Single implements Single.
func (*random) Single() {}

func (x *random) Route(_ *message.Message, _ string, into *Set) {
	if l := x.list(); len(l) > 0 {
		i, _ := bits.Mul64(x.draw(), uint64(len(l)))
		into.Add(l[i].to)
	}
}
