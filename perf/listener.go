package perf

import (
	"errors"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/amqp/dial"
)

// listener hears what the broker tells a producer: confirms, returns, and the
// end.
type listener struct {
	*producer
	returns []content // by channel, from 1
	at      int64     // when what is in hand came
}

// listen returns when the connection ends, having set the reason: nil when it
// was closed in order.
func (p *producer) listen() {
	defer close(p.heard)
	l := &listener{producer: p, returns: make([]content, len(p.outlets))}
	for {
		switch closed, err := l.step(); {
		case err != nil:
			p.reason = dial.Broken(err)
			return
		case closed:
			return
		}
	}
}

// step takes what one read brought.
func (l *listener) step() (closed bool, err error) {
	f, err := l.In.Next()
	l.at = now()
	for {
		if err != nil {
			return false, err
		}
		if closed, err := l.take(f); closed || err != nil {
			return closed, err
		}
		if !l.In.Ready() {
			break
		}
		f, err = l.In.Next()
	}
	select {
	case l.wake <- struct{}{}:
	default:
	}
	return false, nil
}

var errNoChannel = errors.New("the broker used a channel that is not open")

func (l *listener) take(f amqp.Frame) (closed bool, err error) {
	n := int(f.Channel) - 1
	if n >= len(l.outlets) || n < 0 && (f.Type == amqp.FrameHeader || f.Type == amqp.FrameBody) {
		return false, errNoChannel
	}
	switch f.Type {
	case amqp.FrameMethod:
		return l.method(n, f.Payload)
	case amqp.FrameHeader:
		if l.returns[n].header(f.Payload) {
			l.gotReturn(n)
		}
	case amqp.FrameBody:
		if l.returns[n].body(f.Payload) {
			l.gotReturn(n)
		}
	}
	return false, nil
}

// method takes a method on the channel of outlet n, or on channel 0 if that is
// -1.
func (l *listener) method(n int, payload []byte) (closed bool, err error) {
	id, err := amqp.MethodIDOf(payload)
	switch {
	case err != nil:
		return false, err
	case n < 0 && id == amqp.ConnectionCloseOkID:
		return true, nil
	case n >= 0 && id == amqp.BasicAckID:
		var ack amqp.BasicAck
		if err = ack.Parse(payload); err == nil {
			err = l.confirm(n, ack.DeliveryTag, ack.Multiple, true)
		}
		return false, err
	case n >= 0 && id == amqp.BasicNackID:
		var nack amqp.BasicNack
		if err = nack.Parse(payload); err == nil {
			err = l.confirm(n, nack.DeliveryTag, nack.Multiple, false)
		}
		return false, err
	case n >= 0 && id == amqp.BasicReturnID:
		l.returns[n].begin()
		return false, nil
	}
	m, err := amqp.ParseMethod(payload)
	if err != nil {
		return false, err
	}
	return false, l.Notice(m)
}

// confirm takes an ack, or a nack if ok is false.
func (l *listener) confirm(n int, tag uint64, multiple, ok bool) error {
	o := l.outlets[n]
	if o.window == nil {
		return errConfirmUnknown
	}
	if ok {
		n, err := o.window.settle(tag, multiple, l.at, nil)
		l.confirmed.Add(n)
		return err
	}
	count, err := o.window.settle(tag, multiple, l.at, func(lane uint16) { o.lane(lane).nacked++ })
	l.nacked.Add(count)
	return err
}

// lane finds a lane by its id, which runs through those of an outlet.
func (o *outlet) lane(id uint16) *lane { return &o.lanes[id-o.lanes[0].id] }

// gotReturn counts a message that came back.
func (l *listener) gotReturn(n int) {
	l.returned.Add(1)
	o := l.outlets[n]
	c := &l.returns[n]
	s, ok := parseStamp(c.stamp[:c.got])
	if i := int(s.lane) - int(o.lanes[0].id); ok && i >= 0 && i < len(o.lanes) {
		o.lanes[i].returned++
	}
}

// unconfirmed is how many messages were published and not confirmed.
func (p *producer) unconfirmed() (n uint64) {
	for _, o := range p.outlets {
		if o.window != nil {
			n += o.window.open()
		}
	}
	return n
}

// collect waits for confirms, as long as some come.
func (p *producer) collect() error {
	for last := p.unconfirmed(); last > 0; {
		quiet := time.After(silence)
		for p.unconfirmed() == last {
			select {
			case <-p.wake:
			case <-p.heard:
				return p.reason
			case <-quiet:
				return nil
			}
		}
		last = p.unconfirmed()
	}
	return nil
}

// finish closes the connection: when the broker has agreed, it has dealt with
// all that was published. One that routes slower than it reads may take long.
func (p *producer) finish() error {
	p.SetDeadline(time.Now().Add(drainTime))
	err := p.Send(0, &amqp.ConnectionClose{ReplyCode: amqp.ReplySuccess, ReplyText: "done"})
	<-p.heard
	if err == nil {
		err = p.reason
	}
	return err
}
