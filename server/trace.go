package server

import (
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/tracing"
)

// Spans of a message hang on what its publisher wrote into the header, which
// goes on to consumers as it came:
//
//	the publisher's span
//	├── publish <exchange>
//	│   └── route <exchange>
//	└── deliver <queue>
//	    └── settle <queue>

// traceOf finds the trace of m; false when it is not to get spans.
func (ch *channel) traceOf(m *message.Message) (c tracing.Context, ok bool) {
	if m == nil { // on disk only
		return c, false
	}
	headers := amqp.HeadersTable(m.Header)
	parent, there := amqp.Lookup(headers, "traceparent")
	if !there || parent.Type != 'S' {
		return c, false
	}
	state, _ := amqp.Lookup(headers, "tracestate")
	if state.Type != 'S' {
		state.Bytes = nil
	}
	c, ok = tracing.Parse(string(parent.Bytes), string(state.Bytes))
	return c, ok && ch.tracer.Chosen(&c)
}

// place is Session.Publish, of which there may be spans.
func (ch *channel) place(x *broker.Exchange, m *message.Message, r queue.Receipt) (routed int, err error) {
	if ch.tracer == nil {
		return ch.session.Publish(x, m, r)
	}
	began := time.Now()
	if routed, err = ch.session.Publish(x, m, r); err == nil {
		ch.tracePublish(x, m, routed, began)
	}
	return routed, err
}

// tracePublish tells how m came in, and how it was routed to n queues since
// began.
func (ch *channel) tracePublish(x *broker.Exchange, m *message.Message, n int, began time.Time) {
	c, ok := ch.traceOf(m)
	if !ok {
		return
	}
	now, name := time.Now(), x.Name
	if name == "" {
		name = "amq.default"
	}
	came := ch.publish.began
	if ch.tx != nil { // it came some time ago
		came = began
	}
	publish := tracing.Span{
		Context: c, ID: tracing.NewSpanID(), Name: "publish " + name, Kind: tracing.Consumer, Began: came, Ended: now,
		Attributes: append(ch.system("publish", name),
			tracing.Attribute{Key: "messaging.rabbitmq.destination.routing_key", Text: m.RoutingKey},
			tracing.Attribute{Key: "messaging.message.body.size", Number: int64(len(m.Body))}),
	}
	ch.tracer.Add(publish)
	c.Parent = publish.ID
	ch.tracer.Add(tracing.Span{
		Context: c, ID: tracing.NewSpanID(), Name: "route " + name, Kind: tracing.Internal, Began: began, Ended: now,
		Attributes: []tracing.Attribute{{Key: "hutchmq.queues", Number: int64(n)}},
	})
}

// traceDelivered tells of deliveries from q that are on their way.
func (ch *channel) traceDelivered(ds []queue.Delivery, q *broker.Queue) {
	now := time.Now()
	for i := range ds {
		c, ok := ch.traceOf(ds[i].Message)
		if !ok {
			continue
		}
		ch.tracer.Add(tracing.Span{
			Context: c, ID: deliverID(&c, q, &ds[i]), Name: "deliver " + q.Name, Kind: tracing.Producer, Began: now, Ended: now,
			Attributes: append(ch.system("deliver", q.Name),
				tracing.Attribute{Key: "hutchmq.delivery.count", Number: int64(ds[i].Count)}),
		})
	}
}

// deliverID names the span of a delivery, for that of its settling to hang on.
func deliverID(c *tracing.Context, q *broker.Queue, d *queue.Delivery) tracing.SpanID {
	return c.SpanIDFor(q.Name, d.ID<<8|uint64(d.Count&0xff))
}

var outcomes = map[queue.Outcome]string{queue.Ack: "ack", queue.Requeue: "requeue", queue.Return: "requeue", queue.Discard: "reject"}

// traceSettled tells what became of the deliveries that are being settled, and
// how long that took the consumer. Those whose message is no longer in memory
// are passed over.
func (ch *channel) traceSettled(how queue.Outcome) {
	now := time.Now()
	for i := range ch.settled {
		s := &ch.settled[i]
		c, ok := ch.traceOf(s.d.Message)
		if !ok {
			continue
		}
		c.Parent = deliverID(&c, s.q, &s.d)
		began := ch.c.server.began.Add(time.Duration(s.since) * time.Millisecond)
		ch.tracer.Add(tracing.Span{
			Context: c, ID: tracing.NewSpanID(), Name: "settle " + s.q.Name, Kind: tracing.Internal, Began: began, Ended: now,
			Attributes: append(ch.system("settle", s.q.Name), tracing.Attribute{Key: "hutchmq.outcome", Text: outcomes[how]}),
		})
	}
}

// system are the attributes that all spans have, by OpenTelemetry's names.
func (ch *channel) system(operation, destination string) []tracing.Attribute {
	return []tracing.Attribute{
		{Key: "messaging.system", Text: "rabbitmq"},
		{Key: "messaging.operation.name", Text: operation},
		{Key: "messaging.destination.name", Text: destination},
		{Key: "hutchmq.vhost", Text: ch.c.broker.Vhost().Name},
	}
}
