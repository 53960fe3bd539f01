package server

import (
	"crypto/rand"
	"encoding/base64"
	"slices"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// consumer is a basic.consume: it implements queue.Consumer and queue.Sender, so
// that what is delivered is written when the queue says so. outbox.mu guards
// what changes.
type consumer struct {
	ch    *channel
	tag   string
	q     *broker.Queue
	noAck bool
	limit int  // prefetch, 0 none
	apart bool // the prefetch of the channel counts for it alone

	timeoutMs int64 // x-consumer-timeout; 0 none, -1 not given
	leaseMs   int64 // x-lease-timeout; likewise
	priority  int
	exclusive bool
	arguments amqp.Table
	from      *broker.Delivered // counts what comes from q

	unacked int
	held    bool // consume-ok is not out yet
	gone    bool // nothing comes any more: the queue is gone, or a delivery was not acknowledged in time
	waiting bool // a delivery was refused; Resume is due when there is credit
}

// consume carries out basic.consume.
func (ch *channel) consume(m *amqp.BasicConsume) error {
	o := queue.ConsumeOptions{Tag: m.ConsumerTag, NoAck: m.NoAck, Exclusive: m.Exclusive, Arguments: m.Arguments}
	priority, err := number(m.Arguments, "x-priority", 0)
	if err != nil {
		return err
	}
	timeoutMs, err := number(m.Arguments, "x-consumer-timeout", -1)
	if err != nil {
		return err
	}
	leaseMs, err := number(m.Arguments, "x-lease-timeout", -1)
	if err != nil {
		return err
	}
	k, err := ch.newConsumer(m)
	if err != nil {
		return err
	}
	o.Priority, k.timeoutMs, k.leaseMs = int(priority), timeoutMs, leaseMs
	k.priority, k.exclusive, k.arguments = o.Priority, o.Exclusive, o.Arguments
	o.Tag = k.tag
	consume := ch.session.Consume
	if broker.IsReplyQueue(m.Queue) {
		consume = func(_ string, c queue.Consumer, o queue.ConsumeOptions) (*broker.Queue, error) {
			return ch.session.ConsumeReplies(c, o)
		}
	}
	q, err := consume(m.Queue, k, o)
	if err != nil {
		ch.forget(k)
		return err
	}
	from := ch.session.From(q)
	out := &ch.c.out
	out.mu.Lock()
	k.q, k.from, k.apart = q, from, q.Kind == "quorum"
	if !m.NoWait {
		out.put(ch.id, &amqp.BasicConsumeOk{ConsumerTag: k.tag})
	}
	k.held = false
	if k.gone {
		k.notify()
		ch.session.Consumed(q, k.tag)
	}
	due := k.waiting
	k.waiting = false
	out.mu.Unlock()
	out.signal()
	if due {
		q.Resume(k)
	}
	return nil
}

// number is an argument of basic.consume, or absent when it is not there.
func number(args amqp.Table, key string, absent int64) (int64, error) {
	v, ok := args[key]
	if !ok {
		return absent, nil
	}
	n, ok := amqp.Int(v)
	if !ok {
		return 0, amqp.InvalidConsumerArg.New(key, amqp.TypeName(v))
	}
	return n, nil
}

// newConsumer registers a consumer under its tag, generated when empty.
func (ch *channel) newConsumer(m *amqp.BasicConsume) (*consumer, error) {
	k := &consumer{ch: ch, tag: m.ConsumerTag, noAck: m.NoAck, limit: int(ch.prefetch), held: true}
	if k.tag == "" {
		var b [16]byte
		rand.Read(b[:])
		k.tag = "amq.ctag-" + base64.RawURLEncoding.EncodeToString(b[:])
	}
	ch.c.out.mu.Lock()
	defer ch.c.out.mu.Unlock()
	if ch.consumers[k.tag] != nil {
		return nil, amqp.ReusedConsumerTag.New(k.tag)
	}
	if n := ch.c.server.options.Load().ConsumersPerChannel; n > 0 && len(ch.consumers) >= n {
		return nil, amqp.TooManyConsumers.New(n)
	}
	ch.consumers[k.tag] = k
	return k, nil
}

func (ch *channel) forget(k *consumer) {
	ch.c.out.mu.Lock()
	ch.remove(k)
	ch.c.out.mu.Unlock()
}

// remove takes k out of the lists of ch. outbox.mu is held.
func (ch *channel) remove(k *consumer) {
	delete(ch.consumers, k.tag)
	if i := slices.Index(ch.blocked, k); i >= 0 {
		ch.blocked = slices.Delete(ch.blocked, i, i+1)
	}
}

// cancel ends a consumer; an unknown tag is no error. Nothing is delivered to
// it after this.
func (ch *channel) cancel(tag string) {
	ch.c.out.mu.Lock()
	k := ch.consumers[tag]
	if k != nil {
		ch.remove(k)
	}
	ch.c.out.mu.Unlock()
	if k != nil {
		k.q.Cancel(k)
		ch.session.Consumed(k.q, k.tag)
		ch.session.EndReplies(k.q)
	}
}

// Deliver implements queue.Consumer.
func (k *consumer) Deliver(ds []queue.Delivery) int {
	ch, o := k.ch, &k.ch.c.out
	o.mu.Lock()
	n, again := 0, 0
	now := ch.c.server.clockMs()
	for n < len(ds) && k.credit() {
		ch.deliver(k, &ds[n], now)
		if ds[n].Redelivered {
			again++
		}
		n++
	}
	if n > 0 && !k.noAck {
		ch.await(now, k, k.q)
	}
	if n < len(ds) {
		k.wait()
	}
	o.mu.Unlock()
	if n > 0 {
		k.count(n, again)
	}
	if ch.tracer != nil {
		ch.traceDelivered(ds[:n], k.q)
	}
	return n
}

// count counts n deliveries, again of which were not the first.
func (k *consumer) count(n, again int) {
	e := queue.Delivered
	if k.noAck {
		e = queue.DeliveredNoAck
	}
	k.from.Count(e, n)
	k.from.Count(queue.Redelivered, again)
}

// Send and Wake implement queue.Sender.
func (k *consumer) Send() { k.ch.c.out.send() }
func (k *consumer) Wake() { k.ch.c.out.signal() }

// deliver puts d on its way. outbox.mu is held.
func (ch *channel) deliver(k *consumer, d *queue.Delivery, now int64) {
	tag := ch.unacked.next()
	if !k.noAck {
		ch.unacked.hold(unacked{since: now, d: *d, q: k.q, k: k})
		k.spend()
	}
	ch.c.out.content(item{
		kind: deliver, channel: ch.id, consumer: k.tag, tag: tag, redelivered: d.Redelivered, q: k.q, m: shown(d),
	})
}

// deliveryCount is the header that tells how often a message was delivered in
// vain.
const deliveryCount = "x-delivery-count"

// shown is the message of d as its receiver sees it.
func shown(d *queue.Delivery) *message.Message {
	if d.Count == 0 || !d.Counted {
		return d.Message
	}
	m := *d.Message
	m.Header = amqp.SetHeader(nil, m.Header, deliveryCount, int64(d.Count))
	return &m
}

// Cancelled implements queue.Consumer.
func (k *consumer) Cancelled() {
	o := &k.ch.c.out
	o.mu.Lock()
	if k.ch.end(k) {
		k.told()
	}
	o.mu.Unlock()
	o.signal()
}

// notify tells the client, if it wants to know, that nothing more comes for k.
// outbox.mu is held.
func (k *consumer) notify() {
	if k.ch.c.client.cancelNotify {
		k.ch.c.out.put(k.ch.id, &amqp.BasicCancel{ConsumerTag: k.tag, NoWait: true})
	}
}

// holds is how many deliveries of ch are unacked.
func (ch *channel) holds() int {
	ch.c.out.mu.Lock()
	defer ch.c.out.mu.Unlock()
	return ch.unacked.len()
}

// get carries out basic.get. Prefetch does not bound it; the limit of the
// channel does.
func (ch *channel) get(m *amqp.BasicGet) error {
	if n := ch.c.server.options.Load().UnackedPerChannel; !m.NoAck && ch.holds() >= n {
		return amqp.TooMany.New("unacknowledged deliveries of a channel", n)
	}
	q, d, left, ok, err := ch.session.Get(m.Queue, m.NoAck)
	if err != nil {
		return err
	}
	if !ok {
		ch.reply(false, &amqp.BasicGetEmpty{})
		return nil
	}
	o := &ch.c.out
	o.mu.Lock()
	tag := ch.unacked.next()
	if !m.NoAck {
		now := ch.c.server.clockMs()
		ch.unacked.hold(unacked{since: now, d: d, q: q})
		ch.await(now, nil, q)
	}
	o.content(item{
		kind: getOk, channel: ch.id, tag: tag, redelivered: d.Redelivered, left: uint32(left), q: q, m: shown(&d),
	})
	o.mu.Unlock()
	o.answer()
	if ch.tracer != nil {
		ch.traceDelivered([]queue.Delivery{d}, q)
	}
	return nil
}
