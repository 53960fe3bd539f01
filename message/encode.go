package message

import (
	"encoding/binary"
	"errors"
	"math"
	"unsafe"
)

// The stored form of a message without its body:
//
//	+---------+-------+----------+------------+----------+-------------+--------+
//	| version | flags | priority | expiration | exchange | routing key | header |
//	| 1       | octet | octet    | uvarint ms | string   | string      | …      |
//	+---------+-------+----------+------------+----------+-------------+--------+
//
// A string is a uvarint length and its bytes; expiration is there when its flag
// is; the header goes to the end.
const (
	metaVersion = 1

	metaPersistent = 1 << 0
	metaExpiration = 1 << 1
	metaUnknown    = ^uint8(metaPersistent | metaExpiration)
)

var errMeta = errors.New("malformed message meta data")

// AppendMeta appends all but the body to dst, as Decode reads it.
func (m *Message) AppendMeta(dst []byte) []byte {
	flags := uint8(0)
	if m.Persistent {
		flags |= metaPersistent
	}
	if m.Expiration >= 0 {
		flags |= metaExpiration
	}
	dst = append(dst, metaVersion, flags, m.Priority)
	if m.Expiration >= 0 {
		dst = binary.AppendUvarint(dst, uint64(m.Expiration))
	}
	dst = appendString(dst, m.Exchange)
	dst = appendString(dst, m.RoutingKey)
	return append(dst, m.Header...)
}

func appendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// Payload is the body: the part that is stored as it is.
func (m *Message) Payload() []byte { return m.Body }

// Decode fills m from what AppendMeta and Payload gave. m aliases both slices,
// its strings included, so they must be memory that nobody changes any more;
// m keeps it alive. After an error m is as it was.
func Decode(m *Message, meta, payload []byte) error {
	if len(meta) < 3 || meta[0] != metaVersion || meta[1]&metaUnknown != 0 {
		return errMeta
	}
	flags, priority, rest := meta[1], meta[2], meta[3:]
	expiration, rest, ok := cutExpiration(flags, rest)
	if !ok {
		return errMeta
	}
	exchange, rest, ok := cutString(rest)
	if !ok {
		return errMeta
	}
	key, rest, ok := cutString(rest)
	if !ok {
		return errMeta
	}
	*m = Message{exchange, key, rest, payload, flags&metaPersistent != 0, priority, expiration}
	return nil
}

func cutExpiration(flags uint8, b []byte) (ms int64, rest []byte, ok bool) {
	if flags&metaExpiration == 0 {
		return -1, b, true
	}
	v, n := binary.Uvarint(b)
	if n <= 0 || v > math.MaxInt64 {
		return 0, nil, false
	}
	return int64(v), b[n:], true
}

func cutString(b []byte) (s string, rest []byte, ok bool) {
	v, n := binary.Uvarint(b)
	if n <= 0 || v > uint64(len(b)-n) {
		return "", nil, false
	}
	b = b[n:]
	return unsafe.String(unsafe.SliceData(b), int(v)), b[v:], true
}
