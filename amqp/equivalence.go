package amqp

import (
	"bytes"
	"time"
)

// Equivalent reports whether two arguments say the same: integers are compared
// across their widths, and floats across theirs, since clients of different
// languages write the same number in different types. Tables and arrays are
// compared field by field.
func Equivalent(a, b any) bool {
	if i, ok := Int(a); ok {
		j, ok := Int(b)
		return ok && i == j
	}
	if f, ok := float(a); ok {
		g, ok := float(b)
		return ok && f == g
	}
	switch a := a.(type) {
	case Table:
		b, ok := b.(Table)
		return ok && equivalentTables(a, b)
	case []any:
		b, ok := b.([]any)
		return ok && equivalentArrays(a, b)
	case []byte:
		b, ok := b.([]byte)
		return ok && bytes.Equal(a, b)
	case time.Time:
		b, ok := b.(time.Time)
		return ok && a.Unix() == b.Unix()
	case string, bool, Decimal, nil:
		return a == b
	}
	return false
}

func equivalentTables(a, b Table) bool {
	for key, v := range a {
		if w, ok := b[key]; !ok || !Equivalent(v, w) {
			return false
		}
	}
	return len(a) == len(b)
}

func equivalentArrays(a, b []any) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !Equivalent(a[i], b[i]) {
			return false
		}
	}
	return true
}

// Equal reports whether the value is Equivalent to x. It allocates nothing for
// integers, strings, bools and void.
func (v RawValue) Equal(x any) bool {
	if i, ok := v.Int(); ok {
		j, ok := Int(x)
		return ok && i == j
	}
	switch v.Type {
	case 'S':
		s, ok := x.(string)
		return ok && string(v.Bytes) == s
	case 'V':
		return x == nil
	}
	decoded, err := v.Value()
	return err == nil && Equivalent(decoded, x)
}

// Int reads an integer of any width.
func Int(v any) (int64, bool) {
	switch v := v.(type) {
	case int8:
		return int64(v), true
	case uint8:
		return int64(v), true
	case int16:
		return int64(v), true
	case uint16:
		return int64(v), true
	case int32:
		return int64(v), true
	case uint32:
		return int64(v), true
	case int64:
		return v, true
	case int:
		return int64(v), true
	}
	return 0, false
}

func float(v any) (float64, bool) {
	switch v := v.(type) {
	case float32:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}
