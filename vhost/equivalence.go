package vhost

import (
	"strconv"

	"github.com/hutchmq/hutchmq/amqp"
)

// equivalent refuses a declaration that is not the one of x. Of the arguments
// only the alternate exchange counts, as in RabbitMQ, and whether messages are
// checked for duplicates.
func (x *Exchange) equivalent(d *ExchangeDeclaration) error {
	where := x.String()
	if d.Kind != x.Kind {
		if x.vhost.options.ExchangeTypes[d.Kind] == nil {
			return amqp.UnknownExchangeType.New(d.Kind)
		}
		return amqp.Inequivalent.New("type", where, d.Kind, x.Kind)
	}
	if err := same(where, "durable", d.Durable, x.Durable); err != nil {
		return err
	}
	if err := same(where, "auto_delete", d.AutoDelete, x.AutoDelete); err != nil {
		return err
	}
	if err := same(where, "internal", d.Internal, x.Internal); err != nil {
		return err
	}
	if err := sameArgument(where, "alternate-exchange", d.Arguments, x.Arguments); err != nil {
		return err
	}
	return sameArgument(where, dedupArg, d.Arguments, x.Arguments)
}

func same(where, property string, received, current bool) error {
	if received == current {
		return nil
	}
	return amqp.Inequivalent.New(property, where, strconv.FormatBool(received), strconv.FormatBool(current))
}

func sameArgument(where, key string, received, current amqp.Table) error {
	r, hasR := received[key]
	c, hasC := current[key]
	switch {
	case hasR && hasC && !amqp.Equivalent(r, c):
		return amqp.Inequivalent.New(key, where, amqp.FormatValue(r), amqp.FormatValue(c))
	case hasR && !hasC:
		return amqp.InequivalentReceived.New(key, where, amqp.FormatValue(r), amqp.TypeName(r))
	case hasC && !hasR:
		return amqp.InequivalentCurrent.New(key, where, amqp.FormatValue(c), amqp.TypeName(c))
	}
	return nil
}
