package amqp

import (
	"encoding/binary"
	"unicode/utf8"
)

// arguments reads the arguments of a method one after the other. The first
// failure is kept, and everything read after it is zero.
type arguments struct {
	rest []byte
	id   MethodID
	err  error
}

// argumentsOf starts reading payload, which must be that of method id.
func argumentsOf(payload []byte, id MethodID) arguments {
	if len(payload) < 4 || MethodID(binary.BigEndian.Uint32(payload)) != id {
		a := arguments{id: id}
		a.fail(Malformed.New(id))
		return a
	}
	return arguments{rest: payload[4:], id: id}
}

func (a *arguments) fail(e *Error) {
	if a.err == nil {
		e.Method = a.id
		a.err = e
	}
	a.rest = nil
}

// take gives the next n bytes, nil when there are fewer.
func (a *arguments) take(n int) []byte {
	if n > len(a.rest) {
		a.fail(Malformed.New(a.id))
		return nil
	}
	b := a.rest[:n:n]
	a.rest = a.rest[n:]
	return b
}

func (a *arguments) octet() uint8 {
	if b := a.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (a *arguments) short() uint16 {
	if b := a.take(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (a *arguments) long() uint32 {
	if b := a.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (a *arguments) longlong() uint64 {
	if b := a.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

func (a *arguments) replyCode() ReplyCode { return ReplyCode(a.short()) }

// shortBytes is a shortstr aliasing the payload. The names in methods have to
// be UTF-8, as RabbitMQ demands.
func (a *arguments) shortBytes() []byte {
	b := a.take(int(a.octet()))
	if !utf8.Valid(b) {
		a.fail(MalformedUTF8.New())
		return nil
	}
	return b
}

func (a *arguments) shortstr() string { return string(a.shortBytes()) }

// longBytes is a longstr or the content of a table, aliasing the payload.
func (a *arguments) longBytes() []byte {
	n := a.long()
	if uint64(n) > uint64(len(a.rest)) {
		a.fail(Malformed.New(a.id))
		return nil
	}
	return a.take(int(n))
}

func (a *arguments) longstr() string { return string(a.longBytes()) }

func (a *arguments) table() Table {
	t, err := ParseTable(a.longBytes())
	if err != nil {
		a.fail(Malformed.New(a.id.String() + ": table"))
	}
	return t
}

// maxShortstr is the longest shortstr, in bytes.
const maxShortstr = 255

// appendShortstr writes s behind its length. A longer s is cut, so that a name
// nobody checked cannot break the frame around it.
func appendShortstr[S string | []byte](dst []byte, s S) []byte {
	if len(s) > maxShortstr {
		s = s[:maxShortstr]
	}
	return append(append(dst, uint8(len(s))), s...)
}

func appendLongstr[S string | []byte](dst []byte, s S) []byte {
	return append(binary.BigEndian.AppendUint32(dst, uint32(len(s))), s...)
}

// bit is b as bit n of an octet.
func bit(b bool, n int) uint8 {
	if b {
		return 1 << n
	}
	return 0
}
