package exchange

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

// canonical encodes arguments so that equivalent ones give equal strings:
// keys in order, integers and floats of all widths alike. It is empty when
// there are none.
func canonical(t amqp.Table) string {
	if len(t) == 0 {
		return ""
	}
	return string(appendTable(nil, t))
}

func appendTable(b []byte, t amqp.Table) []byte {
	b = binary.AppendUvarint(b, uint64(len(t)))
	for _, k := range slices.Sorted(maps.Keys(t)) {
		b = appendText(b, k)
		b = appendValue(b, t[k])
	}
	return b
}

// appendValue appends a class of types and the value.
func appendValue(b []byte, x any) []byte {
	v := valueOf(x)
	b = append(b, v.class)
	b = binary.BigEndian.AppendUint64(b, v.bits)
	return appendText(b, v.text)
}

func appendText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// value is a field value in a form in which equal means equivalent.
type value struct {
	class byte // the field type, or that of the widest of its kind
	bits  uint64
	text  string
}

func valueOf(x any) value {
	switch x := x.(type) {
	case nil:
		return value{class: 'V'}
	case bool:
		if x {
			return value{class: 't', bits: 1}
		}
		return value{class: 't'}
	case float32:
		return float(float64(x))
	case float64:
		return float(x)
	case string:
		return value{class: 'S', text: x}
	case []byte:
		return value{class: 'x', text: string(x)}
	case time.Time:
		return value{class: 'T', bits: uint64(x.Unix())}
	case amqp.Decimal:
		return value{'D', uint64(x.Scale)<<32 | uint64(x.Value), ""}
	case amqp.Table:
		return value{class: 'F', text: string(appendTable(nil, x))}
	case []any:
		return value{class: 'A', text: array(x)}
	}
	return integer(x)
}

func integer(x any) value {
	var n int64
	switch x := x.(type) {
	case int8:
		n = int64(x)
	case uint8:
		n = int64(x)
	case int16:
		n = int64(x)
	case uint16:
		n = int64(x)
	case int32:
		n = int64(x)
	case uint32:
		n = int64(x)
	case int64:
		n = x
	case int:
		n = int64(x)
	default: // no field type; told apart from all that are
		return value{class: '?', text: fmt.Sprintf("%T %v", x, x)}
	}
	return value{class: 'l', bits: uint64(n)}
}

func float(f float64) value {
	if f == 0 {
		f = 0 // minus zero is equal to zero
	}
	return value{class: 'd', bits: math.Float64bits(f)}
}

func array(a []any) string {
	b := binary.AppendUvarint(nil, uint64(len(a)))
	for _, x := range a {
		b = appendValue(b, x)
	}
	return string(b)
}
