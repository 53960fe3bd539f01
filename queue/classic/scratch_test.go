package classic

import (
	"testing"
	"unsafe"

	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/queuetest"
)

// TestQueueAtRest: a queue that was busy once keeps no lists of that, and one
// that never was is small. Brokers have a hundred thousand of them.
func TestQueueAtRest(t *testing.T) {
	if n := unsafe.Sizeof(Queue{}); n > 768 {
		t.Errorf("a queue takes %d bytes, so an allocation of 896 or more", n)
	}
	q := opened(t, true)
	c := &queuetest.Consumer{Credit: 300}
	q.Consume(c, queue.ConsumeOptions{})
	m := &message.Message{Header: make([]byte, 14), Body: []byte("x"), Persistent: true, Expiration: -1}
	burst := make([]queue.Publication, 300)
	for i := range burst {
		burst[i].Message = m
	}
	at := func(when string) {
		q.mu.Lock()
		defer q.mu.Unlock()
		if q.work != nil {
			t.Errorf("after %s it holds %d staged, %d settled", when, len(q.work.staging), len(q.work.acks))
		}
	}
	q.Publish(burst)
	at("publishing")
	q.Settle(c, c.Take(), queue.Ack)
	at("settling")
	q.Cancel(c)
	q.Publish(burst)
	if _, _, ok := q.Get(true); !ok {
		t.Fatal("nothing to get")
	}
	at("getting")
	if q.Purge() == 0 {
		t.Error("nothing to purge")
	}
	at("purging")
}
