package exchange

import (
	"encoding/binary"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
)

// subject is what of a message is hashed: a header, a property, or with
// neither the routing key.
type subject struct {
	header   string
	property amqp.PropertyFlags
}

const (
	hashHeader   = "hash-header"
	hashProperty = "hash-property"
)

// hashable are the properties that can be hashed.
var hashable = map[string]amqp.PropertyFlags{
	"message_id":     amqp.HasMessageID,
	"correlation_id": amqp.HasCorrelationID,
	"timestamp":      amqp.HasTimestamp,
}

// subjectOf reads the arguments of an exchange.
func subjectOf(args amqp.Table) (s subject, err error) {
	header, byHeader, err := textArgument(args, hashHeader)
	if err != nil {
		return s, err
	}
	property, byProperty, err := textArgument(args, hashProperty)
	switch {
	case err != nil:
		return s, err
	case byHeader && byProperty:
		return s, amqp.HashBoth.New()
	case byProperty && hashable[property] == 0:
		return s, amqp.HashProperty.New(property)
	}
	return subject{header, hashable[property]}, nil
}

// textArgument is an argument that has to be a string, if it is there.
func textArgument(args amqp.Table, key string) (s string, there bool, err error) {
	x, there := args[key]
	if !there {
		return "", false, nil
	}
	s, ok := x.(string)
	if !ok || s == "" {
		return "", true, amqp.InvalidExchangeArg.New(key, amqp.TypeName(x))
	}
	return s, true, nil
}

// byKey reports whether the routing key alone is hashed.
func (s *subject) byKey() bool { return s.header == "" && s.property == 0 }

// hash is that of the subject in m under key. Messages without it are alike.
func (s *subject) hash(m *message.Message, key string) uint64 {
	switch {
	case s.header != "":
		v, _ := amqp.Lookup(amqp.HeadersTable(m.Header), s.header)
		return digestValue(v)
	case s.property != 0:
		return digest(amqp.Property(m.Header, s.property))
	}
	return digest(key)
}

// digestValue gives integers of all widths the same.
func digestValue(v amqp.RawValue) uint64 {
	if n, ok := v.Int(); ok {
		var b [8]byte
		return digest(binary.BigEndian.AppendUint64(b[:0], uint64(n)))
	}
	return digest(v.Bytes)
}
