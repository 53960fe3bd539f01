package message

import (
	"encoding/binary"
	"errors"
	"strconv"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

type Copies struct {
	keys []string
	bcc  bool
}

func (c *Copies) Keys() []string {
	if c == nil {
		return nil
	}
	return c.keys
}
func (c *Copies) HasBCC() bool { return c != nil && c.bcc }

func CopyKeys(header []byte) (*Copies, error) { return nil, nil }
func WithoutBCC(h []byte) []byte              { return h }

type Death struct {
	Queue, Reason, Exchange string
	Time                    time.Time
	RoutingKey              *string
}

func Bury(m *Message, d Death) (*Message, error) { c := *m; return &c, nil }
func Cycles(m *Message, q string) bool           { return false }

func Fill(m *Message, h *amqp.ContentHeader) error {
	m.Persistent = h.DeliveryMode == 2
	m.Priority = h.Priority
	m.Expiration = -1
	if h.HasExpiration {
		n, err := strconv.ParseInt(string(h.Expiration), 10, 64)
		if err != nil {
			return amqp.InvalidExpiration.New(h.Expiration, "no_integer")
		}
		m.Expiration = n
	}
	return nil
}

func (m *Message) Payload() []byte { return m.Body }
func (m *Message) AppendMeta(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(m.Exchange)))
	dst = append(dst, m.Exchange...)
	dst = binary.AppendUvarint(dst, uint64(len(m.RoutingKey)))
	dst = append(dst, m.RoutingKey...)
	return append(dst, m.Header...)
}
func Decode(m *Message, meta, payload []byte) error {
	s := func() string {
		n, k := binary.Uvarint(meta)
		x := string(meta[k : k+int(n)])
		meta = meta[k+int(n):]
		return x
	}
	m.Exchange, m.RoutingKey = s(), s()
	m.Header, m.Body = meta, payload
	var h amqp.ContentHeader
	if amqp.ParseContentHeader(meta, &h) != nil {
		return errors.New("bad")
	}
	return Fill(m, &h)
}
