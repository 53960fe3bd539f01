package vhost

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/exchange"
	"github.com/hutchmq/hutchmq/queue"
)

// Actor is who changes something. The zero Actor is the broker itself.
type Actor struct {
	User string
	Via  string // how: a protocol, or "definitions"
	From string // where: the name of a connection, or an address
}

// Acting is a vhost in the hands of somebody: the notices of what they change
// carry their name.
type Acting struct {
	*Vhost
	by Actor
}

// As is v in the hands of user; "" is the broker itself.
func (v *Vhost) As(user string) Acting { return v.By(Actor{User: user}) }

// By is v in the hands of by.
func (v *Vhost) By(by Actor) Acting { return Acting{v, by} }

// DeclareExchange is that of Vhost.
func (a Acting) DeclareExchange(d ExchangeDeclaration) (x *Exchange, created bool, err error) {
	return a.declareExchange(d, a.by)
}

// DeleteExchange is that of Vhost.
func (a Acting) DeleteExchange(name string, ifUnused bool) error {
	return a.deleteExchange(name, ifUnused, a.by)
}

// DeclareQueue is that of Vhost.
func (a Acting) DeclareQueue(d queue.Declaration, owner uint64) (q *Queue, created bool, err error) {
	return a.declareQueue(d, owner, a.by)
}

// DeleteQueue is that of Vhost.
func (a Acting) DeleteQueue(q *Queue, ifUnused, ifEmpty bool) (int, error) {
	return a.deleteQueue(q, ifUnused, ifEmpty, a.by)
}

// DeleteOwned is that of Vhost.
func (a Acting) DeleteOwned(owner uint64) error { return a.deleteOwned(owner, a.by) }

// Bind is that of Vhost.
func (a Acting) Bind(source string, to exchange.Destination, key string, args amqp.Table) error {
	b, err := a.bind(source, to, key, args, a.by)
	if b != nil {
		b.recall()
	}
	return err
}

// Unbind is that of Vhost.
func (a Acting) Unbind(source string, to exchange.Destination, key string, args amqp.Table) error {
	return a.unbind(source, to, key, args, a.by)
}
