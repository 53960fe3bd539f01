package integration

import (
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// TestPausedQueue: a queue that is paused takes messages and gives none, to
// old consumers and to new ones, until it is told to go on.
func TestPausedQueue(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	ch := o.mustEnter("/")
	if _, err := ch.QueueDeclare("q", true, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	held := o.consume(ch)
	o.keep(ch, "before")
	o.next(held, "before")
	o.does("PUT", "queues/%2F/q/pause", "", 204)
	o.keep(ch, "during")
	o.nothing(held)
	o.lives(func() {
		ch := o.mustEnter("/")
		q, err := ch.QueueDeclarePassive("q", true, false, false, false, nil)
		if err != nil || q.Messages != 1 {
			t.Errorf("%d messages, %v", q.Messages, err)
		}
		if _, ok, err := ch.Get("q", true); ok || err != nil {
			t.Errorf("got from a paused queue: %v, %v", ok, err)
		}
		deliveries := o.consume(ch)
		o.nothing(deliveries)
		ch.conn.Close()
	})
	deliveries := o.consume(o.mustEnter("/"))
	o.nothing(deliveries)
	o.does("PUT", "queues/%2F/q/resume", "", 204)
	o.next(deliveries, "during")
}

func (o *office) consume(ch channel) <-chan amqp.Delivery {
	o.t.Helper()
	deliveries, err := ch.Consume("q", "", false, false, false, false, nil)
	if err != nil {
		o.t.Fatal(err)
	}
	return deliveries
}

// next acknowledges the next delivery, which is of body.
func (o *office) next(deliveries <-chan amqp.Delivery, body string) {
	o.t.Helper()
	select {
	case d := <-deliveries:
		if err := d.Ack(false); err != nil || string(d.Body) != body {
			o.t.Fatalf("got %q, want %q; %v", d.Body, body, err)
		}
	case <-time.After(5 * time.Second):
		o.t.Fatal("no delivery of ", body)
	}
}

// nothing wants no delivery for a while.
func (o *office) nothing(deliveries <-chan amqp.Delivery) {
	o.t.Helper()
	select {
	case d, ok := <-deliveries:
		o.t.Fatalf("a paused queue delivered %q (%v)", d.Body, ok)
	case <-time.After(300 * time.Millisecond):
	}
}

// keep publishes to q, and returns once the broker has the message on disk.
func (o *office) keep(ch channel, body string) {
	o.t.Helper()
	if err := ch.Confirm(false); err != nil {
		o.t.Fatal(err)
	}
	c, err := ch.PublishWithDeferredConfirm("", "q", false, false, amqp.Publishing{
		Body: []byte(body), DeliveryMode: amqp.Persistent,
	})
	if err != nil || !c.Wait() {
		o.t.Fatal("not confirmed: ", err)
	}
}
