package broker

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/exchange"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/vhost"
)

// DeclareExchange makes an exchange, or checks that it is there as declared.
func (s *Session) DeclareExchange(d vhost.ExchangeDeclaration) (err error) {
	defer func() { s.tried("exchange.created", d.Name, err) }()
	d.Name = clean(d.Name)
	if err := s.needExchange(auth.Configure, d.Name); err != nil {
		return err
	}
	if a, ok := d.Arguments["alternate-exchange"].(string); ok {
		if err := s.needExchange(auth.Read, d.Name); err != nil {
			return err
		}
		if err := s.needExchange(auth.Write, a); err != nil {
			return err
		}
	}
	_, _, err = s.v.DeclareExchange(d)
	return err
}

// FindExchange is a passive declare.
func (s *Session) FindExchange(name string) error {
	name = clean(name)
	if name == "" {
		return amqp.DefaultExchange.New()
	}
	if err := s.needAny(auth.Exchange, name, amqp.ExchangeIn); err != nil {
		return err
	}
	_, err := s.v.Exchange(name)
	return err
}

// DeleteExchange deletes an exchange.
func (s *Session) DeleteExchange(name string, ifUnused bool) (err error) {
	defer func() { s.tried("exchange.deleted", name, err) }()
	name = clean(name)
	if name == "" {
		return amqp.DefaultExchange.New()
	}
	if err := s.needExchange(auth.Configure, name); err != nil {
		return err
	}
	return s.v.DeleteExchange(name, ifUnused)
}

// DeclareQueue makes a queue, or checks that it is there as declared. An
// empty name asks for a generated one.
func (s *Session) DeclareQueue(d queue.Declaration) (q *vhost.Queue, err error) {
	defer func() { s.tried("queue.created", d.Name, err) }()
	d.Name = clean(d.Name)
	if err := s.mayDeclareQueue(&d); err != nil {
		return nil, err
	}
	q, created, err := s.v.DeclareQueue(d, s.c.ID)
	if err != nil {
		return nil, err
	}
	s.c.b.churn.QueuesDeclared.Add(1)
	if !created {
		s.renew(q)
	}
	s.last = q.Name
	return q, nil
}

// mayDeclareQueue checks the rights to declare d. Where the name is for us to
// make up, the rights to such a name count.
func (s *Session) mayDeclareQueue(d *queue.Declaration) error {
	name := d.Name
	if name == "" {
		name = vhost.GeneratedName()
	}
	if err := s.needQueue(auth.Configure, name); err != nil {
		return err
	}
	x, ok := d.Arguments["x-dead-letter-exchange"].(string)
	if !ok {
		return nil
	}
	if err := s.needQueue(auth.Read, name); err != nil {
		return err
	}
	return s.needExchange(auth.Write, x)
}

// FindQueue is a passive declare.
func (s *Session) FindQueue(name string) (*vhost.Queue, error) {
	name, err := s.queueName(name)
	if err != nil {
		return nil, err
	}
	if err := s.needAny(auth.Queue, name, amqp.QueueIn); err != nil {
		return nil, err
	}
	q, err := s.v.Queue(name, s.c.ID)
	if err != nil {
		return nil, err
	}
	s.last = name
	s.renew(q)
	return q, nil
}

// renew tells q that somebody still counts on it.
func (s *Session) renew(q *vhost.Queue) {
	if l, ok := q.Queue.(queue.Leased); ok {
		l.Renew()
	}
}

// DeleteQueue deletes a queue and says how many messages were ready in it.
func (s *Session) DeleteQueue(name string, ifUnused, ifEmpty bool) (n int, err error) {
	defer func() { s.tried("queue.deleted", name, err) }()
	if name, err = s.queueName(name); err != nil {
		return 0, err
	}
	q, err := s.queue(auth.Configure, name)
	if amqp.NoQueue.Is(err) {
		return 0, nil // deleting what is not there is done already
	}
	if err != nil {
		return 0, err
	}
	return s.v.DeleteQueue(q, ifUnused, ifEmpty)
}

// Link names a binding as a client does.
type Link struct {
	Source, Destination string
	Key                 string
	Arguments           amqp.Table
}

// BindQueue binds a queue to an exchange.
func (s *Session) BindQueue(l Link) (err error) {
	defer func() { s.tried("binding.created", l.Destination, err) }()
	if l.Destination == "" && l.Key == "" {
		l.Key = s.last
	}
	q, err := s.boundQueue(&l)
	if err != nil {
		return err
	}
	return s.v.Bind(l.Source, q, l.Key, l.Arguments)
}

// UnbindQueue undoes BindQueue. What is not there need not be unbound.
func (s *Session) UnbindQueue(l Link) (err error) {
	defer func() { s.tried("binding.deleted", l.Destination, err) }()
	if l.Destination == "" && s.last == "" {
		return amqp.NoPreviousQueue.New()
	}
	q, err := s.boundQueue(&l)
	if err == nil {
		err = s.v.Unbind(l.Source, q, l.Key, l.Arguments)
	}
	return unlessMissing(err)
}

// unlessMissing is err, unless that is 404.
func unlessMissing(err error) error {
	if amqp.NoQueue.Is(err) || amqp.NoExchange.Is(err) {
		return nil
	}
	return err
}

func (s *Session) boundQueue(l *Link) (exchange.Destination, error) {
	name, err := s.queueName(l.Destination)
	if err != nil {
		return nil, err
	}
	if vhost.IsReply(name) {
		return nil, amqp.BindVolatile.New()
	}
	l.Source = clean(l.Source)
	if l.Source == "" {
		return nil, amqp.DefaultExchange.New()
	}
	if err := s.needQueue(auth.Write, name); err != nil {
		return nil, err
	}
	if err := s.needSource(l.Source, l.Key); err != nil {
		return nil, err
	}
	return s.v.Queue(name, s.c.ID)
}

// BindExchange binds an exchange to an exchange.
func (s *Session) BindExchange(l Link) (err error) {
	defer func() { s.tried("binding.created", l.Destination, err) }()
	x, err := s.boundExchange(&l)
	if err != nil {
		return err
	}
	return s.v.Bind(l.Source, x, l.Key, l.Arguments)
}

// UnbindExchange undoes BindExchange. What is not there need not be unbound.
func (s *Session) UnbindExchange(l Link) (err error) {
	defer func() { s.tried("binding.deleted", l.Destination, err) }()
	x, err := s.boundExchange(&l)
	if err == nil {
		err = s.v.Unbind(l.Source, x, l.Key, l.Arguments)
	}
	return unlessMissing(err)
}

func (s *Session) boundExchange(l *Link) (exchange.Destination, error) {
	l.Source, l.Destination = clean(l.Source), clean(l.Destination)
	if l.Source == "" || l.Destination == "" {
		return nil, amqp.DefaultExchange.New()
	}
	if err := s.needExchange(auth.Write, l.Destination); err != nil {
		return nil, err
	}
	if err := s.needSource(l.Source, l.Key); err != nil {
		return nil, err
	}
	return s.v.Exchange(l.Destination)
}

// tried puts on record that a change was refused, if it was. HTTP tells of its
// own.
func (s *Session) tried(action, name string, err error) {
	if err != nil && !s.c.unlisted {
		s.c.b.By(s.c.actor()).Refused(action, amqp.Table{"name": name, "vhost": s.v.Name}, err)
	}
}
