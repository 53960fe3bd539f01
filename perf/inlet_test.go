package perf

import (
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
)

func TestDeliver(t *testing.T) {
	whole := (&amqp.BasicDeliver{ConsumerTag: "perf-1", DeliveryTag: 77, Redelivered: true, Exchange: "x", RoutingKey: "k"}).Append(nil)
	for n := range whole {
		var x inlet
		if err := x.deliver(whole[:n]); (err == nil) != (n >= 4+1+6+9) {
			t.Errorf("of the first %d bytes: %v", n, err)
		}
	}
	var x inlet
	if err := x.deliver(whole); err != nil || x.tag != 77 || !x.redelivered || !x.open {
		t.Errorf("%v, %+v", err, x)
	}
	if !isDeliver(whole) || isDeliver(whole[:3]) || isDeliver((&amqp.BasicCancel{}).Append(nil)) {
		t.Error("basic.deliver is not told from others")
	}
}

// FuzzConsumer: no broker can make a consumer panic, or hold more than a burst.
func FuzzConsumer(f *testing.F) {
	c := benchConsumer(16, 0)
	f.Add(c.Conn.Conn.(*loop).bytes[:500])
	f.Add(amqp.AppendMethod(nil, 1, &amqp.BasicCancel{ConsumerTag: "perf-1"}))
	f.Add(amqp.AppendMethod(nil, 0, &amqp.ConnectionClose{ReplyText: "no"}))
	f.Fuzz(func(t *testing.T, wire []byte) {
		if len(wire) == 0 {
			return
		}
		c := benchConsumer(16, 2)
		*c.Conn.Conn.(*loop) = loop{bytes: wire}
		for range 3 {
			if c.step(t.Context()) != nil {
				return
			}
		}
		if len(c.entries) > 0 || len(c.out) > 0 {
			t.Error("a burst was not settled")
		}
	})
}

// FuzzListener: nor a producer.
func FuzzListener(f *testing.F) {
	f.Add(amqp.AppendAck(nil, 1, 3, true))
	f.Add(amqp.AppendNack(nil, 1, 3, true))
	f.Add(amqp.AppendContent(amqp.AppendReturn(nil, 1, amqp.NoRoute, "NO_ROUTE", "", "perf"), 1,
		amqp.AppendContentHeader(nil, amqp.BasicClass, 16, &amqp.Properties{}), make([]byte, 16), 0))
	f.Fuzz(func(t *testing.T, wire []byte) {
		if len(wire) == 0 {
			return
		}
		p, conn := benchProducer(16, 100)
		conn.bytes = wire
		l := &listener{producer: p, returns: make([]content, 1)}
		for range 3 {
			n, _ := p.fill(1)
			if err := p.flush(n); err != nil {
				t.Fatal(err)
			}
			if _, err := l.step(); err != nil {
				return
			}
		}
		if p.unconfirmed() > 100 {
			t.Errorf("%d are unconfirmed", p.unconfirmed())
		}
	})
}
