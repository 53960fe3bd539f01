package integration

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"
)

// TestSizes: bodies of every awkward size come back as they went, for frames of
// the smallest and the usual size; one byte over the limit closes the channel.
func TestSizes(t *testing.T) {
	t.Parallel()
	const limit = 16 << 20
	b := Start(t, hutchmq)
	for _, frame := range []int{4096, 128 << 10} {
		conn, err := amqp.DialConfig(b.URL(), amqp.Config{FrameSize: frame})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		ch, err := conn.Channel()
		if err != nil {
			t.Fatal(err)
		}
		q := fmt.Sprintf("frames of %d", frame)
		if _, err := ch.QueueDeclare(q, true, false, false, false, nil); err != nil {
			t.Fatal(err)
		}
		payload := frame - 8
		for _, size := range []int{0, 1, payload - 1, payload, payload + 1, 2 * payload, 3*payload + 7, limit} {
			body := bytes.Repeat([]byte{byte(size), 0xCE, 1, 2, 3}, size/5+1)[:size]
			publishing := amqp.Publishing{Body: body, DeliveryMode: amqp.Persistent}
			if err := ch.PublishWithContext(t.Context(), "", q, false, false, publishing); err != nil {
				t.Fatal(err)
			}
			d, ok, err := ch.Get(q, true)
			if err != nil || !ok || sha256.Sum256(d.Body) != sha256.Sum256(body) {
				t.Fatalf("%d bytes in frames of %d: got %d bytes, %v, %v", size, frame, len(d.Body), ok, err)
			}
		}
		closed := ch.NotifyClose(make(chan *amqp.Error, 1))
		if err := ch.PublishWithContext(t.Context(), "", q, false, false, amqp.Publishing{Body: make([]byte, limit+1)}); err != nil {
			t.Fatal(err)
		}
		if e := <-closed; e == nil || e.Code != 406 {
			t.Errorf("a body over the limit: %v", e)
		}
	}
}

// TestUpdateSecret: a client may renew its credentials, and go on.
func TestUpdateSecret(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	conn, err := amqp.Dial(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.UpdateSecret("guest", "renewed"); err != nil {
		t.Fatal(err)
	}
	ch, err := conn.Channel()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ch.QueueDeclare("q", false, false, true, false, nil); err != nil {
		t.Fatal(err)
	}
}

// TestDefaultPrefetch: a consumer that asks for no prefetch gets the node's.
func TestDefaultPrefetch(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq, "HUTCHMQ_LIMITS_PREFETCH=2")
	ch := dial(t, b)
	if _, err := ch.QueueDeclare("q", false, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if err := ch.PublishWithContext(t.Context(), "", "q", false, false, amqp.Publishing{}); err != nil {
			t.Fatal(err)
		}
	}
	deliveries, err := ch.Consume("q", "", false, false, false, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	<-deliveries
	second := <-deliveries
	if err := second.Ack(true); err != nil {
		t.Fatal(err)
	}
	<-deliveries
	<-deliveries
	q, err := ch.QueueDeclarePassive("q", false, false, false, false, nil)
	if err != nil || q.Messages != 1 {
		t.Fatalf("%d messages wait, want 1 (%v)", q.Messages, err)
	}
}
