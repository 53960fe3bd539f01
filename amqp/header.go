package amqp

import (
	"encoding/binary"
	"math/bits"
)

// A content header (spec 4.2.6.1):
//
//	0        2        4            12       14
//	+--------+--------+------------+--------+--------------+
//	| class  | weight | body size  | flags  | properties … |
//	| u16    | u16, 0 | u64        | u16    |              |
//	+--------+--------+------------+--------+--------------+
//
// The flags say, from the highest bit down, which of the properties are there.
// The lowest would announce more flags; basic has no use for them.
const (
	atFlags      = 12
	atProperties = 14
)

// BasicClass is the class id of messages, the only content there is.
const BasicClass = 60

// PropertyFlags says which properties of a message are present.
type PropertyFlags uint16

// The properties of the class basic, in the order they are written.
const (
	HasContentType PropertyFlags = 1 << (15 - iota)
	HasContentEncoding
	HasHeaders
	HasDeliveryMode
	HasPriority
	HasCorrelationID
	HasReplyTo
	HasExpiration
	HasMessageID
	HasTimestamp
	HasType
	HasUserID
	HasAppID
	HasClusterID

	noProperty PropertyFlags = 1<<2 - 1
)

// propertyList is the rest of an encoded property list.
type propertyList struct {
	flags PropertyFlags // of the properties still to come
	rest  []byte
}

// propertiesOf starts reading the properties of a content header's payload.
func propertiesOf(header []byte) (l propertyList, ok bool) {
	if len(header) < atProperties {
		return l, false
	}
	l = propertyList{PropertyFlags(binary.BigEndian.Uint16(header[atFlags:])), header[atProperties:]}
	return l, l.flags&noProperty == 0
}

// next takes the next property off the list: its encoding, the length in front
// included. There must be one: l.flags is not 0.
func (l *propertyList) next() (flag PropertyFlags, raw []byte, ok bool) {
	flag = 1 << (15 - bits.LeadingZeros16(uint16(l.flags)))
	n := l.size(flag)
	if n > uint64(len(l.rest)) {
		return flag, nil, false
	}
	raw = l.rest[:n:n]
	l.flags &^= flag
	l.rest = l.rest[n:]
	return flag, raw, true
}

// size is the size in bytes of the property at hand; one that cannot be known
// is larger than what is left.
func (l *propertyList) size(flag PropertyFlags) uint64 {
	switch {
	case flag == HasDeliveryMode || flag == HasPriority:
		return 1
	case flag == HasTimestamp:
		return 8
	case flag == HasHeaders && len(l.rest) >= 4:
		return 4 + uint64(binary.BigEndian.Uint32(l.rest))
	case flag != HasHeaders && len(l.rest) >= 1:
		return 1 + uint64(l.rest[0])
	}
	return uint64(len(l.rest)) + 1
}

// ContentHeader is what a broker looks at in a content header. The slices alias
// the payload it was read from.
type ContentHeader struct {
	Class                  uint16
	BodySize               uint64
	DeliveryMode, Priority uint8 // 0 when absent

	HasPriority, HasExpiration, HasUserID, HasReplyTo bool

	Expiration, UserID, ReplyTo []byte

	Headers []byte // the content of the headers table, without its length
}

// ParseContentHeader reads the payload of a content header frame into h and
// checks all of it, the headers table included. Strings may hold any bytes: they
// pass through as they came. It allocates nothing but its error, an *Error.
func ParseContentHeader(payload []byte, h *ContentHeader) error {
	l, err := readHeader(payload, h)
	for err == nil && l.flags != 0 {
		err = h.property(&l)
	}
	if err == nil && len(l.rest) > 0 {
		err = malformedHeader()
	}
	return err
}

func malformedHeader() error { return Malformed.New("content header") }

// readHeader reads what stands before the properties.
func readHeader(payload []byte, h *ContentHeader) (propertyList, error) {
	l, ok := propertiesOf(payload)
	if len(payload) < atProperties {
		return l, malformedHeader()
	}
	*h = ContentHeader{
		Class:    binary.BigEndian.Uint16(payload),
		BodySize: binary.BigEndian.Uint64(payload[4:]),
	}
	switch {
	case h.Class != BasicClass:
		return l, ExpectedHeaderClass.New(BasicClass, h.Class)
	case !ok:
		return l, malformedHeader()
	}
	return l, nil
}

// property reads the next property.
func (h *ContentHeader) property(l *propertyList) error {
	flag, raw, ok := l.next()
	if !ok {
		return malformedHeader()
	}
	switch flag {
	case HasHeaders:
		h.Headers = raw[4:]
		return CheckTable(h.Headers)
	case HasDeliveryMode:
		h.DeliveryMode = raw[0]
	case HasPriority:
		h.HasPriority, h.Priority = true, raw[0]
	case HasExpiration:
		h.HasExpiration, h.Expiration = true, raw[1:]
	case HasUserID:
		h.HasUserID, h.UserID = true, raw[1:]
	case HasReplyTo:
		h.HasReplyTo, h.ReplyTo = true, raw[1:]
	}
	return nil
}
