// Package message holds the one value everybody shares: a message as it was
// published. It knows the shape of its header, and nothing of exchanges,
// queues or sockets.
package message

import (
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

// Message is immutable once routed; every queue that holds it holds the same
// pointer. What a queue adds (redelivered, delivery count) lives with the
// queue.
type Message struct {
	Exchange   string
	RoutingKey string
	Header     []byte // content header payload as it arrived (class, weight, size, properties)
	Body       []byte
	Persistent bool  // delivery-mode 2
	Priority   uint8 // 0 when absent
	Expiration int64 // per-message TTL in milliseconds, -1 when absent
}

const persistent = 2 // the delivery-mode

// New makes the message of what was published. It keeps header and body, which
// must not change any more; h is what amqp.ParseContentHeader read from
// header. The error is an *amqp.Error about the expiration.
func New(exchange, routingKey string, header, body []byte, h *amqp.ContentHeader) (*Message, error) {
	m := &Message{}
	if err := Fill(m, exchange, routingKey, header, body, h); err != nil {
		return nil, err
	}
	return m, nil
}

// Fill is New for a message that the caller allocated. After an error m is as
// it was. It allocates nothing but the error.
func Fill(m *Message, exchange, routingKey string, header, body []byte, h *amqp.ContentHeader) error {
	expiration := int64(-1)
	if h.HasExpiration {
		ms, err := parseExpiration(h.Expiration)
		if err != nil {
			return err
		}
		expiration = ms
	}
	*m = Message{exchange, routingKey, header, body, h.DeliveryMode == persistent, h.Priority, expiration}
	return nil
}

// Size is what the message counts for in queue lengths: the bytes of its body.
func (m *Message) Size() int { return len(m.Body) }

// Footprint is about how much memory the message holds, in bytes.
func (m *Message) Footprint() int { return 128 + len(m.Header) + len(m.Body) }

// Expiry is the moment a message published at now with this expiration
// expires, in Unix milliseconds; 0 means never.
func (m *Message) Expiry(now time.Time) int64 {
	if m.Expiration < 0 {
		return 0
	}
	return now.UnixMilli() + m.Expiration
}
