package amqp

import (
	"bytes"
	"encoding/binary"
	"math"
	"time"
)

func malformedTable() error { return Malformed.New("table") }

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

// nextValue takes one value, type first, off b.
func nextValue(b []byte) (v RawValue, rest []byte, ok bool) {
	if len(b) == 0 {
		return v, nil, false
	}
	v.Type, b = b[0], b[1:]
	n, fixed := fixedSize(v.Type)
	switch {
	case fixed:
	case len(b) >= 4 && (v.Type == 'S' || v.Type == 'x' || v.Type == 'F' || v.Type == 'A'):
		size := binary.BigEndian.Uint32(b)
		if b = b[4:]; uint64(size) > uint64(len(b)) {
			return v, nil, false
		}
		n = int(size)
	default:
		return v, nil, false
	}
	if n > len(b) {
		return v, nil, false
	}
	v.Bytes = b[:n:n]
	return v, b[n:], true
}

// nextField takes one field, key and value, off the content of a table.
func nextField(b []byte) (key []byte, v RawValue, rest []byte, ok bool) {
	if len(b) == 0 || len(b) <= int(b[0]) {
		return nil, v, nil, false
	}
	n := 1 + int(b[0])
	v, rest, ok = nextValue(b[n:])
	return b[1:n:n], v, rest, ok
}

// EachField walks the content of a table in its order until yield returns
// false, or until the table turns out malformed. Key and value alias table.
func EachField(table []byte, yield func(key []byte, v RawValue) bool) {
	for len(table) > 0 {
		key, v, rest, ok := nextField(table)
		if !ok || !yield(key, v) {
			return
		}
		table = rest
	}
}

// EachItem walks the content of an array as EachField does that of a table.
func EachItem(array []byte, yield func(v RawValue) bool) {
	for len(array) > 0 {
		v, rest, ok := nextValue(array)
		if !ok || !yield(v) {
			return
		}
		array = rest
	}
}

// Lookup finds the first field called key in the content of a table.
func Lookup(table []byte, key string) (RawValue, bool) {
	for len(table) > 0 {
		k, v, rest, ok := nextField(table)
		if !ok {
			break
		}
		if string(k) == key {
			return v, true
		}
		table = rest
	}
	return RawValue{}, false
}

// CheckTable reports whether ParseTable would read b, without reading it into
// Go values.
func CheckTable(b []byte) error {
	if !checkTable(b, 1) {
		return malformedTable()
	}
	return nil
}

func checkTable(b []byte, depth int) bool {
	for len(b) > 0 {
		_, v, rest, ok := nextField(b)
		if !ok || !v.check(depth) {
			return false
		}
		b = rest
	}
	return depth <= MaxTableDepth
}

func checkArray(b []byte, depth int) bool {
	for len(b) > 0 {
		v, rest, ok := nextValue(b)
		if !ok || !v.check(depth) {
			return false
		}
		b = rest
	}
	return depth <= MaxTableDepth
}

// check looks into a value found at the given depth.
func (v RawValue) check(depth int) bool {
	switch {
	case depth > MaxTableDepth:
		return false
	case v.Type == 'F':
		return checkTable(v.Bytes, depth+1)
	case v.Type == 'A':
		return checkArray(v.Bytes, depth+1)
	}
	return true
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
