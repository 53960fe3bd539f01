package amqp

import (
	"testing"
	"time"
)

func TestTypeName(t *testing.T) {
	for want, v := range oneOfEach {
		if got := TypeName(v); got != want {
			t.Errorf("%T is a %s, want %s", v, got, want)
		}
	}
	if got := TypeName(5); got != "long" {
		t.Errorf("int is a %s", got)
	}
	if got := TypeName(struct{}{}); got != "void" {
		t.Errorf("struct{} is a %s", got)
	}
}

func TestFormatValue(t *testing.T) {
	for _, tt := range []struct {
		v    any
		want string
	}{
		{"lazy", "lazy"},
		{[]byte("lazy"), "lazy"},
		{int32(-5), "-5"}, {uint32(4294967295), "4294967295"}, {7, "7"},
		{true, "true"}, {nil, "undefined"},
		{1.0, "1.0"}, {-0.25, "-0.25"}, {float32(0.1), "0.1"}, {1e100, "1.0e100"}, {1e6, "1.0e6"}, {1.5e-9, "1.5e-9"},
		{Decimal{2, 314}, "{2,314}"},
		{time.Unix(5, 0), "5"},
		{Table{"b": "q\"\\\n", "a": int8(1)}, `[{<<"a">>,byte,1},{<<"b">>,longstr,<<"q\"\\\n">>}]`},
		{[]any{"é", []byte{0}, ""}, `[{longstr,<<"é"/utf8>>},{binary,<<0>>},{longstr,<<>>}]`},
	} {
		if got := FormatValue(tt.v); got != tt.want {
			t.Errorf("%#v prints as %s, want %s", tt.v, got, tt.want)
		}
	}
}
