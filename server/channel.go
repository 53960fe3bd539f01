package server

import (
	"errors"
	"log/slog"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/tracing"
)

// channel is one AMQP channel. Fields are the reading goroutine's, but those
// below the line, which outbox.mu guards.
type channel struct {
	c        *connection
	id       uint16
	session  *broker.Session
	publish  publish
	settled  []settled // acknowledged, to be told to the queues at the next flush
	isDirty  bool
	closing  bool // channel.close was sent: everything but close-ok is discarded
	tx       *transaction
	prefetch uint16 // for consumers to come; written with outbox.mu held, as tx and confirms.on are
	targets  targets
	tracer   *tracing.Tracer // nil: nothing is traced

	// ---- outbox.mu
	consumers map[string]*consumer
	unacked   window
	timeout   timeout
	limit     int // global prefetch, 0 none
	inFlight  int // unacked deliveries to consumers that share the limit
	blocked   []*consumer
	confirms  confirms
	released  bool
}

// settled is an acknowledged delivery, the queue it is from, and when it was
// made, by the server's clock.
type settled struct {
	q     *broker.Queue
	d     queue.Delivery
	since int64
}

func newChannel(c *connection, id uint16) (*channel, error) {
	o := c.server.options.Load()
	ch := &channel{c: c, id: id, prefetch: o.Prefetch, tracer: o.Tracer, consumers: map[string]*consumer{}}
	var err error
	ch.session, err = c.broker.OpenChannel(id, ch)
	return ch, err
}

// step carries out one frame. An *amqp.Error that is not hard closes the
// channel only.
func (ch *channel) step(f amqp.Frame) error {
	if ch.closing {
		return ch.stepClosing(f)
	}
	if ch.publish.expects != nothing {
		return ch.content(f)
	}
	if f.Type != amqp.FrameMethod {
		return amqp.ExpectedMethod.New()
	}
	id, err := amqp.MethodIDOf(f.Payload)
	if err != nil {
		return hard(err)
	}
	if err := ch.method(id, f.Payload); err != nil {
		var e *amqp.Error
		if errors.As(err, &e) && e.Method == 0 {
			e.Method = id
		}
		return err
	}
	return nil
}

// method carries out a method; those of the hot path are parsed without
// allocating.
func (ch *channel) method(id amqp.MethodID, payload []byte) error {
	switch id {
	case amqp.BasicPublishID:
		return ch.beginPublish(payload)
	case amqp.BasicAckID:
		var m amqp.BasicAck
		if err := m.Parse(payload); err != nil {
			return hard(err)
		}
		return ch.settle(m.DeliveryTag, m.Multiple, queue.Ack)
	}
	ch.c.out.waitRoom()
	ch.flush() // what came before happens before
	m, err := amqp.ParseMethod(payload)
	if err != nil {
		return hard(err)
	}
	return ch.call(m)
}

// call carries out a method of the cold path.
func (ch *channel) call(m amqp.Method) error {
	switch m := m.(type) {
	case *amqp.ChannelOpen:
		return amqp.ChannelAlreadyOpen.New()
	case *amqp.ChannelClose:
		ch.release(queue.Return)
		ch.c.forget(ch.id)
		ch.reply(false, &amqp.ChannelCloseOk{})
	case *amqp.ChannelFlow:
		if !m.Active {
			return amqp.FlowInactive.New()
		}
		ch.reply(false, &amqp.ChannelFlowOk{Active: true})
	case *amqp.ChannelFlowOk:
	case *amqp.AccessRequest:
		ch.reply(false, &amqp.AccessRequestOk{Ticket: 1})
	case *amqp.ExchangeDeclare:
		return ch.exchangeDeclare(m)
	case *amqp.ExchangeDelete:
		return ch.done(m.NoWait, ch.session.DeleteExchange(m.Exchange, m.IfUnused), &amqp.ExchangeDeleteOk{})
	case *amqp.ExchangeBind:
		l := broker.Link{Source: m.Source, Destination: m.Destination, Key: m.RoutingKey, Arguments: m.Arguments}
		return ch.done(m.NoWait, ch.session.BindExchange(l), &amqp.ExchangeBindOk{})
	case *amqp.ExchangeUnbind:
		l := broker.Link{Source: m.Source, Destination: m.Destination, Key: m.RoutingKey, Arguments: m.Arguments}
		return ch.done(m.NoWait, ch.session.UnbindExchange(l), &amqp.ExchangeUnbindOk{})
	case *amqp.QueueDeclare:
		return ch.queueDeclare(m)
	case *amqp.QueueBind:
		l := broker.Link{Source: m.Exchange, Destination: m.Queue, Key: m.RoutingKey, Arguments: m.Arguments}
		return ch.done(m.NoWait, ch.session.BindQueue(l), &amqp.QueueBindOk{})
	case *amqp.QueueUnbind:
		l := broker.Link{Source: m.Exchange, Destination: m.Queue, Key: m.RoutingKey, Arguments: m.Arguments}
		return ch.done(false, ch.session.UnbindQueue(l), &amqp.QueueUnbindOk{})
	case *amqp.QueuePurge:
		n, err := ch.session.Purge(m.Queue)
		return ch.done(m.NoWait, err, &amqp.QueuePurgeOk{MessageCount: uint32(n)})
	case *amqp.QueueDelete:
		n, err := ch.session.DeleteQueue(m.Queue, m.IfUnused, m.IfEmpty)
		return ch.done(m.NoWait, err, &amqp.QueueDeleteOk{MessageCount: uint32(n)})
	case *amqp.BasicQos:
		return ch.qos(m)
	case *amqp.BasicConsume:
		return ch.consume(m)
	case *amqp.BasicCancel:
		ch.cancel(m.ConsumerTag)
		ch.reply(m.NoWait, &amqp.BasicCancelOk{ConsumerTag: m.ConsumerTag})
	case *amqp.BasicCancelOk:
	case *amqp.BasicGet:
		return ch.get(m)
	case *amqp.BasicNack:
		return ch.settle(m.DeliveryTag, m.Multiple, outcome(m.Requeue))
	case *amqp.BasicReject:
		return ch.settle(m.DeliveryTag, false, outcome(m.Requeue))
	case *amqp.BasicRecover:
		if !m.Requeue {
			return amqp.RecoverNoRequeue.New()
		}
		ch.reply(false, &amqp.BasicRecoverOk{})
		ch.requeueAll(queue.Requeue)
	case *amqp.BasicRecoverAsync:
		if !m.Requeue {
			return amqp.RecoverNoRequeue.New()
		}
		ch.requeueAll(queue.Requeue)
	case *amqp.ConfirmSelect:
		return ch.confirmSelect(m)
	case *amqp.TxSelect:
		return ch.txSelect()
	case *amqp.TxCommit:
		return ch.txCommit()
	case *amqp.TxRollback:
		return ch.txRollback()
	default:
		return amqp.UnknownMethod.New()
	}
	return nil
}

// reply sends m, unless the client said that it does not wait.
func (ch *channel) reply(noWait bool, m amqp.Method) {
	if !noWait {
		ch.c.out.method(ch.id, m)
	}
}

// done replies with m when err is nil.
func (ch *channel) done(noWait bool, err error, m amqp.Method) error {
	if err == nil {
		ch.reply(noWait, m)
	}
	return err
}

// stepClosing waits for close-ok; the peer may also have closed at the same
// time.
func (ch *channel) stepClosing(f amqp.Frame) error {
	if f.Type != amqp.FrameMethod {
		return nil
	}
	switch id, _ := amqp.MethodIDOf(f.Payload); id {
	case amqp.ChannelCloseOkID:
		ch.c.forget(ch.id)
	case amqp.ChannelCloseID:
		ch.c.out.method(ch.id, &amqp.ChannelCloseOk{})
	}
	return nil
}

// fail closes the channel with e: what it held goes back to the queues, and
// everything that comes is discarded until close-ok.
func (ch *channel) fail(e *amqp.Error) {
	ch.log().Warn("channel error", "error", e.Text(), "code", uint16(e.Code), "method", e.Method.String())
	ch.flush()
	ch.release(queue.Requeue)
	ch.closing = true
	ch.c.out.method(ch.id, &amqp.ChannelClose{
		ReplyCode: e.Code, ReplyText: e.Text(), ClassID: e.Method.Class(), MethodID: e.Method.Method(),
	})
}

// log says who the client is, and which channel it is about.
func (ch *channel) log() *slog.Logger {
	return ch.c.server.log.With("category", "channel", "peer", ch.c.nc.RemoteAddr().String(), "user", ch.c.user.Name,
		"vhost", ch.c.broker.Vhost().Name, "channel", ch.id)
}

// dirty has the connection flush ch at the end of the burst.
func (ch *channel) dirty() {
	if !ch.isDirty {
		ch.isDirty = true
		ch.c.dirty = append(ch.c.dirty, ch)
	}
}

// flush hands over what was published and acknowledged since the last flush;
// it reports whether something was published.
func (ch *channel) flush() (published bool) {
	ch.isDirty = false
	ch.settleNow()
	return ch.publishNow()
}

// release lets go of the consumers and gives back what is unacked: as returned
// when its peer has ended in good order, and else as failed. It may be called
// again.
func (ch *channel) release(how queue.Outcome) {
	o := &ch.c.out
	o.mu.Lock()
	if ch.released {
		o.mu.Unlock()
		return
	}
	ch.released = true
	if ch.timeout.timer != nil {
		ch.timeout.timer.Stop()
	}
	o.confirm(ch) // no confirm after the close
	o.mu.Unlock()
	ch.settleNow()
	ch.session.Close()
	done := ch.session.Traffic()
	ch.c.traffic.Add(&done)
	ch.requeueAll(how) // before the consumers go: whoever follows them begins with what they held
	for _, k := range ch.listConsumers() {
		k.q.Cancel(k)
		ch.session.Consumed(k.q, k.tag)
	}
}

func (ch *channel) listConsumers() []*consumer {
	ch.c.out.mu.Lock()
	defer ch.c.out.mu.Unlock()
	list := make([]*consumer, 0, len(ch.consumers))
	for _, k := range ch.consumers {
		list = append(list, k)
	}
	clear(ch.consumers)
	return list
}
