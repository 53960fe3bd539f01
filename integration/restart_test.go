package integration

import (
	"context"
	"fmt"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// dial opens a connection and a channel on it; the test closes them.
func dial(t *testing.T, b *Broker) *amqp.Channel {
	t.Helper()
	return dialURL(t, b.URL())
}

func dialURL(t *testing.T, url string) *amqp.Channel {
	t.Helper()
	conn, err := amqp.Dial(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	ch, err := conn.Channel()
	if err != nil {
		t.Fatal(err)
	}
	return ch
}

const messages, acked = 500, 100

// TestConfirmedSurvivesKill: what was confirmed is there after kill -9, in
// order, and what is transient is gone. What was acknowledged just before may
// come again.
func TestConfirmedSurvivesKill(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	fill(t, b)
	b.Kill()
	b.Restart()
	ch := dial(t, b)
	q, err := ch.QueueDeclarePassive("q", true, false, false, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	if q.Messages < messages-acked || q.Messages > messages {
		t.Fatalf("%d messages, want %d to %d", q.Messages, messages-acked, messages)
	}
	take(t, ch, messages-q.Messages, messages)
	empty(t, ch)
}

// TestConfirmedSurvivesStop: after an orderly end, what was acknowledged does
// not come again.
func TestConfirmedSurvivesStop(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	fill(t, b)
	b.Stop()
	b.Restart()
	ch := dial(t, b)
	take(t, ch, acked, messages)
	empty(t, ch)
}

// fill publishes confirmed messages to q, acknowledges the first of them, and
// publishes a transient one to other.
func fill(t *testing.T, b *Broker) {
	t.Helper()
	ch := dial(t, b)
	declareTopology(t, ch)
	if err := ch.Confirm(false); err != nil {
		t.Fatal(err)
	}
	confirmations := []*amqp.DeferredConfirmation{publish(t, ch, "transient", amqp.Transient, 0)}
	for i := range messages {
		confirmations = append(confirmations, publish(t, ch, "durable", amqp.Persistent, i))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for i, c := range confirmations {
		if ok, err := c.WaitContext(ctx); !ok || err != nil {
			t.Fatalf("message %d: confirmed %v, %v", i, ok, err)
		}
	}
	take(t, ch, 0, acked)
}

// empty wants no message in either queue.
func empty(t *testing.T, ch *amqp.Channel) {
	t.Helper()
	for _, queue := range []string{"q", "other"} {
		if m, ok, err := ch.Get(queue, true); ok || err != nil {
			t.Errorf("one more message in %s: %q, %v", queue, m.Body, err)
		}
	}
}

// declareTopology binds the durable queues q and other to the durable
// exchange x, by the keys durable and transient.
func declareTopology(t *testing.T, ch *amqp.Channel) {
	t.Helper()
	if err := ch.ExchangeDeclare("x", amqp.ExchangeDirect, true, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	for queue, key := range map[string]string{"q": "durable", "other": "transient"} {
		if _, err := ch.QueueDeclare(queue, true, false, false, false, nil); err != nil {
			t.Fatal(err)
		}
		if err := ch.QueueBind(queue, key, "x", false, nil); err != nil {
			t.Fatal(err)
		}
	}
}

func publish(t *testing.T, ch *amqp.Channel, key string, mode uint8, i int) *amqp.DeferredConfirmation {
	t.Helper()
	confirmation, err := ch.PublishWithDeferredConfirm("x", key, true, false, amqp.Publishing{
		DeliveryMode: mode, Body: fmt.Append(nil, i), Headers: amqp.Table{"n": int32(i)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return confirmation
}

// take gets and acknowledges the messages from number first up to end.
func take(t *testing.T, ch *amqp.Channel, first, end int) {
	t.Helper()
	for i := first; i < end; i++ {
		m, ok, err := ch.Get("q", false)
		if err != nil || !ok {
			t.Fatalf("message %d: there %v, %v", i, ok, err)
		}
		if string(m.Body) != fmt.Sprint(i) || m.Headers["n"] != int32(i) || m.DeliveryMode != amqp.Persistent {
			t.Fatalf("message %d is %q, headers %v, mode %d", i, m.Body, m.Headers, m.DeliveryMode)
		}
		if err := m.Ack(false); err != nil {
			t.Fatal(err)
		}
	}
	// An answer to a later method on the channel: the broker has seen the acks.
	if _, err := ch.QueueDeclarePassive("q", true, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
}
