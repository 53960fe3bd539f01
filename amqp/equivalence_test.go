package amqp

import (
	"testing"
	"time"
)

func TestEquivalentAcrossWidths(t *testing.T) {
	fives := []any{int8(5), uint8(5), int16(5), uint16(5), int32(5), uint32(5), int64(5), 5}
	for _, a := range fives {
		for _, b := range fives {
			if !Equivalent(a, b) {
				t.Errorf("%T 5 and %T 5 differ", a, b)
			}
		}
		for _, b := range []any{int64(6), 5.0, "5", true, nil, []byte{5}, Decimal{0, 5}} {
			if Equivalent(a, b) || Equivalent(b, a) {
				t.Errorf("%T 5 is %T %v", a, b, b)
			}
		}
	}
}

func TestEquivalent(t *testing.T) {
	now := time.Unix(1704067200, 0)
	for _, tt := range []struct {
		a, b any
		want bool
	}{
		{"a", "a", true}, {"a", "b", false}, {"a", []byte("a"), false},
		{true, true, true}, {true, false, false},
		{nil, nil, true}, {nil, false, false}, {nil, Table(nil), false},
		{float32(0.5), 0.5, true}, {0.5, 0.25, false},
		{Decimal{1, 2}, Decimal{1, 2}, true}, {Decimal{1, 2}, Decimal{2, 20}, false},
		{now, now.UTC(), true}, {now, now.Add(time.Second), false}, {now, now.Unix(), false},
		{[]byte{1}, []byte{1}, true}, {[]byte{1}, []byte{2}, false},
		{Table{"a": int32(1)}, Table{"a": int64(1)}, true},
		{Table{"a": nil}, Table{"b": nil}, false},
		{Table{"a": 1}, Table{"a": 1, "b": 1}, false},
		{Table(nil), Table{}, true},
		{[]any{int8(1), Table{"a": "b"}}, []any{1, Table{"a": "b"}}, true},
		{[]any{1}, []any{1, 2}, false}, {[]any{1, 2}, []any{2, 1}, false},
		{uint64(1), uint64(1), false}, // no table holds one
	} {
		if Equivalent(tt.a, tt.b) != tt.want || Equivalent(tt.b, tt.a) != tt.want {
			t.Errorf("%#v and %#v: want %v", tt.a, tt.b, tt.want)
		}
	}
	if !Equivalent(oneOfEach, oneOfEach) {
		t.Error("a table differs from itself")
	}
}

func TestInt(t *testing.T) {
	for _, v := range []any{int8(5), uint8(5), int16(5), uint16(5), int32(5), uint32(5), int64(5), 5} {
		if n, ok := Int(v); !ok || n != 5 {
			t.Errorf("%T: %d, %v", v, n, ok)
		}
	}
	for _, v := range []any{nil, "5", 5.0, true, Table{}} {
		if _, ok := Int(v); ok {
			t.Errorf("%T is an integer", v)
		}
	}
}
