package exchange

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
)

// ModulusHash routes a message to one of its bindings, numbered by the names
// of their destinations: the hash of the routing key modulo how many there
// are. One more or less sends most keys elsewhere.
var ModulusHash Type = modulusHashType{}

type modulusHashType struct{}

func (modulusHashType) Name() string { return "x-modulus-hash" }

func (modulusHashType) New(amqp.Table) (Router, error) { return &modulusHash{}, nil }

type modulusHash struct{ roster }

func (x *modulusHash) Check(Binding) error { return nil }

func (x *modulusHash) Bind(b Binding) bool { return x.add(newCandidate(b, 1)) }

func (x *modulusHash) Unbind(b Binding) bool { return x.remove(newCandidate(b, 1)) }

// Single implements Single.
func (*modulusHash) Single() {}

func (x *modulusHash) Route(_ *message.Message, key string, into *Set) {
	if l := x.list(); len(l) > 0 {
		into.Add(l[digest(key)%uint64(len(l))].to)
	}
}
