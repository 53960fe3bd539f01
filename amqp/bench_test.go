package amqp

import (
	"fmt"
	"testing"
)

// BenchmarkPublish takes one message after the other off a stream, as far as a
// broker looks before it routes.
func BenchmarkPublish(b *testing.B) {
	for _, size := range []int{16, 1 << 10, 64 << 10} {
		b.Run(fmt.Sprintf("%dB", size), func(b *testing.B) {
			wire := message(size)
			r := NewReader(&again{bytes: wire})
			var m BasicPublish
			var h ContentHeader
			b.SetBytes(int64(len(wire)))
			b.ReportAllocs()
			for b.Loop() {
				f, err := r.Next()
				if err == nil {
					err = m.Parse(f.Payload)
				}
				if f, _ = r.Next(); err == nil {
					err = ParseContentHeader(f.Payload, &h)
				}
				if f, _ = r.Next(); err != nil || len(f.Payload) != size {
					b.Fatalf("body of %d bytes, %v", len(f.Payload), err)
				}
			}
		})
	}
}

// BenchmarkDeliver writes one delivery.
func BenchmarkDeliver(b *testing.B) {
	for _, size := range []int{16, 1 << 10} {
		b.Run(fmt.Sprintf("%dB", size), func(b *testing.B) {
			header := AppendContentHeader(nil, BasicClass, uint64(size), &Properties{DeliveryMode: 2})
			body := make([]byte, size)
			out := make([]byte, 0, size+256)
			b.ReportAllocs()
			for b.Loop() {
				out = AppendDeliver(out[:0], 1, "ctag", 9, false, "amq.topic", "orders.eu.created")
				out = AppendContent(out, 1, header, body, DefaultFrameMax)
			}
			b.SetBytes(int64(len(out)))
		})
	}
}

func BenchmarkReaderNext(b *testing.B) {
	r := NewReader(&again{bytes: AppendAck(nil, 1, 9, false)})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Next(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAckParse(b *testing.B) {
	payload := (&BasicAck{DeliveryTag: 9}).Append(nil)
	var m BasicAck
	for b.Loop() {
		if err := m.Parse(payload); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPublishParse(b *testing.B) {
	payload := (&BasicPublish{Exchange: []byte("amq.topic"), RoutingKey: []byte("orders.eu.created")}).Append(nil)
	var m BasicPublish
	for b.Loop() {
		if err := m.Parse(payload); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseContentHeader(b *testing.B) {
	header := AppendContentHeader(nil, BasicClass, 5, &everything)
	var h ContentHeader
	for b.Loop() {
		if err := ParseContentHeader(header, &h); err != nil {
			b.Fatal(err)
		}
	}
}
