package drain

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

// take takes a frame of the source.
func (v *visit) take(f amqp.Frame) (done bool, err error) {
	switch f.Type {
	case amqp.FrameMethod:
		return v.method(f.Payload)
	case amqp.FrameHeader:
		return false, v.header(f.Payload)
	case amqp.FrameBody:
		return false, v.bodyFrame(f.Payload)
	}
	return false, nil
}

// method takes a method of the source.
func (v *visit) method(payload []byte) (done bool, err error) {
	if v.headers || v.body > 0 {
		return false, errors.New("source: the content of a message is not complete")
	}
	if id, err := amqp.MethodIDOf(payload); err != nil || id == amqp.BasicDeliverID {
		return false, errors.Join(err, v.deliver(payload))
	}
	m, err := amqp.ParseMethod(payload)
	if err != nil {
		return false, err
	}
	switch m := m.(type) {
	case *amqp.QueueDeclareOk:
		if m.MessageCount == 0 {
			v.quota = 0
		}
	case *amqp.BasicCancelOk:
		return true, nil
	case *amqp.BasicCancel:
		v.left("source: the queue is gone")
		return true, nil
	case *amqp.ChannelClose:
		v.left("source: %s", m.ReplyText)
		return true, nil
	default:
		if err := v.source.Notice(m); err != nil {
			return false, fmt.Errorf("source: %w", err)
		}
	}
	return false, nil
}

// deliver begins a message, with the payload of a basic.deliver, of which only
// the delivery tag is read. One that comes after the target refused another is
// not published.
func (v *visit) deliver(payload []byte) error {
	if len(payload) < 5 || len(payload) < 5+int(payload[4])+8 {
		return errors.New("source: a malformed basic.deliver")
	}
	tag := binary.BigEndian.Uint64(payload[5+int(payload[4]):]) // behind the consumer tag
	v.headers, v.heard = true, time.Now()
	if v.stopping = v.stopping || v.bad.Load(); v.stopping {
		return nil
	}
	if tag != v.sent.Load()+1 {
		return fmt.Errorf("source: delivery %d comes after %d", tag, v.sent.Load())
	}
	v.open.Add(1)
	v.out = append(v.out, v.publish...)
	return nil
}

// header takes a content header.
func (v *visit) header(payload []byte) error {
	var h amqp.ContentHeader
	if err := amqp.ParseContentHeader(payload, &h); err != nil || !v.headers {
		return errors.Join(errors.New("source: a content header that is not one"), err)
	}
	v.headers, v.body = false, h.BodySize
	if !v.stopping {
		v.out = amqp.AppendHeaderFrame(v.out, channel, withoutCopies(payload, h.Headers))
	}
	v.whole()
	return nil
}

// bodyFrame takes a piece of a body, which goes on as it is.
func (v *visit) bodyFrame(payload []byte) error {
	if uint64(len(payload)) > v.body || v.headers {
		return errors.New("source: a body is longer than its header says")
	}
	v.body -= uint64(len(payload))
	if !v.stopping {
		v.out = amqp.AppendFrameHeader(v.out, amqp.FrameBody, channel, uint32(len(payload)))
		v.out = append(append(v.out, payload...), amqp.FrameEnd)
	}
	if len(payload) > 0 {
		v.whole()
	}
	return nil
}

// whole counts a message whose last byte came.
func (v *visit) whole() {
	if v.body == 0 && !v.stopping {
		v.sent.Add(1)
	}
}

// withoutCopies is a content header without the headers CC and BCC, whose keys
// were routed when the message was published first: at the target they would be
// again, and the queues they name would have the message twice.
func withoutCopies(header, table []byte) []byte {
	_, cc := amqp.Lookup(table, "CC")
	_, bcc := amqp.Lookup(table, "BCC")
	if !cc && !bcc {
		return header
	}
	headers, err := amqp.ParseTable(table)
	if err != nil { // not of a header that was checked
		return header
	}
	delete(headers, "CC")
	delete(headers, "BCC")
	return amqp.ReplaceHeaders(nil, header, headers)
}
