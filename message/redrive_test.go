package message

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

func published(exchange, key string, p amqp.Properties) *Message {
	header := amqp.AppendContentHeader(nil, amqp.BasicClass, 4, &p)
	var h amqp.ContentHeader
	if err := amqp.ParseContentHeader(header, &h); err != nil {
		panic(err)
	}
	m, err := New(exchange, key, header, []byte("body"), &h)
	if err != nil {
		panic(err)
	}
	return m
}

// die dead-letters m, into an exchange and under a key unless that is "".
func die(t *testing.T, m *Message, queue, reason, exchange, key string) *Message {
	t.Helper()
	k := &key
	if key == "" {
		k = nil
	}
	dead, err := DeadLetter(m, Death{queue, reason, time.Unix(1000, 0)}, exchange, k)
	if err != nil {
		t.Fatal(err)
	}
	return dead
}

// TestRedrive: a message goes back to what it was, at first or in the queue
// where it died last, and may die there again.
func TestRedrive(t *testing.T) {
	first := published("orders", "order.eu", amqp.Properties{
		ContentType: "text/plain", Expiration: "5000", DeliveryMode: 2, Priority: 3,
		Headers: amqp.Table{"tenant": "a", "CC": []any{"copy"}},
	})
	dead := die(t, die(t, first, "delay", "expired", "work", "job"), "work", "rejected", "", "dead")
	for _, c := range []struct {
		fromLast             bool
		queue, exchange, key string
		expiration           int64
		headers              amqp.Table
	}{
		{false, "delay", "orders", "order.eu", 5000, amqp.Table{"tenant": "a", "CC": []any{"copy"}, "x-redriven": int64(1)}},
		{true, "work", "work", "job", -1, amqp.Table{"tenant": "a", "x-redriven": int64(1)}},
	} {
		m, queue, err := Redrive(dead, c.fromLast)
		if err != nil || queue != c.queue || m.Exchange != c.exchange || m.RoutingKey != c.key || m.Expiration != c.expiration {
			t.Fatalf("from last %v: %q, %v: %+v", c.fromLast, queue, err, m)
		}
		p, err := amqp.ParseProperties(m.Header)
		if err != nil || !reflect.DeepEqual(p.Headers, c.headers) {
			t.Errorf("from last %v: headers %v, %v", c.fromLast, p.Headers, err)
		}
		if (p.Expiration == "5000") == c.fromLast || p.ContentType != "text/plain" || !m.Persistent || m.Priority != 3 || &m.Body[0] != &first.Body[0] {
			t.Errorf("from last %v: %+v", c.fromLast, p)
		}
		again := die(t, m, queue, "expired", "", "dead")
		if Cycle(again.Header, "dead") || !Cycle(again.Header, queue) {
			t.Error("the cycle rules do not start anew")
		}
		if again, _, err = Redrive(again, true); err != nil {
			t.Fatal(err)
		}
		if p, _ = amqp.ParseProperties(again.Header); p.Headers["x-redriven"] != int64(2) {
			t.Errorf("redriven twice: %v", p.Headers)
		}
	}
}

// TestRedriveRefuses messages that tell of no death, in whatever way.
func TestRedriveRefuses(t *testing.T) {
	for _, headers := range []amqp.Table{nil, {"x-death": "no list"}, {"x-death": []any{}}, {"x-death": []any{"no table", int32(1)}}} {
		m := published("x", "k", amqp.Properties{Headers: headers})
		if _, _, err := Redrive(m, true); !errors.Is(err, ErrNotDead) {
			t.Errorf("%v: %v", headers, err)
		}
		if d, ok := Died(m.Header); ok {
			t.Errorf("%v: %+v", headers, d)
		}
	}
	strange := published("x", "k", amqp.Properties{Headers: amqp.Table{"x-death": []any{amqp.Table{
		"queue": int32(1), "routing-keys": []any{int32(1)}, "original-expiration": "soon", "exchange": nil,
	}}}})
	m, queue, err := Redrive(strange, false)
	if err != nil || queue != "" || m.Exchange != "" || m.RoutingKey != "" || m.Expiration != -1 {
		t.Errorf("%q, %v: %+v", queue, err, m)
	}
}

func TestDied(t *testing.T) {
	m := die(t, die(t, published("x", "k", amqp.Properties{}), "q", "expired", "", "r"), "r", "rejected", "", "dead")
	d, ok := Died(m.Header)
	if !ok || d.Queue != "r" || d.Reason != "rejected" || d.Time.Unix() != 1000 {
		t.Errorf("%+v, %v", d, ok)
	}
}
