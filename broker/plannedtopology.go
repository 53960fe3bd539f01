package broker

import (
	"strings"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/vhost"
)

func (p *planner) planQueue(r *definitions.Queue) (definitions.Record, Deed, error) {
	v, err := p.vhost(r.Vhost)
	if err != nil {
		return nil, "", err
	}
	p.queues[place{r.Vhost, r.Name}] = true
	there, err := v.CheckQueue(declarationOf(v, r))
	if !there {
		return nil, Create, err
	}
	q, missing := v.Queue(r.Name, 0)
	if missing != nil {
		return nil, Create, nil
	}
	was := queueRecord(q)
	if err == nil && (r.Protected && !was.Protected || r.Paused && !was.Paused) {
		return was, Change, nil
	}
	return was, Keep, err
}

func (p *planner) planExchange(r *definitions.Exchange) (definitions.Record, Deed, error) {
	v, err := p.vhost(r.Vhost)
	if err != nil {
		return nil, "", err
	}
	p.exchanges[place{r.Vhost, r.Name}] = true
	if strings.HasPrefix(r.Name, "amq.rabbitmq.") {
		return nil, Ignore, nil
	}
	there, err := v.CheckExchange(exchangeDeclaration(r))
	if !there {
		return nil, Create, err
	}
	x, missing := v.Exchange(r.Name)
	if missing != nil {
		return nil, Create, nil
	}
	return exchangeRecord(x), Keep, err
}

func (p *planner) planBinding(r *definitions.Binding) (definitions.Record, Deed, error) {
	v, err := p.vhost(r.Vhost)
	if err != nil {
		return nil, "", err
	}
	toExchange := r.DestinationType == "exchange"
	switch {
	case r.Source == "":
		return nil, "", amqp.DefaultExchange.New()
	case !p.hasExchange(v, r.Source):
		return nil, "", amqp.NoExchange.New(amqp.ExchangeIn(r.Source, r.Vhost))
	case toExchange && !p.hasExchange(v, r.Destination):
		return nil, "", amqp.NoExchange.New(amqp.ExchangeIn(r.Destination, r.Vhost))
	case !toExchange && !p.hasQueue(v, r.Destination):
		return nil, "", amqp.NoQueue.New(amqp.QueueIn(r.Destination, r.Vhost))
	}
	x, err := v.Exchange(r.Source)
	if err != nil {
		return nil, Create, nil
	}
	if was := p.bindingsOf(x)[string(definitions.Key(r))]; was != nil {
		return bindingRecord(was), Keep, nil
	}
	return nil, Create, nil
}

// bindingsOf are the bindings of x by their keys. They are looked up once for a
// plan: an exchange may have many, and each is asked for.
func (p *planner) bindingsOf(x *vhost.Exchange) map[string]*vhost.Binding {
	if p.bindings[x] == nil {
		p.bindings[x] = map[string]*vhost.Binding{}
		for _, b := range x.Bindings() {
			p.bindings[x][string(definitions.Key(bindingRecord(b)))] = b
		}
	}
	return p.bindings[x]
}

func (p *planner) hasExchange(v *vhost.Vhost, name string) bool {
	if p.exchanges[place{v.Name, name}] {
		return true
	}
	_, err := v.Exchange(name)
	return err == nil
}

func (p *planner) hasQueue(v *vhost.Vhost, name string) bool {
	if p.queues[place{v.Name, name}] {
		return true
	}
	_, err := v.Queue(name, 0)
	return err == nil
}
