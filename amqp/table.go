package amqp

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"
)

// Table is a field table (spec 4.2.5.5), in RabbitMQ's dialect of types:
//
//	t bool      b int8    B uint8    s int16   u uint16   I int32   i uint32
//	l, L int64  f float32 d float64  D Decimal S string   x []byte  T time.Time
//	F Table     A []any   V nil
//
// An int is written as an int64. A value of any other Go type is a mistake of
// the program: it is written as void, and Check finds it.
type Table map[string]any

// Decimal is the field type D: Value scaled down by 10^Scale.
type Decimal struct {
	Scale uint8
	Value uint32
}

// MaxTableDepth is how deep tables and arrays may nest, the outermost table
// counted.
const MaxTableDepth = 64

// maxKey is the longest key of a table, in bytes.
const maxKey = maxShortstr

// ParseTable reads the content of a table, without the length in front. It
// copies what it keeps. The table of no fields is nil. Of fields with the same
// key the first counts, as in RabbitMQ. Keys and strings may hold any bytes.
func ParseTable(b []byte) (Table, error) { return parseTable(b, 1) }

func parseTable(b []byte, depth int) (Table, error) {
	if depth > MaxTableDepth {
		return nil, malformedTable()
	}
	var t Table
	for len(b) > 0 {
		key, raw, rest, ok := nextField(b)
		if !ok {
			return nil, malformedTable()
		}
		v, err := raw.value(depth)
		if err != nil {
			return nil, err
		}
		if t == nil {
			t = Table{}
		}
		if _, twice := t[string(key)]; !twice {
			t[string(key)] = v
		}
		b = rest
	}
	return t, nil
}

func parseArray(b []byte, depth int) ([]any, error) {
	if depth > MaxTableDepth {
		return nil, malformedTable()
	}
	var array []any
	for len(b) > 0 {
		raw, rest, ok := nextValue(b)
		if !ok {
			return nil, malformedTable()
		}
		v, err := raw.value(depth)
		if err != nil {
			return nil, err
		}
		array, b = append(array, v), rest
	}
	return array, nil
}

// AppendTable appends t behind its length, keys in order, so that equal tables
// are equal bytes. A field whose key is longer than a key may be is left out.
func AppendTable(dst []byte, t Table) []byte {
	at := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	for _, key := range slices.Sorted(maps.Keys(t)) {
		if len(key) <= maxKey {
			dst = appendValue(appendShortstr(dst, key), t[key])
		}
	}
	binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	return dst
}

func appendArray(dst []byte, array []any) []byte {
	at := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	for _, v := range array {
		dst = appendValue(dst, v)
	}
	binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	return dst
}

// appendValue appends the type and the value of a field.
func appendValue(dst []byte, v any) []byte {
	be := binary.BigEndian
	switch v := v.(type) {
	case bool:
		return append(dst, 't', bit(v, 0))
	case int8:
		return append(dst, 'b', uint8(v))
	case uint8:
		return append(dst, 'B', v)
	case int16:
		return be.AppendUint16(append(dst, 's'), uint16(v))
	case uint16:
		return be.AppendUint16(append(dst, 'u'), v)
	case int32:
		return be.AppendUint32(append(dst, 'I'), uint32(v))
	case uint32:
		return be.AppendUint32(append(dst, 'i'), v)
	case int64:
		return be.AppendUint64(append(dst, 'l'), uint64(v))
	case int:
		return be.AppendUint64(append(dst, 'l'), uint64(v))
	case float32:
		return be.AppendUint32(append(dst, 'f'), math.Float32bits(v))
	case float64:
		return be.AppendUint64(append(dst, 'd'), math.Float64bits(v))
	case Decimal:
		return be.AppendUint32(append(dst, 'D', v.Scale), v.Value)
	case string:
		return appendLongstr(append(dst, 'S'), v)
	case []byte:
		return appendLongstr(append(dst, 'x'), v)
	case time.Time:
		return be.AppendUint64(append(dst, 'T'), uint64(v.Unix()))
	case Table:
		return AppendTable(append(dst, 'F'), v)
	case []any:
		return appendArray(append(dst, 'A'), v)
	}
	return append(dst, 'V')
}

// Check reports the first field AppendTable could not write as it is: a value
// of a Go type no Table holds, or a key too long. It is for tables that did
// not come from the wire.
func (t Table) Check() error { return t.check(1) }

func (t Table) check(depth int) error {
	for key, v := range t {
		if len(key) > maxKey {
			return fmt.Errorf("key '%.32s…' is longer than %d bytes", key, maxKey)
		}
		if err := checkGo(v, depth); err != nil {
			return fmt.Errorf("'%s': %w", key, err)
		}
	}
	return nil
}

// checkGo checks a value found at the given depth.
func checkGo(v any, depth int) error {
	if v != nil && TypeName(v) == "void" {
		return fmt.Errorf("a field cannot hold a %T", v)
	}
	if depth > MaxTableDepth {
		return fmt.Errorf("nested deeper than %d tables", MaxTableDepth)
	}
	switch v := v.(type) {
	case Table:
		return v.check(depth + 1)
	case []any:
		for _, item := range v {
			if err := checkGo(item, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}
