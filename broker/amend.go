package broker

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/vhost"
)

// ErrCannotAmend is what AmendQueue returns, wrapped, for an argument that
// stays as it was declared.
var ErrCannotAmend = vhost.ErrCannotAmend

// AmendQueue changes arguments of a queue that is there: those that a policy
// could set; a nil value takes one away. The queue follows at once, for good.
// It wants the rights to declare the queue so.
func (s *Session) AmendQueue(name string, changes amqp.Table) (err error) {
	defer func() { s.tried("queue.amended", name, err) }()
	q, err := s.queue(auth.Configure, name)
	if err != nil {
		return err
	}
	d, err := q.Amended(changes)
	if err == nil {
		err = s.mayDeclareQueue(&d)
	}
	if err != nil {
		return err
	}
	if err := s.v.Amend(q, changes); err != nil {
		return err
	}
	s.c.b.By(s.c.actor()).Note("queue.amended", amqp.Table{"name": q.Name, "vhost": q.Vhost, "arguments": changes})
	return nil
}
