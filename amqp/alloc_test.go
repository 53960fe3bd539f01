package amqp

import (
	"bytes"
	"io"
	"testing"
)

// again is a stream that never ends: the same bytes over and over.
type again struct {
	bytes []byte
	at    int
}

func (a *again) Read(b []byte) (int, error) {
	n := 0
	for n < len(b) {
		m := copy(b[n:], a.bytes[a.at:])
		n += m
		a.at = (a.at + m) % len(a.bytes)
	}
	return n, nil
}

// message is what one publish is on the wire: method, header and body frame.
func message(bodySize int) []byte {
	publish := BasicPublish{Exchange: []byte("amq.topic"), RoutingKey: []byte("orders.eu.created")}
	wire := AppendMethod(nil, 1, &publish)
	header := AppendContentHeader(nil, BasicClass, uint64(bodySize), &Properties{
		ContentType: "application/json", DeliveryMode: 2, Headers: Table{"x-id": int64(7), "x-from": "shop"},
	})
	return AppendContent(wire, 1, header, bytes.Repeat([]byte("b"), bodySize), DefaultFrameMax)
}

// TestAllocations: what happens once a message allocates nothing.
func TestAllocations(t *testing.T) {
	r := NewReader(&again{bytes: message(1000)})
	publish := (&BasicPublish{Exchange: []byte("x"), RoutingKey: []byte("k")}).Append(nil)
	ack := (&BasicAck{DeliveryTag: 7}).Append(nil)
	nack := (&BasicNack{DeliveryTag: 7}).Append(nil)
	reject := (&BasicReject{DeliveryTag: 7}).Append(nil)
	header := AppendContentHeader(nil, BasicClass, 5, &everything)
	table := content(oneOfEach)
	body, out := make([]byte, 5000), make([]byte, 0, 8<<10)
	for name, f := range map[string]func() error{
		"Reader.Next":        func() error { _, err := r.Next(); return err },
		"BasicPublish.Parse": func() error { var m BasicPublish; return m.Parse(publish) },
		"BasicAck.Parse":     func() error { var m BasicAck; return m.Parse(ack) },
		"BasicNack.Parse":    func() error { var m BasicNack; return m.Parse(nack) },
		"BasicReject.Parse":  func() error { var m BasicReject; return m.Parse(reject) },
		"ParseContentHeader": func() error { var h ContentHeader; return ParseContentHeader(header, &h) },
		"HeadersTable":       func() error { return found(HeadersTable(header) != nil) },
		"Property":           func() error { return found(Property(header, HasMessageID) != nil) },
		"CheckTable":         func() error { return CheckTable(table) },
		"Lookup and Equal": func() error {
			v, ok := Lookup(table, "longstr")
			n, _ := Lookup(table, "long")
			return found(ok && v.Equal("text") && n.Equal(1<<40))
		},
		"EachField": func() error {
			n := 0
			EachField(table, func([]byte, RawValue) bool { n++; return true })
			return found(n == len(oneOfEach))
		},
		"deliver": func() error {
			dst := AppendDeliver(out, 1, "ctag", 9, false, "amq.topic", "orders.eu.created")
			dst = AppendContent(dst, 1, header, body, FrameMinSize)
			return found(len(dst) < cap(out))
		},
		"get-ok, return, ack, nack, heartbeat": func() error {
			dst := AppendGetOk(out, 1, 9, false, "x", "k", 1)
			dst = AppendReturn(dst, 1, NoRoute, "NO_ROUTE", "x", "k")
			dst = AppendHeartbeat(AppendNack(AppendAck(dst, 1, 9, true), 1, 9, true))
			return found(len(dst) < cap(out))
		},
	} {
		if n := testing.AllocsPerRun(1000, func() {
			if err := f(); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations, want 0", name, n)
		}
	}
}

// found is nil when ok.
func found(ok bool) error {
	if !ok {
		return io.ErrUnexpectedEOF
	}
	return nil
}
