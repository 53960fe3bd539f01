package message

import (
	"bytes"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
)

func TestReadDedupKey(t *testing.T) {
	for _, c := range []struct {
		name  string
		value any
		want  DedupKey
		err   string
	}{
		{name: "none", want: DedupKey{}},
		{name: "text", value: "a key", want: TextKey("a key")},
		{name: "no text", value: "", err: `{unacceptable_type_in_header,<<"x-deduplication-header">>,longstr}`},
		{name: "a number", value: int32(7), want: NumberKey(7)},
		{name: "the same", value: int64(7), want: NumberKey(7)},
		{name: "a small one", value: int8(-7), want: NumberKey(-7)},
		{name: "its digits", value: "7", want: TextKey("7")},
		{name: "a fraction", value: 1.5, want: DedupKey{floatKey, []byte{0x3f, 0xf8, 0, 0, 0, 0, 0, 0}}},
		{name: "yes", value: true, want: DedupKey{boolKey, []byte{1}}},
		{name: "a list", value: []any{"a"}, err: `{unacceptable_type_in_header,<<"x-deduplication-header">>,array}`},
		{name: "a table", value: amqp.Table{"a": "b"}, err: `{unacceptable_type_in_header,<<"x-deduplication-header">>,table}`},
	} {
		headers := amqp.Table{"other": "o"}
		if c.value != nil {
			headers[dedupHeader] = c.value
		}
		var room [8]byte
		got, err := ReadDedupKey(header(amqp.Properties{Headers: headers}), &room)
		if c.err != "" {
			if err == nil || err.Error() != "PRECONDITION_FAILED - invalid message: "+c.err {
				t.Errorf("%s: error %v, want %s", c.name, err, c.err)
			}
		} else if err != nil || got.Class != c.want.Class || !bytes.Equal(got.Text, c.want.Text) {
			t.Errorf("%s: %v, %v, want %v", c.name, got, err, c.want)
		}
	}
}

func TestCacheTTLMs(t *testing.T) {
	for value, want := range map[any]int64{nil: -1, int32(0): 0, int64(5000): 5000, "5000": 5000, int32(-1): -2, "soon": -2, int64(maxExpirationMs + 1): -2} {
		headers := amqp.Table{}
		if value != nil {
			headers[cacheTTLHeader] = value
		}
		got, err := CacheTTLMs(header(amqp.Properties{Headers: headers}))
		if (err != nil) != (want == -2) || err == nil && got != want {
			t.Errorf("%v: %d, %v, want %d", value, got, err, want)
		}
	}
}
