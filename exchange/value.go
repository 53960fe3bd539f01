package exchange

import (
	"fmt"
	"math"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

// value is a field value in a form in which equal means equivalent: integers
// of all widths are alike, and so are floats.
type value struct {
	class byte // the field type, or that of the widest of its kind
	bits  uint64
	text  string
}

var void = value{class: 'V'}

func integer(n int64) value     { return value{class: 'l', bits: uint64(n)} }
func longstr(s string) value    { return value{class: 'S', text: s} }
func timestamp(sec int64) value { return value{class: 'T', bits: uint64(sec)} }

func float(f float64) value {
	if f == 0 {
		f = 0 // minus zero is equal to zero
	}
	return value{class: 'd', bits: math.Float64bits(f)}
}

func boolean(b bool) value {
	if b {
		return value{class: 't', bits: 1}
	}
	return value{class: 't'}
}

// valueOf is the value of what a table holds.
func valueOf(x any) value {
	switch x := x.(type) {
	case nil:
		return void
	case bool:
		return boolean(x)
	case float32:
		return float(float64(x))
	case float64:
		return float(x)
	case string:
		return longstr(x)
	case []byte:
		return value{class: 'x', text: string(x)}
	case time.Time:
		return timestamp(x.Unix())
	case amqp.Decimal:
		return value{class: 'D', bits: uint64(x.Scale)<<32 | uint64(x.Value)}
	case amqp.Table:
		return value{class: 'F', text: string(appendTable(nil, x))}
	case []any:
		return value{class: 'A', text: string(appendArray(nil, x))}
	}
	return integerOf(x)
}

func integerOf(x any) value {
	switch x := x.(type) {
	case int8:
		return integer(int64(x))
	case uint8:
		return integer(int64(x))
	case int16:
		return integer(int64(x))
	case uint16:
		return integer(int64(x))
	case int32:
		return integer(int64(x))
	case uint32:
		return integer(int64(x))
	case int64:
		return integer(x)
	case int:
		return integer(int64(x))
	}
	// No field type; told apart from all that are.
	return value{class: '?', text: fmt.Sprintf("%T %v", x, x)}
}
