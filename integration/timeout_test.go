package integration

import (
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// TestConsumerTimeout: a worker that hangs loses its delivery to another, is
// told so, and consumes again on the same channel.
func TestConsumerTimeout(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	hung, err := reach(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	other, err := reach(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	cancelled := hung.NotifyCancel(make(chan string, 1))
	if _, err := hung.QueueDeclare("jobs", true, false, false, false, amqp.Table{"x-queue-type": "quorum", "x-consumer-timeout": 2000}); err != nil {
		t.Fatal(err)
	}
	jobs, err := hung.Consume("jobs", "hung", false, false, false, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := hung.PublishWithContext(t.Context(), "", "jobs", false, false, amqp.Publishing{Body: []byte("job")}); err != nil {
		t.Fatal(err)
	}
	late, began := <-jobs, time.Now()
	theirs, err := other.Consume("jobs", "other", false, false, false, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	select {
	case d := <-theirs:
		if took := time.Since(began); took < 1900*time.Millisecond || took > 3*time.Second {
			t.Errorf("redelivered after %v instead of 2 s", took)
		}
		if n := d.Headers["x-delivery-count"]; !d.Redelivered || n != int64(1) {
			t.Errorf("redelivered %v, x-delivery-count %v", d.Redelivered, n)
		}
		if tag := <-cancelled; tag != "hung" {
			t.Errorf("%s is cancelled", tag)
		}
		if err := late.Ack(false); err != nil {
			t.Error(err)
		}
		if err := d.Ack(false); err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("not redelivered")
	}
	if _, err := hung.Consume("jobs", "hung", false, false, false, false, nil); err != nil {
		t.Errorf("the channel of the worker that hung: %v", err)
	}
	b.Stop()
}
