package amqp

import "encoding/binary"

func malformedTable() error { return Malformed.New("table") }

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
