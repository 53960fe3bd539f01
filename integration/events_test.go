package integration

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// listen consumes what an exchange of the broker's own sends under key.
func listen(t *testing.T, ch *amqp.Channel, exchange, key string) <-chan amqp.Delivery {
	t.Helper()
	q, err := ch.QueueDeclare("", false, true, true, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := ch.QueueBind(q.Name, key, exchange, false, nil); err != nil {
		t.Fatal(err)
	}
	deliveries, err := ch.Consume(q.Name, "", true, false, false, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	return deliveries
}

// awaitEvent takes deliveries until one has the key.
func awaitEvent(t *testing.T, deliveries <-chan amqp.Delivery, key string) amqp.Delivery {
	t.Helper()
	for timeout := time.After(10 * time.Second); ; {
		select {
		case d := <-deliveries:
			if d.RoutingKey == key {
				return d
			}
		case <-timeout:
			t.Fatalf("no %s", key)
		}
	}
}

// says compares headers; nested tables by how they print.
func says(t *testing.T, d amqp.Delivery, want amqp.Table) {
	t.Helper()
	for k, v := range want {
		if fmt.Sprint(d.Headers[k]) != fmt.Sprint(v) {
			t.Errorf("%s: %s is %v, want %v", d.RoutingKey, k, d.Headers[k], v)
		}
	}
}

// TestEventExchange: a stock client binds # and hears what another does.
func TestEventExchange(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	events := listen(t, dial(t, b), "amq.rabbitmq.event", "#")
	began := time.Now()
	ch, err := reach(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	says(t, awaitEvent(t, events, "user.authentication.success"), amqp.Table{"name": "guest", "auth_mechanism": "PLAIN"})
	says(t, awaitEvent(t, events, "connection.created"), amqp.Table{"user": "guest", "vhost": "/", "peer_host": "127.0.0.1"})
	if _, err := ch.QueueDeclare("q", true, false, false, false, amqp.Table{"x-max-length": 7}); err != nil {
		t.Fatal(err)
	}
	created := awaitEvent(t, events, "queue.created")
	says(t, created, amqp.Table{
		"name": "q", "vhost": "/", "durable": true, "auto_delete": false, "exclusive": false, "type": "classic",
		"arguments": amqp.Table{"x-max-length": 7}, "user_who_performed_action": "guest",
	})
	ms, ok := created.Headers["timestamp_in_ms"].(int64)
	if !ok || ms < began.UnixMilli() || ms > time.Now().UnixMilli() || created.Timestamp.Unix() != ms/1000 ||
		created.DeliveryMode != amqp.Persistent || len(created.Body) > 0 {
		t.Errorf("%d ms, %v, delivery mode %d, %d bytes", ms, created.Timestamp, created.DeliveryMode, len(created.Body))
	}
	if err := ch.QueueBind("q", "k", "amq.topic", false, nil); err != nil {
		t.Fatal(err)
	}
	says(t, awaitEvent(t, events, "binding.created"), amqp.Table{
		"source_name": "amq.topic", "destination_name": "q", "destination_kind": "queue", "routing_key": "k",
	})
	if _, err := ch.QueueDelete("q", false, false, false); err != nil {
		t.Fatal(err)
	}
	says(t, awaitEvent(t, events, "queue.deleted"), amqp.Table{"name": "q", "vhost": "/"})
	ch.conn.Close()
	awaitEvent(t, events, "connection.closed")
	if _, err := reach("amqp://guest:wrong@" + b.Addr + "/"); err == nil {
		t.Fatal("a wrong password is good enough")
	}
	says(t, awaitEvent(t, events, "user.authentication.failure"), amqp.Table{"name": "guest", "peer_host": "127.0.0.1"})
}

// TestFirehose: a vhost whose definition says so is traced, also after a
// restart without it.
func TestFirehose(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "definitions.json")
	if err := os.WriteFile(file, []byte(`{"vhosts": [{"name": "/", "tracing": true}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	b := Start(t, hutchmq, "--definitions="+file)
	if err := os.WriteFile(file, []byte(`{}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		ch := dial(t, b)
		traced := listen(t, dial(t, b), "amq.rabbitmq.trace", "#")
		declareDurable(t, ch, "q")
		err := ch.Publish("", "q", false, false, amqp.Publishing{
			ContentType: "text/plain", DeliveryMode: amqp.Persistent, Headers: amqp.Table{"n": int32(7)}, Body: []byte("secret"),
		})
		if err != nil {
			t.Fatal(err)
		}
		d := awaitEvent(t, traced, "publish.")
		says(t, d, amqp.Table{
			"exchange_name": "", "routing_keys": []any{"q"}, "routed_queues": []any{"q"}, "vhost": "/", "user": "guest", "channel": 1,
			"properties": amqp.Table{"content_type": "text/plain", "delivery_mode": 2, "headers": amqp.Table{"n": 7}},
		})
		if string(d.Body) != "secret" || d.DeliveryMode == amqp.Persistent {
			t.Errorf("%q, delivery mode %d", d.Body, d.DeliveryMode)
		}
		if m, ok, err := ch.Get("q", true); err != nil || !ok || string(m.Body) != "secret" {
			t.Errorf("got %v %q, %v", ok, m.Body, err)
		}
		says(t, awaitEvent(t, traced, "deliver.q"), amqp.Table{"exchange_name": "", "redelivered": 0, "routing_keys": []any{"q"}})
		b.Stop()
		b.Restart()
	}
}
