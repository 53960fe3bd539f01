package exchange

import (
	"encoding/binary"
	"math"
	"unsafe"

	"github.com/hutchmq/hutchmq/amqp"
)

// rawValue is the value of a field as it stands in a table, which it may
// alias. Only nested tables and arrays are decoded.
func rawValue(v amqp.RawValue) value {
	b := v.Bytes
	switch v.Type {
	case 'S', 'x':
		return value{class: v.Type, text: borrow(b)}
	case 't':
		return boolean(b[0] != 0)
	case 'b':
		return integer(int64(int8(b[0])))
	case 'B':
		return integer(int64(b[0]))
	case 's':
		return integer(int64(int16(binary.BigEndian.Uint16(b))))
	case 'u':
		return integer(int64(binary.BigEndian.Uint16(b)))
	case 'I':
		return integer(int64(int32(binary.BigEndian.Uint32(b))))
	case 'i':
		return integer(int64(binary.BigEndian.Uint32(b)))
	case 'l', 'L':
		return integer(int64(binary.BigEndian.Uint64(b)))
	case 'T':
		return timestamp(int64(binary.BigEndian.Uint64(b)))
	case 'f':
		return float(float64(math.Float32frombits(binary.BigEndian.Uint32(b))))
	case 'd':
		return float(math.Float64frombits(binary.BigEndian.Uint64(b)))
	case 'D':
		return value{class: 'D', bits: uint64(b[0])<<32 | uint64(binary.BigEndian.Uint32(b[1:]))}
	}
	x, err := v.Value()
	if err != nil { // nothing that could have been asked for
		return value{class: '?'}
	}
	return valueOf(x)
}

// borrow is b as a string for a lookup that does not keep it.
func borrow(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
