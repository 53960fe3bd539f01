package server

import (
	"bytes"
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
		"replies": `queue.declare queue=q`,
		"returns": `basic.publish routing_key=nowhere mandatory | 2000*"x"`,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { askAndDoNotRead(t, ask) })
		})
	}
}

func askAndDoNotRead(t *testing.T, ask string) {
	const asked = 300_000
	nc, r := newNode(t, testOptions()).login(t)
	defer nc.Close()
	wire := encode(t, 1, ask)
	var sent atomic.Int64
	go func() {
		burst := bytes.Repeat(wire, 100)
		for range asked / 100 {
			nc.Write(burst)
			sent.Add(100)
		}
	}()
	synctest.Wait()
	if n := sent.Load(); n == asked {
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
