package amqp

import (
	"encoding/binary"
	"unicode/utf8"
)

// arguments reads the arguments of a method one after the other. A failure is
// only noted, and told by failure at the end: so the readers of numbers are small
// enough to be inlined.
type arguments struct {
	rest      []byte
	id        MethodID
	malformed bool // something is missing
	notUTF8   bool
}

// argumentsOf starts reading payload, which must be that of method id.
func argumentsOf(payload []byte, id MethodID) arguments {
	a := arguments{rest: payload, id: id}
	if MethodID(a.long()) != id {
		a.malformed = true
	}
	return a
}

// failure is the error of what was read, nil when all went well.
func (a *arguments) failure() error {
	if !a.malformed && !a.notUTF8 {
		return nil
	}
	e := MalformedUTF8.New()
	if a.malformed {
		e = Malformed.New(a.id)
	}
	e.Method = a.id
	return e
}

// take gives the next n bytes, nil when there are fewer.
func (a *arguments) take(n uint32) []byte {
	if uint64(n) > uint64(len(a.rest)) {
		a.malformed = true
		return nil
	}
	b := a.rest[:n:n]
	a.rest = a.rest[n:]
	return b
}

func (a *arguments) octet() uint8 {
	if len(a.rest) < 1 {
		a.malformed = true
		return 0
	}
	n := a.rest[0]
	a.rest = a.rest[1:]
	return n
}

func (a *arguments) short() uint16 {
	if len(a.rest) < 2 {
		a.malformed = true
		return 0
	}
	n := binary.BigEndian.Uint16(a.rest)
	a.rest = a.rest[2:]
	return n
}

func (a *arguments) long() uint32 {
	if len(a.rest) < 4 {
		a.malformed = true
		return 0
	}
	n := binary.BigEndian.Uint32(a.rest)
	a.rest = a.rest[4:]
	return n
}

func (a *arguments) longlong() uint64 {
	if len(a.rest) < 8 {
		a.malformed = true
		return 0
	}
	n := binary.BigEndian.Uint64(a.rest)
	a.rest = a.rest[8:]
	return n
}

func (a *arguments) replyCode() ReplyCode { return ReplyCode(a.short()) }

// shortBytes is a shortstr aliasing the payload. The names in methods have to
// be UTF-8, as RabbitMQ demands.
func (a *arguments) shortBytes() []byte {
	b := a.take(uint32(a.octet()))
	if !utf8.Valid(b) {
		a.notUTF8 = true
	}
	return b
}

func (a *arguments) shortstr() string { return string(a.shortBytes()) }

func (a *arguments) longstr() string { return string(a.take(a.long())) }

func (a *arguments) table() Table {
	t, err := ParseTable(a.take(a.long()))
	if err != nil {
		a.malformed = true
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
