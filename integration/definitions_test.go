package integration

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"
)

// exported is a definitions file as RabbitMQ writes it; the hash is that of
// the password test12, from RabbitMQ's guide.
const exported = `{
  "rabbit_version": "4.1.0",
  "users": [{"name": "mill", "password_hash": "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR",
    "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": ["administrator"]}],
  "vhosts": [{"name": "/"}, {"name": "grain"}],
  "permissions": [{"user": "mill", "vhost": "grain", "configure": "^$", "write": ".*", "read": ".*"}],
  "exchanges": [{"name": "x", "vhost": "grain", "type": "topic", "durable": true, "auto_delete": false,
    "internal": false, "arguments": {}}],
  "queues": [{"name": "q", "vhost": "grain", "durable": true, "auto_delete": false,
    "arguments": {"x-queue-type": "classic", "x-max-length": 10}}],
  "bindings": [{"source": "x", "vhost": "grain", "destination": "q", "destination_type": "queue",
    "routing_key": "rye.#", "arguments": {}}]
}`

// TestDefinitionsFile: what a file describes is there after the first start,
// and the same file is no trouble at the second.
func TestDefinitionsFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "definitions.json")
	if err := os.WriteFile(file, []byte(exported), 0o600); err != nil {
		t.Fatal(err)
	}
	b := Start(t, hutchmq, "--definitions="+file)
	b.Stop()
	b.Restart()
	ch, err := reach("amqp://mill:test12@" + b.Addr + "/grain")
	if err != nil {
		t.Fatal(err)
	}
	defer ch.conn.Close()
	if err := ch.Publish("x", "rye.whole", true, false, amqp.Publishing{Body: []byte("sack")}); err != nil {
		t.Fatal(err)
	}
	if m, ok, err := ch.Get("q", true); err != nil || !ok || string(m.Body) != "sack" {
		t.Errorf("got %v %q, %v", ok, m.Body, err)
	}
	if _, err := ch.QueueDeclare("mine", false, false, true, false, nil); code(err) != amqp.AccessRefused {
		t.Errorf("declaring without the right to: %v", err)
	}
}

// TestDefinitionsUnchanged: what was applied is not applied again, so that what
// was deleted by hand stays deleted, until the file says something else.
func TestDefinitionsUnchanged(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "definitions.yaml")
	write := func(queues string) {
		t.Helper()
		if err := os.WriteFile(file, []byte("version: 1\nvhosts: {/: {queues: {"+queues+"}}}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a: , b: {max_length: \"${MOST:-5}\"}")
	b := Start(t, hutchmq, "--definitions="+file, "HUTCHMQ_DEFINITIONS_SKIP_IF_UNCHANGED=true")
	there := func(name string) bool {
		_, err := dial(t, b).QueueDeclarePassive(name, true, false, false, false, nil)
		return err == nil
	}
	if _, err := dial(t, b).QueueDelete("a", false, false, false); err != nil {
		t.Fatal(err)
	}
	b.Stop()
	b.Restart()
	if there("a") || !there("b") || !strings.Contains(b.Log(), "definitions left alone") {
		t.Error("a file that did not change was applied again")
	}
	b.Stop()
	write("a: , b: {max_length: \"${MOST:-5}\"}, c: ")
	b.Restart()
	if !there("a") || !there("c") {
		t.Error("a file that changed was not applied")
	}
	if _, err := dial(t, b).QueueDelete("a", false, false, false); err != nil {
		t.Fatal(err)
	}
	b.Stop()
	b.env[0] = "HUTCHMQ_DEFINITIONS_SKIP_IF_UNCHANGED=false"
	b.Restart()
	if !there("a") {
		t.Error("a file that did not change was not applied, and nobody wanted that")
	}
}
