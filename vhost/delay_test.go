package vhost

import (
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// undelayed is a message with headers that ask for nothing.
func undelayed() *message.Message {
	return &message.Message{
		Exchange: "amq.direct", RoutingKey: "nobody", Body: []byte("x"), Expiration: -1,
		Header: amqp.AppendContentHeader(nil, amqp.BasicClass, 1, &amqp.Properties{Headers: amqp.Table{"tenant": "a"}}),
	}
}

// TestUndelayedAllocatesNothing: who delays nothing pays nothing.
func TestUndelayedAllocatesNothing(t *testing.T) {
	f := newFixture(t)
	x, err := f.Exchange("amq.direct")
	if err != nil {
		t.Fatal(err)
	}
	m := undelayed()
	n := testing.AllocsPerRun(1000, func() {
		if _, err := f.publisher.Publish(x, m, queue.Receipt{}); err != nil {
			t.Fatal(err)
		}
		f.publisher.Flush()
	})
	if n != 0 || f.Delayed() != nil {
		t.Errorf("%v allocations a message, and a holder: %v", n, f.Delayed() != nil)
	}
}

// TestDelayedWithoutDelays: a vhost that cannot hold messages says so.
func TestDelayedWithoutDelays(t *testing.T) {
	f := newFixture(t)
	x, err := f.Exchange("amq.direct")
	if err != nil {
		t.Fatal(err)
	}
	m := undelayed()
	m.Header = amqp.AppendContentHeader(nil, amqp.BasicClass, 1, &amqp.Properties{Headers: amqp.Table{"x-delay": int32(5)}})
	if n, err := f.publisher.Publish(x, m, queue.Receipt{}); n != 0 || !amqp.StorageFailure.Is(err) {
		t.Errorf("reached %d, %v", n, err)
	}
}

func BenchmarkPublish(b *testing.B) {
	f := newFixture(b)
	x, err := f.Exchange("amq.direct")
	if err != nil {
		b.Fatal(err)
	}
	m := undelayed()
	b.ReportAllocs()
	for i := range b.N {
		if _, err := f.publisher.Publish(x, m, queue.Receipt{}); err != nil {
			b.Fatal(err)
		}
		if i%100 == 99 {
			f.publisher.Flush()
		}
	}
}
