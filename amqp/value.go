package amqp

import (
	"bytes"
	"encoding/binary"
	"math"
	"time"
)

// RawValue is a field's value still encoded. Bytes alias the table it was read
// from, and are without the length that precedes a string, table or array.
type RawValue struct {
	Type  byte // the tag on the wire: 'S', 'I' …
	Bytes []byte
}

// fixedSize is the size in bytes of a value of type t; ok is false when a
// length precedes the value, or when the type is not known.
func fixedSize(t byte) (n int, ok bool) {
	switch t {
	case 'V':
		return 0, true
	case 't', 'b', 'B':
		return 1, true
	case 's', 'u':
		return 2, true
	case 'I', 'i', 'f':
		return 4, true
	case 'D':
		return 5, true
	case 'l', 'L', 'd', 'T':
		return 8, true
	}
	return 0, false
}

// IsVoid reports whether the value is void.
func (v RawValue) IsVoid() bool { return v.Type == 'V' }

// Value decodes the value to the Go type listed with Table.
func (v RawValue) Value() (any, error) { return v.value(1) }

// value decodes v, found at the given depth. A Bytes too short for the type, as
// only a RawValue made by hand can have, is malformed.
func (v RawValue) value(depth int) (any, error) {
	if n, fixed := fixedSize(v.Type); fixed && len(v.Bytes) != n {
		return nil, malformedTable()
	}
	if i, ok := v.Int(); ok {
		return v.integer(i), nil
	}
	switch v.Type {
	case 'V':
		return nil, nil
	case 't':
		return v.Bytes[0] != 0, nil
	case 'f':
		return math.Float32frombits(binary.BigEndian.Uint32(v.Bytes)), nil
	case 'd':
		return math.Float64frombits(binary.BigEndian.Uint64(v.Bytes)), nil
	case 'D':
		return Decimal{v.Bytes[0], binary.BigEndian.Uint32(v.Bytes[1:])}, nil
	case 'T':
		return time.Unix(int64(binary.BigEndian.Uint64(v.Bytes)), 0).UTC(), nil
	case 'S':
		return string(v.Bytes), nil
	case 'x':
		return bytes.Clone(v.Bytes), nil
	case 'F':
		return parseTable(v.Bytes, depth+1)
	case 'A':
		return parseArray(v.Bytes, depth+1)
	}
	return nil, malformedTable()
}

// Int is the value of an integer of any width; ok is false for other types.
func (v RawValue) Int() (i int64, ok bool) {
	if n, fixed := fixedSize(v.Type); !fixed || len(v.Bytes) != n {
		return 0, false
	}
	switch be := binary.BigEndian; v.Type {
	case 'b':
		return int64(int8(v.Bytes[0])), true
	case 'B':
		return int64(v.Bytes[0]), true
	case 's':
		return int64(int16(be.Uint16(v.Bytes))), true
	case 'u':
		return int64(be.Uint16(v.Bytes)), true
	case 'I':
		return int64(int32(be.Uint32(v.Bytes))), true
	case 'i':
		return int64(be.Uint32(v.Bytes)), true
	case 'l', 'L':
		return int64(be.Uint64(v.Bytes)), true
	}
	return 0, false
}

// integer is i in the Go type of v, which is an integer.
func (v RawValue) integer(i int64) any {
	switch v.Type {
	case 'b':
		return int8(i)
	case 'B':
		return uint8(i)
	case 's':
		return int16(i)
	case 'u':
		return uint16(i)
	case 'I':
		return int32(i)
	case 'i':
		return uint32(i)
	}
	return i
}
