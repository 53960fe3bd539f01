package server

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/queue"
)

func (ch *channel) exchangeDeclare(m *amqp.ExchangeDeclare) error {
	if m.Passive {
		return ch.done(m.NoWait, ch.session.FindExchange(m.Exchange), &amqp.ExchangeDeclareOk{})
	}
	err := ch.session.DeclareExchange(broker.ExchangeDeclaration{
		Name: m.Exchange, Kind: m.Type, Durable: m.Durable, AutoDelete: m.AutoDelete, Internal: m.Internal,
		Arguments: m.Arguments,
	})
	return ch.done(m.NoWait, err, &amqp.ExchangeDeclareOk{})
}

func (ch *channel) queueDeclare(m *amqp.QueueDeclare) error {
	if broker.IsReplyQueue(m.Queue) { // it is always there
		ch.reply(m.NoWait, &amqp.QueueDeclareOk{Queue: m.Queue, ConsumerCount: 1})
		return nil
	}
	q, err := ch.declareOrFind(m)
	if err != nil {
		return err
	}
	s := q.Stat()
	ch.reply(m.NoWait, &amqp.QueueDeclareOk{
		Queue: q.Name, MessageCount: uint32(s.Ready), ConsumerCount: uint32(s.Consumers),
	})
	return nil
}

func (ch *channel) declareOrFind(m *amqp.QueueDeclare) (*broker.Queue, error) {
	if m.Passive || broker.IsReply(m.Queue) {
		return ch.session.FindQueue(m.Queue)
	}
	return ch.session.DeclareQueue(queue.Declaration{
		Name: m.Queue, Durable: m.Durable, Exclusive: m.Exclusive, AutoDelete: m.AutoDelete, Arguments: m.Arguments,
	})
}
