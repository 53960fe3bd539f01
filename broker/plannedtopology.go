package broker

import (
	"bytes"
	"strings"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/vhost"
)

func (p *planner) planQueue(r *definitions.Queue) (definitions.Record, Deed, error) {
	if err := p.needVhost(r.Vhost); err != nil {
		return nil, "", err
	}
	p.queues[place{r.Vhost, r.Name}] = true
	v, err := p.b.Vhost(r.Vhost)
	if err != nil {
		return nil, Create, nil
	}
	there, err := v.CheckQueue(declarationOf(v, r))
	if !there {
		return nil, Create, err
	}
	q, missing := v.Queue(r.Name, 0)
	if missing != nil {
		return nil, Create, nil
	}
	was := queueRecord(q)
	was.ID, was.Encoded = 0, nil
	if err == nil && (r.Protected && !was.Protected || r.Paused && !was.Paused) {
		return was, Change, nil
	}
	return was, Keep, err
}

func (p *planner) planExchange(r *definitions.Exchange) (definitions.Record, Deed, error) {
	if err := p.needVhost(r.Vhost); err != nil {
		return nil, "", err
	}
	p.exchanges[place{r.Vhost, r.Name}] = true
	v, err := p.b.Vhost(r.Vhost)
	switch {
	case strings.HasPrefix(r.Name, "amq.rabbitmq."):
		return nil, Ignore, nil
	case err != nil:
		return nil, Create, nil
	}
	there, err := v.CheckExchange(exchangeDeclaration(r))
	if !there {
		return nil, Create, err
	}
	x, missing := v.Exchange(r.Name)
	if missing != nil {
		return nil, Create, nil
	}
	was := exchangeRecord(x)
	was.Encoded, was.DeclaredBy = nil, ""
	return was, Keep, err
}

func (p *planner) planBinding(r *definitions.Binding) (definitions.Record, Deed, error) {
	if err := p.needVhost(r.Vhost); err != nil {
		return nil, "", err
	}
	v, _ := p.b.Vhost(r.Vhost)
	toExchange := r.DestinationType == "exchange"
	switch {
	case r.Source == "":
		return nil, "", amqp.DefaultExchange.New()
	case !p.hasExchange(v, r.Vhost, r.Source):
		return nil, "", amqp.NoExchange.New(amqp.ExchangeIn(r.Source, r.Vhost))
	case toExchange && !p.hasExchange(v, r.Vhost, r.Destination):
		return nil, "", amqp.NoExchange.New(amqp.ExchangeIn(r.Destination, r.Vhost))
	case !toExchange && !p.hasQueue(v, r.Vhost, r.Destination):
		return nil, "", amqp.NoQueue.New(amqp.QueueIn(r.Destination, r.Vhost))
	case v == nil:
		return nil, Create, nil
	}
	x, err := v.Exchange(r.Source)
	if err != nil {
		return nil, Create, nil
	}
	key := definitions.Key(r)
	for _, b := range x.Bindings() {
		if b.Destination.DestinationName() == r.Destination && b.Key == r.RoutingKey {
			if was := bindingRecord(b); bytes.Equal(definitions.Key(was), key) {
				was.Encoded = nil
				return was, Keep, nil
			}
		}
	}
	return nil, Create, nil
}

func (p *planner) hasExchange(v *vhost.Vhost, vhostName, name string) bool {
	if p.exchanges[place{vhostName, name}] || strings.HasPrefix(name, "amq.") {
		return true
	}
	if v == nil {
		return false
	}
	_, err := v.Exchange(name)
	return err == nil
}

func (p *planner) hasQueue(v *vhost.Vhost, vhostName, name string) bool {
	if p.queues[place{vhostName, name}] {
		return true
	}
	if v == nil {
		return false
	}
	_, err := v.Queue(name, 0)
	return err == nil
}
