package message

import (
	"encoding/binary"

	"github.com/hutchmq/hutchmq/amqp"
)

// The headers of messages that are to be told from others.
const (
	dedupHeader    = "x-deduplication-header"
	cacheTTLHeader = "x-cache-ttl"
)

// DedupKey is the value of x-deduplication-header. A text and a number are never
// the same, and integers are whatever their width.
type DedupKey struct {
	Class byte   // 0: there is none
	Text  []byte // aliases the header, or number
}

// The classes of keys.
const (
	textKey  = 's'
	intKey   = 'i'
	floatKey = 'd'
	boolKey  = 't'
)

// ReadDedupKey reads the key of a message with this content header. A list, a
// table or an empty text is refused with an *amqp.Error; void is no key. A
// number is written into room.
func ReadDedupKey(header []byte, room *[8]byte) (k DedupKey, err error) {
	v, ok := amqp.Lookup(amqp.HeadersTable(header), dedupHeader)
	switch {
	case !ok || v.IsVoid():
		return k, nil
	case v.Type == 'S' && len(v.Bytes) > 0:
		return DedupKey{textKey, v.Bytes}, nil
	case v.Type == 'f' || v.Type == 'd':
		return DedupKey{floatKey, v.Bytes}, nil
	case v.Type == 't':
		return DedupKey{boolKey, v.Bytes}, nil
	case v.Type == 'S':
		return k, badHeader(dedupHeader, v)
	}
	n, err := number(dedupHeader, v)
	if err != nil {
		return k, err
	}
	binary.BigEndian.PutUint64(room[:], uint64(n))
	return DedupKey{intKey, room[:]}, nil
}

// CacheTTLMs is for how long an exchange is to remember the key of a message, as
// its header x-cache-ttl says, -1 when it says nothing.
func CacheTTLMs(header []byte) (int64, error) {
	v, ok := amqp.Lookup(amqp.HeadersTable(header), cacheTTLHeader)
	if !ok {
		return -1, nil
	}
	n, err := count(cacheTTLHeader, v)
	if err == nil && n > maxExpirationMs {
		err = tooLarge(cacheTTLHeader, n)
	}
	return n, err
}

// TextKey is the key that text is.
func TextKey(text string) DedupKey { return DedupKey{textKey, []byte(text)} }

// NumberKey is the key that n is.
func NumberKey(n int64) DedupKey {
	return DedupKey{intKey, binary.BigEndian.AppendUint64(nil, uint64(n))}
}
