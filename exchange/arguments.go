package exchange

import (
	"encoding/binary"
	"maps"
	"slices"

	"github.com/hutchmq/hutchmq/amqp"
)

// Canonical encodes arguments so that equivalent ones give equal strings. It
// is empty when there are none.
func Canonical(t amqp.Table) string {
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

func appendArray(b []byte, a []any) []byte {
	b = binary.AppendUvarint(b, uint64(len(a)))
	for _, x := range a {
		b = appendValue(b, x)
	}
	return b
}

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
