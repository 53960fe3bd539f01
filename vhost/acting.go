package vhost

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/exchange"
	"github.com/hutchmq/hutchmq/queue"
)

// Acting is a vhost in the hands of a user: the notices of what they change
// carry the name.
type Acting struct {
	*Vhost
	user string
}

// As is v in the hands of user; "" is the broker itself.
func (v *Vhost) As(user string) Acting { return Acting{v, user} }

// DeclareExchange is that of Vhost.
func (a Acting) DeclareExchange(d ExchangeDeclaration) (x *Exchange, created bool, err error) {
	return a.declareExchange(d, a.user)
}

// DeleteExchange is that of Vhost.
func (a Acting) DeleteExchange(name string, ifUnused bool) error {
	return a.deleteExchange(name, ifUnused, a.user)
}

// DeclareQueue is that of Vhost.
func (a Acting) DeclareQueue(d queue.Declaration, owner uint64) (q *Queue, created bool, err error) {
	return a.declareQueue(d, owner, a.user)
}

// DeleteQueue is that of Vhost.
func (a Acting) DeleteQueue(q *Queue, ifUnused, ifEmpty bool) (int, error) {
	return a.deleteQueue(q, ifUnused, ifEmpty, a.user)
}

// DeleteOwned is that of Vhost.
func (a Acting) DeleteOwned(owner uint64) error { return a.deleteOwned(owner, a.user) }

// Bind is that of Vhost.
func (a Acting) Bind(source string, to exchange.Destination, key string, args amqp.Table) error {
	b, err := a.bind(source, to, key, args, a.user)
	if b != nil {
		b.recall()
	}
	return err
}

// Unbind is that of Vhost.
func (a Acting) Unbind(source string, to exchange.Destination, key string, args amqp.Table) error {
	return a.unbind(source, to, key, args, a.user)
}
