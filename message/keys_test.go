package message

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
)

func TestCopyKeys(t *testing.T) {
	type table = amqp.Table
	for _, c := range []struct {
		name    string
		headers table
		keys    []string
		err     string
	}{
		{"no headers", nil, nil, ""},
		{"other headers", table{"cc": []any{"a"}, "x": int32(1)}, nil, ""},
		{"CC", table{"CC": []any{"a", "b"}}, []string{"a", "b"}, ""},
		{"BCC", table{"BCC": []any{"c"}}, []string{"c"}, ""},
		{"both, CC first", table{"BCC": []any{"c"}, "CC": []any{"a", "b"}}, []string{"a", "b", "c"}, ""},
		{"an empty array", table{"CC": []any{}}, nil, ""},
		{"not a string inside", table{"CC": []any{int32(1), "a", []byte("b")}}, []string{"a"}, ""},
		{"the longest key", table{"CC": []any{strings.Repeat("k", 255)}}, []string{strings.Repeat("k", 255)}, ""},
		{"a longer key", table{"CC": []any{strings.Repeat("k", 256)}}, nil, `{unacceptable_type_in_header,<<"CC">>,longstr}`},
		{"a string", table{"CC": "a"}, nil, `{unacceptable_type_in_header,<<"CC">>,longstr}`},
		{"a number", table{"BCC": int32(1)}, nil, `{unacceptable_type_in_header,<<"BCC">>,signedint}`},
		{"nothing", table{"BCC": nil}, nil, `{unacceptable_type_in_header,<<"BCC">>,void}`},
	} {
		keys, err := CopyKeys(nil, header(amqp.Properties{Headers: c.headers}))
		if c.err != "" {
			if err == nil || err.Error() != "PRECONDITION_FAILED - invalid message: "+c.err {
				t.Errorf("%s: error %v, want %s", c.name, err, c.err)
			}
		} else if err != nil || !slices.Equal(keys, c.keys) {
			t.Errorf("%s: %q, %v, want %q", c.name, keys, err, c.keys)
		}
	}
}

func TestCopyKeysOfUsualMessageAllocateNothing(t *testing.T) {
	for _, headers := range []amqp.Table{nil, {"a": "1", "b": int32(2)}} {
		h := header(amqp.Properties{Headers: headers, ContentType: "text/plain"})
		if n := testing.AllocsPerRun(100, func() {
			if keys, err := CopyKeys(nil, h); keys != nil || err != nil {
				t.Fatalf("keys %q, %v", keys, err)
			}
		}); n != 0 {
			t.Errorf("%v allocations for headers %v", n, headers)
		}
	}
}

func TestWithoutBCC(t *testing.T) {
	p := amqp.Properties{ContentType: "a/b", DeliveryMode: 2, MessageID: "m", Headers: amqp.Table{"CC": []any{"a"}, "n": int64(1)}}
	want := header(p)
	if got := WithoutBCC(want); &got[0] != &want[0] {
		t.Error("a header without BCC was copied")
	}
	p.Headers["BCC"] = []any{"b"}
	with := header(p)
	before := bytes.Clone(with)
	if got := WithoutBCC(with); !bytes.Equal(got, want) {
		t.Errorf("header %x, want %x", got, want)
	}
	if !bytes.Equal(with, before) {
		t.Error("the header given was changed")
	}
	only := WithoutBCC(header(amqp.Properties{Headers: amqp.Table{"BCC": []any{"b"}}, AppID: "x"}))
	if got, err := amqp.ParseProperties(only); err != nil || len(got.Headers) != 0 || got.AppID != "x" {
		t.Errorf("with BCC alone: %+v, %v", got, err)
	}
}
