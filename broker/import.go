package broker

import (
	"fmt"
	"strings"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/exchange"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/vhost"
)

func describe(r definitions.Record) string {
	switch r := r.(type) {
	case *definitions.User:
		return "user " + r.Name
	case *definitions.Vhost:
		return "vhost " + r.Name
	case *definitions.Permission:
		return "permission of " + r.User + " in " + r.Vhost
	case *definitions.TopicPermission:
		return "topic permission of " + r.User + " on " + r.Exchange + " in " + r.Vhost
	case *definitions.Policy:
		return "policy " + r.Name + " in " + r.Vhost
	case *definitions.Parameter:
		return "parameter " + r.Component + " " + r.Name + " in " + r.Vhost
	case *definitions.Exchange:
		return "exchange " + r.Name + " in " + r.Vhost
	case *definitions.Queue:
		return "queue " + r.Name + " in " + r.Vhost
	case *definitions.Binding:
		return "binding of " + r.Destination + " to " + r.Source + " in " + r.Vhost
	}
	return string(r.Kind())
}

func (b Acting) importRecord(r definitions.Record) error {
	switch r := r.(type) {
	case *definitions.User:
		return b.SetUser(r)
	case *definitions.Vhost:
		return b.importVhost(r)
	case *definitions.Permission:
		return b.SetPermission(r.User, r.Vhost, permissionOf(r))
	case *definitions.TopicPermission:
		return b.SetTopicPermission(r.User, r.Vhost, r.Exchange, topicPermissionOf(r))
	case *definitions.Exchange:
		return b.importExchange(r)
	case *definitions.Queue:
		return b.importQueue(r)
	case *definitions.Binding:
		return b.importBinding(r)
	case *definitions.Policy:
		return b.importPolicy(r)
	case *definitions.Parameter:
		return b.importParameter(r)
	case *definitions.GlobalParameter:
		_, err := b.SetGlobalParameter(r)
		return err
	}
	return fmt.Errorf("this release does not support a %s", r.Kind())
}

// importExchange passes over the exchanges that each broker has of its own;
// exports do not tell that they are internal.
func (b Acting) importExchange(r *definitions.Exchange) error {
	if strings.HasPrefix(r.Name, "amq.rabbitmq.") {
		return nil
	}
	v, err := b.Vhost(r.Vhost)
	if err != nil {
		return err
	}
	_, _, err = v.By(b.by).DeclareExchange(exchangeDeclaration(r))
	return err
}

func exchangeDeclaration(r *definitions.Exchange) vhost.ExchangeDeclaration {
	return vhost.ExchangeDeclaration{
		Name: r.Name, Kind: r.Type, Durable: r.Durable, AutoDelete: r.AutoDelete, Internal: r.Internal,
		Arguments: argumentsOf(r.Encoded, r.Arguments),
	}
}

// argumentsOf are the arguments of a record: those that are encoded have their
// types, and what is encoded was stored by this broker.
func argumentsOf(encoded []byte, o definitions.Object) amqp.Table {
	args, err := arguments(encoded, o)
	if err != nil {
		return table(o)
	}
	return args
}

func (b Acting) importQueue(r *definitions.Queue) error {
	v, err := b.Vhost(r.Vhost)
	if err != nil {
		return err
	}
	q, _, err := v.By(b.by).DeclareQueue(declarationOf(v, r), 0)
	if err != nil {
		return err
	}
	return b.mark(v, q, r)
}

// mark sets the marks that r has; it takes none away.
func (b Acting) mark(v *vhost.Vhost, q *vhost.Queue, r *definitions.Queue) error {
	if r.Protected {
		if err := v.Protect(q, true); err != nil {
			return err
		}
	}
	if r.Paused {
		return v.Pause(q, true)
	}
	return nil
}

// declarationOf declares what r describes in v, where other kinds of queue may be
// the default.
func declarationOf(v *vhost.Vhost, r *definitions.Queue) queue.Declaration {
	d := queue.Declaration{
		Name: r.Name, Durable: r.Durable, AutoDelete: r.AutoDelete, Arguments: argumentsOf(r.Encoded, r.Arguments),
	}
	if r.Type != "" && r.Type != v.KindOf(&d) && d.Arguments["x-queue-type"] == nil {
		if d.Arguments == nil {
			d.Arguments = amqp.Table{}
		}
		d.Arguments["x-queue-type"] = r.Type
	}
	return d
}

func (b Acting) importBinding(r *definitions.Binding) error {
	v, err := b.Vhost(r.Vhost)
	if err != nil {
		return err
	}
	to, err := destination(v, r)
	if err != nil {
		return err
	}
	return v.By(b.by).Bind(r.Source, to, r.RoutingKey, argumentsOf(r.Encoded, r.Arguments))
}

// destination finds what r binds.
func destination(v *vhost.Vhost, r *definitions.Binding) (exchange.Destination, error) {
	if r.DestinationType == "exchange" {
		return v.Exchange(r.Destination)
	}
	return v.Queue(r.Destination, 0)
}
