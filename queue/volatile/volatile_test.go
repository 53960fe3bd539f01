package volatile

import (
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/queuetest"
)

// TestVolatile publishes to nobody, to a willing consumer, and to one without
// credit: each message is handed over or dropped, and confirmed once.
func TestVolatile(t *testing.T) {
	q, err := Type.Open(queue.Declaration{Name: "r"}, &queuetest.Host{})
	if err != nil {
		t.Fatal(err)
	}
	c, sent := &queuetest.Consumer{}, &queuetest.Receipts{}
	publish := func(seq uint64, body string) {
		m := &message.Message{Body: []byte(body)}
		q.Publish([]queue.Publication{{Message: m, Receipt: queue.Receipt{To: sent, Seq: seq}}})
	}
	publish(1, "nobody is there")
	if err := q.Consume(c, queue.ConsumeOptions{NoAck: true}); err != nil {
		t.Fatal(err)
	}
	if err := q.Consume(&queuetest.Consumer{}, queue.ConsumeOptions{NoAck: true}); !amqp.ReplyConsumerSet.Is(err) {
		t.Errorf("a second consumer: %v", err)
	}
	c.Grant(1)
	publish(2, "for you")
	publish(3, "too much")
	ds := c.Take()
	if len(ds) != 1 || string(ds[0].Message.Body) != "for you" {
		t.Errorf("delivered %v", ds)
	}
	if s := q.Stat(); s.Ready != 0 || s.Unacked != 0 || s.Consumers != 1 {
		t.Errorf("%+v", s)
	}
	q.Cancel(c)
	publish(4, "nobody is there any more")
	if err := sent.Check(4); err != nil {
		t.Error(err)
	}
	if ds := c.Take(); len(ds) != 0 {
		t.Errorf("delivered %v after cancel", ds)
	}
}
