package amqp

import "encoding/binary"

// Properties are the properties of a message, decoded.
type Properties struct {
	// Present has the flags of the properties that are there. It only matters
	// for those that are zero: any other value is there anyway.
	Present PropertyFlags

	ContentType     string
	ContentEncoding string
	Headers         Table
	DeliveryMode    uint8 // 2 is persistent
	Priority        uint8
	CorrelationID   string
	ReplyTo         string
	Expiration      string // milliseconds, in decimal
	MessageID       string
	Timestamp       uint64 // seconds since 1970
	Type            string
	UserID          string
	AppID           string
	ClusterID       string
}

// ParseProperties reads the payload of a content header frame; it copies what it
// keeps. It takes and refuses what ParseContentHeader does.
func ParseProperties(payload []byte) (Properties, error) {
	var h ContentHeader
	l, err := readHeader(payload, &h)
	p := Properties{Present: l.flags}
	for err == nil && l.flags != 0 {
		err = p.property(&l)
	}
	if err == nil && len(l.rest) > 0 {
		err = malformedHeader()
	}
	if err != nil {
		return Properties{}, err
	}
	return p, nil
}

// property reads the next property.
func (p *Properties) property(l *propertyList) (err error) {
	flag, raw, ok := l.next()
	if !ok {
		return malformedHeader()
	}
	switch flag {
	case HasHeaders:
		p.Headers, err = ParseTable(raw[4:])
	case HasDeliveryMode:
		p.DeliveryMode = raw[0]
	case HasPriority:
		p.Priority = raw[0]
	case HasTimestamp:
		p.Timestamp = binary.BigEndian.Uint64(raw)
	default:
		*p.text(flag) = string(raw[1:])
	}
	return err
}

// text is the field of a property that is a shortstr.
func (p *Properties) text(flag PropertyFlags) *string {
	switch flag {
	case HasContentType:
		return &p.ContentType
	case HasContentEncoding:
		return &p.ContentEncoding
	case HasCorrelationID:
		return &p.CorrelationID
	case HasReplyTo:
		return &p.ReplyTo
	case HasExpiration:
		return &p.Expiration
	case HasMessageID:
		return &p.MessageID
	case HasType:
		return &p.Type
	case HasUserID:
		return &p.UserID
	case HasAppID:
		return &p.AppID
	}
	return &p.ClusterID
}

// AppendContentHeader appends the payload of a content header frame for a body
// of bodySize bytes. Of a p from ParseProperties it makes the bytes that were
// read, but for the order of headers.
func AppendContentHeader(dst []byte, class uint16, bodySize uint64, p *Properties) []byte {
	be := binary.BigEndian
	dst = be.AppendUint16(dst, class)
	dst = be.AppendUint16(dst, 0) // weight
	dst = be.AppendUint64(dst, bodySize)
	at := len(dst)
	dst = be.AppendUint16(dst, 0)
	var flags PropertyFlags
	for flag := HasContentType; flag >= HasClusterID; flag >>= 1 {
		if p.has(flag) {
			flags |= flag
			dst = p.append(dst, flag)
		}
	}
	be.PutUint16(dst[at:], uint16(flags))
	return dst
}

// has reports whether a property is to be written.
func (p *Properties) has(flag PropertyFlags) bool {
	if p.Present&flag != 0 {
		return true
	}
	switch flag {
	case HasHeaders:
		return p.Headers != nil
	case HasDeliveryMode:
		return p.DeliveryMode != 0
	case HasPriority:
		return p.Priority != 0
	case HasTimestamp:
		return p.Timestamp != 0
	}
	return *p.text(flag) != ""
}

func (p *Properties) append(dst []byte, flag PropertyFlags) []byte {
	switch flag {
	case HasHeaders:
		return AppendTable(dst, p.Headers)
	case HasDeliveryMode:
		return append(dst, p.DeliveryMode)
	case HasPriority:
		return append(dst, p.Priority)
	case HasTimestamp:
		return binary.BigEndian.AppendUint64(dst, p.Timestamp)
	}
	return appendShortstr(dst, *p.text(flag))
}
