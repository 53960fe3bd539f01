package amqp

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"
)

// oneOfEach has a field of every type.
var oneOfEach = Table{
	"array": []any{int32(1), "two", nil}, "binary": []byte{1, 2}, "bool": true, "byte": int8(-1),
	"decimal": Decimal{2, 314}, "double": 2.5, "float": float32(1.5), "long": int64(1) << 40,
	"longstr": "text", "short": int16(-2), "signedint": int32(-3), "table": Table{"k": "v"},
	"timestamp": time.Unix(1704067200, 0).UTC(), "unsignedbyte": uint8(200),
	"unsignedint": uint32(1) << 31, "unsignedshort": uint16(1) << 15, "void": nil,
}

func content(t Table) []byte { return AppendTable(nil, t)[4:] }

func TestEachField(t *testing.T) {
	table := content(oneOfEach)
	var keys []string
	EachField(table, func(key []byte, v RawValue) bool {
		keys = append(keys, string(key))
		if want := oneOfEach[string(key)]; !v.Equal(want) {
			t.Errorf("%s: %v does not equal %v", key, v, want)
		}
		return true
	})
	if len(keys) != len(oneOfEach) || !slices.IsSorted(keys) {
		t.Errorf("keys %v", keys)
	}
	for n := range table {
		seen := 0
		EachField(table[:n], func([]byte, RawValue) bool { seen++; return true })
		if seen >= len(oneOfEach) {
			t.Errorf("cut to %d bytes: %d fields", n, seen)
		}
	}
	EachField(table, func(key []byte, _ RawValue) bool {
		if string(key) != "array" {
			t.Errorf("called for %s after false", key)
		}
		return false
	})
}

func TestEachItem(t *testing.T) {
	array, _ := Lookup(content(oneOfEach), "array")
	var got []any
	EachItem(array.Bytes, func(v RawValue) bool {
		x, err := v.Value()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, x)
		return len(got) < 2
	})
	if !slices.Equal(got, []any{int32(1), "two"}) {
		t.Errorf("items %v", got)
	}
	EachItem([]byte("Z"), func(v RawValue) bool { t.Errorf("called for %v", v); return true })
}

func TestLookup(t *testing.T) {
	table := []byte("\x01a" + "t\x00" + "\x01b" + "V" + "\x01a" + "t\x01" + "\x05brok")
	for key, want := range map[string]any{"a": false, "b": nil} {
		if v, ok := Lookup(table, key); !ok || !v.Equal(want) {
			t.Errorf("%s: %v, %v", key, v, ok)
		}
	}
	for _, key := range []string{"", "c", "broken", "brok"} {
		if v, ok := Lookup(table, key); ok {
			t.Errorf("%s: found %v", key, v)
		}
	}
	if v, ok := Lookup(table, "b"); !ok || !v.IsVoid() {
		t.Errorf("b: %v, %v", v, ok)
	}
}

func TestEqual(t *testing.T) {
	text := RawValue{'S', []byte("a")}
	five := RawValue{'b', []byte{5}}
	for _, tt := range []struct {
		v    RawValue
		x    any
		want bool
	}{
		{text, "a", true}, {text, "b", false}, {text, []byte("a"), false}, {text, nil, false},
		{five, int64(5), true}, {five, uint8(5), true}, {five, 5, true}, {five, 5.0, false}, {five, "5", false},
		{RawValue{'V', nil}, nil, true}, {RawValue{'V', nil}, "", false},
		{RawValue{'t', []byte{1}}, true, true}, {RawValue{'t', []byte{1}}, 1, false},
		{RawValue{'x', []byte("a")}, []byte("a"), true}, {RawValue{'x', []byte("a")}, "a", false},
		{RawValue{'I', []byte{1}}, 1, false}, // too short to be an integer
		{RawValue{'?', nil}, nil, false},
	} {
		if got := tt.v.Equal(tt.x); got != tt.want {
			t.Errorf("%c %x equal to %#v: %v", tt.v.Type, tt.v.Bytes, tt.x, got)
		}
	}
}

// TestValueByHand: a RawValue nobody parsed fails, and does not panic.
func TestValueByHand(t *testing.T) {
	for typ := range 256 {
		for n := range 10 {
			v := RawValue{byte(typ), make([]byte, n)}
			_, err := v.Value()
			if size, fixed := fixedSize(v.Type); fixed && (err == nil) != (n == size) {
				t.Errorf("%c with %d bytes: %v", v.Type, n, err)
			}
		}
	}
}

// TestDepth nests tables and arrays as deep as allowed, and once more.
func TestDepth(t *testing.T) {
	for _, kind := range []string{"F", "A", "FA", "AF"} {
		for depth, ok := range map[int]bool{1: true, MaxTableDepth: true, MaxTableDepth + 1: false, 5000: false} {
			table := nested(kind, depth)
			_, err := ParseTable(table)
			if check := CheckTable(table); (err == nil) != ok || (check == nil) != ok {
				t.Errorf("%s %d deep: ParseTable %v, CheckTable %v", kind, depth, err, check)
			}
		}
	}
}

// nested is the content of a table with depth-1 tables and arrays, of the kinds
// by turns, one in the other.
func nested(kinds string, depth int) (inner []byte) {
	for i := range depth - 1 {
		kind := kinds[(i+1)%len(kinds)]
		value := binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(inner)))
		value = append(value, inner...)
		if outer := kinds[i%len(kinds)]; outer == 'F' || i == depth-2 {
			value = append([]byte{0}, value...)
		}
		inner = value
	}
	return inner
}

func TestTableCheck(t *testing.T) {
	var deep any = "bottom"
	for range MaxTableDepth {
		deep = []any{deep}
	}
	for _, tt := range []struct {
		table Table
		err   string
	}{
		{oneOfEach, ""},
		{Table{"i": 1}, ""},
		{Table{strings.Repeat("k", 255): 1}, ""},
		{Table{strings.Repeat("k", 256): 1}, "key '" + strings.Repeat("k", 32) + "…' is longer than 255 bytes"},
		{Table{"a": uint64(1)}, "'a': a field cannot hold a uint64"},
		{Table{"a": Table{"b": []any{struct{}{}}}}, "'a': 'b': a field cannot hold a struct {}"},
		{Table{"a": deep}, "'a': nested deeper than 64 tables"},
	} {
		got := ""
		if err := tt.table.Check(); err != nil {
			got = err.Error()
		}
		if got != tt.err {
			t.Errorf("%q, want %q", got, tt.err)
		}
	}
}

// TestAppendTableOfMistakes: a table Check refuses is still written as one that
// can be read.
func TestAppendTableOfMistakes(t *testing.T) {
	table, err := ParseTable(content(Table{"i": 7, "u": uint64(7), strings.Repeat("k", 256): 1}))
	if want := (Table{"i": int64(7), "u": nil}); err != nil || !Equivalent(table, want) {
		t.Errorf("%v, %v", table, err)
	}
}

func TestParseTableCopies(t *testing.T) {
	wire := content(Table{"key": "text", "octets": []byte("octets")})
	table, err := ParseTable(wire)
	clear(wire)
	if err != nil || table["key"] != "text" || string(table["octets"].([]byte)) != "octets" {
		t.Errorf("%v, %v", table, err)
	}
}
