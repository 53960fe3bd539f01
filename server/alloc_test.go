package server

import (
	"bytes"
	"log/slog"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/tracing"
)

// TestMessageAllocates counts what a message costs from the bytes of its
// publish to the bytes of its delivery: memory is taken in slabs, so that it
// is a small fraction of an allocation.
func TestMessageAllocates(t *testing.T) {
	for name, begin := range map[string]string{
		"automatic":    `basic.consume queue=q no_ack`,
		"acknowledged": `basic.consume queue=q`,
		"confirmed":    `confirm.select ; basic.consume queue=q`,
	} {
		t.Run(name, func(t *testing.T) {
			if per := allocationsPerMessage(t, testOptions(), begin); per >= 0.25 {
				t.Errorf("%.3f allocations a message", per)
			} else {
				t.Logf("%.3f allocations a message", per)
			}
		})
	}
}

// TestUntracedAllocates: with a tracer, a message that nobody samples costs no
// more; without one, which is what the test above has, there is nothing to cost.
func TestUntracedAllocates(t *testing.T) {
	tracer, err := tracing.New(tracing.Options{Endpoint: "http://127.0.0.1:1", Sample: 1, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer tracer.Close()
	o := testOptions()
	o.Tracer = tracer
	if per := allocationsPerMessage(t, o, `basic.consume queue=q`); per >= 0.25 || tracer.Dropped() > 0 {
		t.Errorf("%.3f allocations a message, and %d spans", per, tracer.Dropped())
	}
}

func allocationsPerMessage(t *testing.T, o Options, begin string) float64 {
	const burst = 1000
	nc, r := newNode(t, o).login(t)
	defer nc.Close()
	publishes := bytes.Repeat(encode(t, 1, `basic.publish exchange=amq.topic routing_key=orders.eu.created | content_type=text/plain headers={from:"shop"} 100*"x"`), burst)
	arrived := make(chan struct{})
	go func() {
		for delivered := 0; ; {
			f, err := r.Next()
			if err != nil {
				return
			}
			if id, _ := amqp.MethodIDOf(f.Payload); f.Type != amqp.FrameMethod || id != amqp.BasicDeliverID {
				continue
			}
			if delivered++; delivered%burst == 0 {
				arrived <- struct{}{}
			}
		}
	}()
	nc.Write(encode(t, 1, `queue.declare queue=q ; queue.bind queue=q exchange=amq.topic routing_key=orders.# ; `+begin))
	var ack []byte
	tag := uint64(0)
	per := testing.AllocsPerRun(10, func() {
		nc.Write(publishes)
		<-arrived
		if begin != `basic.consume queue=q no_ack` {
			tag += burst
			ack = amqp.AppendAck(ack[:0], 1, tag, true)
			nc.Write(ack)
		}
	})
	return per / burst
}
