package broker

import (
	"strings"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/vhost"
)

// traceExchange is the topic exchange of each vhost to which a copy of every
// message goes while the vhost is traced: under publish.{exchange} when it
// comes, and under deliver.{queue} when it goes out.
const traceExchange = "amq.rabbitmq.trace"

// maxTraced bounds what a copy repeats in its headers, in bytes: the message's
// own header, its keys, the names of queues. A content header has to fit in a
// frame.
const maxTraced = 32 << 10

// SetTracing turns the tracing of a vhost on or off, for good.
func (b Acting) SetTracing(vhostName string, on bool) error {
	return b.editVhost(vhostName, func(r *definitions.Vhost) { r.Tracing = on })
}

// tracePublish publishes a copy of m, which has just been published.
func (s *Session) tracePublish(m *message.Message) {
	x := s.c.traces(m)
	if x == nil {
		return
	}
	t := s.c.traced(s.channel, m)
	reached := s.publisher.Reached()
	names := make([]string, len(reached))
	for i, q := range reached {
		names[i] = q.Name
	}
	t["routed_queues"] = repeated(names)
	s.publisher.Copy(x, traceOf(m, "publish."+m.Exchange, t))
}

// repeated is a list as an array, as much of it as may be repeated.
func repeated(list []string) []any {
	bytes := 0
	for i, s := range list {
		if bytes += len(s) + 5; bytes > maxTraced {
			return texts(list[:i])
		}
	}
	return texts(list)
}

// Tracer publishes copies of what a connection is delivered. One goroutine at
// a time uses it.
type Tracer struct {
	c *Connection
	p *vhost.Publisher
}

// Tracer makes a tracer for c.
func (c *Connection) Tracer() *Tracer { return &Tracer{c, c.v.Publisher()} }

// On reports whether deliveries are to be traced: one atomic load, to be asked
// once a burst.
func (t *Tracer) On() bool { return t.c.v.Tracing() }

// Delivered publishes a copy of m, which a queue delivers on a channel. The
// copy is in the queues after the next Flush. No lock may be held.
func (t *Tracer) Delivered(channel uint16, queueName string, m *message.Message, redelivered bool) {
	x := t.c.traces(m)
	if x == nil {
		return
	}
	h := t.c.traced(channel, m)
	h["redelivered"] = int32(0)
	if redelivered {
		h["redelivered"] = int32(1)
	}
	t.p.Publish(x, traceOf(m, "deliver."+queueName, h), queue.Receipt{})
}

// Flush hands what was published to the queues.
func (t *Tracer) Flush() { t.p.Flush() }

// traces is where a copy of m goes; nil when nobody is bound there, or when m
// is such a copy itself, perhaps one that was dead-lettered since.
func (c *Connection) traces(m *message.Message) *vhost.Exchange {
	if m.Exchange == traceExchange {
		return nil
	}
	first, _ := amqp.Lookup(amqp.HeadersTable(m.Header), "x-first-death-exchange")
	if string(first.Bytes) == traceExchange {
		return nil
	}
	x, err := c.v.Exchange(traceExchange)
	if err != nil || !x.Bound() {
		return nil
	}
	return x
}

// traced is the headers that all copies have.
func (c *Connection) traced(channel uint16, m *message.Message) amqp.Table {
	keys, _ := message.CopyKeys([]string{m.RoutingKey}, m.Header)
	return amqp.Table{
		"exchange_name": m.Exchange, "routing_keys": repeated(keys), "properties": propertiesTable(m.Header),
		"node": c.b.node, "vhost": c.v.Name, "connection": c.Name, "channel": int32(channel), "user": c.User.Name,
	}
}

// propertiesTable is the properties of a message under the names they have in
// RabbitMQ, as far as they may be repeated.
func propertiesTable(header []byte) amqp.Table {
	t := amqp.Table{}
	if len(header) > maxTraced {
		return t
	}
	p, err := amqp.ParseProperties(message.WithoutBCC(header))
	if err != nil { // not of a header that was checked
		return t
	}
	for name, text := range map[string]string{
		"content_type": p.ContentType, "content_encoding": p.ContentEncoding, "correlation_id": p.CorrelationID,
		"reply_to": p.ReplyTo, "expiration": p.Expiration, "message_id": p.MessageID, "type": p.Type,
		"user_id": p.UserID, "app_id": p.AppID, "cluster_id": p.ClusterID,
	} {
		if text != "" {
			t[name] = text
		}
	}
	if p.Headers != nil {
		t["headers"] = p.Headers
	}
	if p.DeliveryMode > 0 {
		t["delivery_mode"] = int32(p.DeliveryMode)
	}
	if p.Priority > 0 {
		t["priority"] = int32(p.Priority)
	}
	if p.Timestamp > 0 {
		t["timestamp"] = int64(p.Timestamp)
	}
	return t
}

// maxRoutingKey is the longest routing key, in bytes.
const maxRoutingKey = 255

// traceOf is the copy of m under key: with the same body, and not persistent.
func traceOf(m *message.Message, key string, headers amqp.Table) *message.Message {
	if len(key) > maxRoutingKey {
		key = strings.ToValidUTF8(key[:maxRoutingKey], "")
	}
	header := amqp.AppendContentHeader(nil, amqp.BasicClass, uint64(len(m.Body)), &amqp.Properties{Headers: headers})
	return &message.Message{
		Exchange: traceExchange, RoutingKey: key, Header: header, Body: m.Body, Expiration: -1,
	}
}
