package server

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/hutchmq/hutchmq/amqp"
)

// TestUnreadAnswersHoldTheReader: who asks and does not read the answers is
// not heard any more, instead of filling the memory with them. Once the
// answers are read, everything is answered.
func TestUnreadAnswersHoldTheReader(t *testing.T) {
	for name, ask := range map[string]string{
		"replies": "queue.declare queue=" + strings.Repeat("q", 250),
		"returns": `basic.publish routing_key=nowhere mandatory | 250*"x"`,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { askAndDoNotRead(t, ask) })
		})
	}
}

func askAndDoNotRead(t *testing.T, ask string) {
	const asked = 4 * maxOutBytes / 250
	nc, r := newNode(t, testOptions()).login(t)
	defer nc.Close()
	wire := encode(t, 1, ask)
	var sent atomic.Int64
	go func() {
		burst := bytes.Repeat(wire, 100)
		for sent.Load() < asked {
			nc.Write(burst)
			sent.Add(100)
		}
	}()
	synctest.Wait()
	if n := sent.Load(); n >= asked {
		t.Fatal("everything was taken, and nothing read")
	}
	for got := 0; got < asked; {
		f, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		id, _ := amqp.MethodIDOf(f.Payload)
		if f.Type == amqp.FrameMethod && (id == amqp.QueueDeclareOkID || id == amqp.BasicReturnID) {
			got++
		}
	}
}

// TestUnreadConfirmsHoldTheReader: who publishes and does not read the confirms
// is not read for ever.
func TestUnreadConfirmsHoldTheReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const count = 4 * maxUnconfirmed
		nc, r := newNode(t, testOptions()).login(t)
		defer nc.Close()
		burst := bytes.Repeat(encode(t, 1, `basic.publish routing_key=nowhere | "x"`), 1024)
		var sent atomic.Int64
		go func() {
			nc.Write(encode(t, 1, "confirm.select"))
			for sent.Load() < count {
				nc.Write(burst)
				sent.Add(1024)
			}
		}()
		synctest.Wait()
		if n := sent.Load(); n >= count {
			t.Fatal("everything was taken, and nothing read")
		}
		var ack amqp.BasicAck
		for ack.DeliveryTag < count {
			f, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			if id, _ := amqp.MethodIDOf(f.Payload); id == amqp.BasicAckID {
				if err := ack.Parse(f.Payload); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

// TestSlowReader: deliveries wait in the queue while the client does not read,
// and all come once it does, in order.
func TestSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const count = 2000
		n := newNode(t, testOptions())
		publisher, answers := n.login(t)
		defer publisher.Close()
		go drain(answers)
		publisher.Write(encode(t, 1, `queue.declare queue=q`))
		for i := range count {
			publisher.Write(encode(t, 1, fmt.Sprintf(`basic.publish routing_key=q | message_id=%d 8000*"x"`, i)))
		}
		consumer, frames := n.login(t)
		defer consumer.Close()
		consumer.Write(encode(t, 1, `basic.consume queue=q no_ack`))
		synctest.Wait()
		if ready := n.b.Totals().Ready; ready == 0 {
			t.Error("everything was taken out of the queue, and nothing read")
		}
		for i := 0; i < count; {
			f, err := frames.Next()
			if err != nil {
				t.Fatal(err)
			}
			if f.Type != amqp.FrameHeader {
				continue
			}
			p, err := amqp.ParseProperties(f.Payload)
			if err != nil || p.MessageID != strconv.Itoa(i) {
				t.Fatalf("message %q instead of %d, %v", p.MessageID, i, err)
			}
			i++
		}
	})
}

func drain(r *amqp.Reader) {
	for {
		if _, err := r.Next(); err != nil {
			return
		}
	}
}
