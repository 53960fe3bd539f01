package server

import (
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// publish is the message a channel is receiving: basic.publish, then a content
// header, then the body in any number of frames (spec 4.2.6).
type publish struct {
	expects   expectation
	x         *broker.Exchange
	key       string
	m         *message.Message // once its header is there
	mandatory bool
	missing   int // bytes of the body still to come

	began   time.Time // when the header was there, if messages are traced
	pending bool      // something waits for publishNow
	routed  []routed  // in confirm mode: where each message since the last flush went
}

// routed says how many queues a message went to, and the number of the exchange
// it was published to.
type routed struct {
	queues int32
	to     uint16
}

type expectation uint8

const (
	nothing expectation = iota
	aHeader
	aBody
)

// Bodies are bounded twice: by the configured limit, and by this one, beyond
// which the connection is closed (RabbitMQ's MAX_MSG_SIZE).
const maxBodySize = 512 << 20

// reserve is how much of a big body is allocated before it has arrived.
const reserve = 1 << 20

// beginPublish carries out basic.publish.
func (ch *channel) beginPublish(payload []byte) error {
	var p amqp.BasicPublish
	if err := p.Parse(payload); err != nil {
		return hard(err)
	}
	if p.Immediate {
		return amqp.Immediate.New()
	}
	x := leases
	if string(p.Exchange) != leaseExchange {
		var err error
		if x, err = ch.session.Target(p.Exchange); err != nil {
			return err
		}
	}
	ch.publish.expects = aHeader
	ch.publish.x, ch.publish.key, ch.publish.mandatory = x, ch.c.keys.string(p.RoutingKey), p.Mandatory
	return nil
}

// content carries out a frame of the message being received.
func (ch *channel) content(f amqp.Frame) (err error) {
	if ch.publish.expects == aHeader {
		err = ch.contentHeader(f)
	} else {
		err = ch.contentBody(f)
	}
	if err != nil {
		ch.publish.expects, ch.publish.m = nothing, nil
	} else if ch.publish.expects == aBody && ch.publish.missing == 0 {
		err = ch.endPublish()
	}
	if e, ok := err.(*amqp.Error); ok && e.Method == 0 {
		e.Method = amqp.BasicPublishID
	}
	return err
}

func (ch *channel) contentHeader(f amqp.Frame) error {
	class := amqp.BasicPublishID.Class()
	if f.Type != amqp.FrameHeader {
		return amqp.ExpectedHeader.New(class)
	}
	var h amqp.ContentHeader
	if err := amqp.ParseContentHeader(f.Payload, &h); err != nil {
		return hard(err)
	}
	if err := ch.checkHeader(&h, class); err != nil {
		return err
	}
	header := f.Payload
	if h.HasReplyTo && broker.IsReplyQueue(string(h.ReplyTo)) {
		to, err := ch.session.ReplyTo()
		if err != nil {
			return err
		}
		header = message.WithReplyTo(header, to)
	}
	p := &ch.publish
	size, n := int(h.BodySize), len(header)
	memory := ch.c.slab.take(n + min(size, reserve))
	copy(memory, header)
	p.m = ch.c.slab.message()
	if ch.tracer != nil {
		p.began = time.Now()
	}
	p.expects, p.missing = aBody, size
	ch.c.published = ch.c.published || p.x != leases
	return message.Fill(p.m, p.x.Name, p.key, memory[:n:n], memory[n:n], &h)
}

func (ch *channel) checkHeader(h *amqp.ContentHeader, class uint16) error {
	limit := ch.c.server.options.Load().MaxMessageSize
	switch {
	case h.Class != class:
		return amqp.ExpectedHeaderClass.New(class, h.Class)
	case h.BodySize > maxBodySize:
		return amqp.BodyTooLarge.New(h.BodySize, maxBodySize)
	case h.BodySize > limit:
		return amqp.MessageTooLarge.New(h.BodySize, limit)
	case h.HasUserID:
		return ch.session.CheckUserID(h.UserID)
	}
	return nil
}

func (ch *channel) contentBody(f amqp.Frame) error {
	p := &ch.publish
	if f.Type != amqp.FrameBody {
		return amqp.ExpectedBody.New()
	}
	if len(f.Payload) > p.missing {
		return amqp.TooMuchBody.New()
	}
	p.m.Body = append(p.m.Body, f.Payload...)
	p.missing -= len(f.Payload)
	return nil
}

// endPublish has the whole message: it is routed, or kept for the commit.
func (ch *channel) endPublish() error {
	p := &ch.publish
	p.expects = nothing
	if p.x == leases {
		return ch.extendBy(p)
	}
	if ch.tx != nil {
		if err := ch.session.MayPublish(p.x, p.m); err != nil {
			return err // now, and not in the middle of the commit
		}
		return ch.tx.publish(p)
	}
	return ch.route(p.x, p.m, p.mandatory, ch.receipt())
}

// receipt is what the next publish is to be confirmed by.
func (ch *channel) receipt() queue.Receipt {
	if !ch.confirms.on {
		return queue.Receipt{}
	}
	return queue.Receipt{To: ch, Seq: ch.confirms.next()}
}

// route sends m on its way. It is in the queues after the next flush.
func (ch *channel) route(x *broker.Exchange, m *message.Message, mandatory bool, r queue.Receipt) error {
	n, err := ch.place(x, m, r)
	if err != nil {
		return err
	}
	if n == 0 {
		ch.session.CountUnrouted(x, mandatory)
		if mandatory {
			ch.giveBack(m)
		}
	}
	p := &ch.publish
	if ch.confirms.on {
		p.routed = append(p.routed, routed{int32(n), ch.numberOf(ch.session.To(x))})
	}
	if !p.pending {
		p.pending = true
		ch.dirty()
	}
	if ch.session.Spent() {
		ch.c.spent = true
	}
	return nil
}

// giveBack returns a mandatory message that no queue wanted. It is on its way
// before the message is confirmed.
func (ch *channel) giveBack(m *message.Message) {
	o := &ch.c.out
	o.waitRoom()
	o.mu.Lock()
	o.content(item{kind: returned, channel: ch.id, code: amqp.NoRoute, m: m})
	o.mu.Unlock()
	o.signal()
}

// publishNow hands what was published to the queues. It reports whether there
// was anything.
func (ch *channel) publishNow() bool {
	p := &ch.publish
	if !p.pending {
		return false
	}
	p.pending = false
	if len(p.routed) > 0 {
		ch.expect(p.routed)
		p.routed = p.routed[:0]
	}
	ch.session.Flush()
	return true
}
