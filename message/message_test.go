package message

import (
	"reflect"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

const basic = 60

// header is the payload of a content header with these properties.
func header(p amqp.Properties) []byte { return amqp.AppendContentHeader(nil, basic, 4, &p) }

func parsed(t testing.TB, header []byte) *amqp.ContentHeader {
	t.Helper()
	var h amqp.ContentHeader
	if err := amqp.ParseContentHeader(header, &h); err != nil {
		t.Fatal(err)
	}
	return &h
}

func newMessage(t testing.TB, exchange, key string, p amqp.Properties) *Message {
	t.Helper()
	h := header(p)
	m, err := New(exchange, key, h, []byte("body"), parsed(t, h))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestNewPeeksProperties(t *testing.T) {
	for _, c := range []struct {
		p          amqp.Properties
		persistent bool
		priority   uint8
		expiration int64
	}{
		{amqp.Properties{}, false, 0, -1},
		{amqp.Properties{DeliveryMode: 1, Priority: 9}, false, 9, -1},
		{amqp.Properties{DeliveryMode: 2, Expiration: "0", ContentType: "a/b"}, true, 0, 0},
		{amqp.Properties{Expiration: "60000", Headers: amqp.Table{"a": nil}}, false, 0, 60000},
	} {
		m := newMessage(t, "e", "k", c.p)
		want := &Message{"e", "k", header(c.p), []byte("body"), c.persistent, c.priority, c.expiration}
		if !reflect.DeepEqual(m, want) {
			t.Errorf("%+v gives %+v, want %+v", c.p, m, want)
		}
	}
}

func TestExpiry(t *testing.T) {
	now := time.UnixMilli(1000)
	for _, c := range []struct{ expiration, want int64 }{{-1, 0}, {0, 1000}, {500, 1500}} {
		m := Message{Expiration: c.expiration}
		if got := m.Expiry(now); got != c.want {
			t.Errorf("expiration %d at 1000: %d, want %d", c.expiration, got, c.want)
		}
	}
}

func TestExpiration(t *testing.T) {
	for _, c := range []struct {
		text string
		ms   int64
		err  string
	}{
		{"0", 0, ""}, {"+5", 5, ""}, {"-0", 0, ""}, {"007", 7, ""},
		{"315360000000", 315360000000, ""},
		{"", 0, "invalid expiration '': no_integer"},
		{"abc", 0, "invalid expiration 'abc': no_integer"},
		{" 1", 0, "invalid expiration ' 1': no_integer"},
		{"-", 0, "invalid expiration '-': no_integer"},
		{"1x", 0, `invalid expiration '1x': {leftover_string,"x"}`},
		{"-1.5", 0, `invalid expiration '-1.5': {leftover_string,".5"}`},
		{"-1", 0, "invalid expiration '-1': {value_negative,-1}"},
		{"315360000001", 0, "invalid expiration '315360000001': {value_too_large,315360000001}"},
		{"099999999999999999999", 0, "invalid expiration '099999999999999999999': {value_too_large,99999999999999999999}"},
	} {
		m := Message{Priority: 7}
		err := Fill(&m, "e", "k", nil, nil, &amqp.ContentHeader{HasExpiration: true, Expiration: []byte(c.text)})
		switch {
		case c.err == "" && (err != nil || m.Expiration != c.ms):
			t.Errorf("%q: %d, %v, want %d", c.text, m.Expiration, err, c.ms)
		case c.err != "" && (err == nil || err.Error() != "PRECONDITION_FAILED - "+c.err || m.Priority != 7):
			t.Errorf("%q: %v, want %s and the message untouched", c.text, err, c.err)
		}
	}
}

func TestFillAllocatesNothing(t *testing.T) {
	raw := header(amqp.Properties{DeliveryMode: 2, Priority: 3, Expiration: "60000"})
	h := parsed(t, raw)
	var m Message
	if n := testing.AllocsPerRun(100, func() {
		if err := Fill(&m, "e", "k", raw, nil, h); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations to fill a message", n)
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = New("e", "k", raw, nil, h) }); n > 1 {
		t.Errorf("%v allocations to make a message, want one", n)
	}
}
