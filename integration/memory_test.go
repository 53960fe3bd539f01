package integration

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// small is a container of 256 MiB, as far as the broker knows. Nobody but the
// broker keeps it below that, so that a test sees by how much it fails.
const small = 256 << 20

func startSmall(t *testing.T) *Broker { return Start(t, hutchmq, "HUTCHMQ_MEMORY_LIMIT=256MiB") }

// TestMemoryFlood: transient messages for a consumer that stopped go to disk
// before they fill the memory, and all of them come back in order.
func TestMemoryFlood(t *testing.T) {
	b := startSmall(t)
	ch := dial(t, b)
	if _, err := ch.QueueDeclare("flood", false, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	if err := ch.Qos(1, 0, false); err != nil {
		t.Fatal(err)
	}
	if _, err := ch.Consume("flood", "", false, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	rss := watchRSS(b)
	const messages, bytes = 400_000, 1 << 10
	r, stderr, code := perf(t, b.Addr, "-x", "2", "-y", "0", "-u", "flood", "-p", "-s", "1024", "-C", "200000", "-z", "60")
	if code != 0 || r.Sent != messages {
		t.Errorf("exit %d, %+v: %s", code, r, stderr)
	}
	if high := rss(); high == 0 || high > small {
		t.Errorf("%d MiB resident after %d MiB of messages", high>>20, messages*bytes>>20)
	}
	if err := ch.Close(); err != nil {
		t.Error(err)
	}
	r, stderr, code = perf(t, b.Addr, "-x", "0", "-y", "1", "-u", "flood", "-p", "-q", "1000", "-A", "100", "-D", "400000", "-z", "60")
	if code != 0 || r.Received != messages || r.Lost+r.Duplicated+r.Disordered != 0 {
		t.Errorf("exit %d, %+v: %s", code, r, stderr)
	}
	if strings.Contains(b.Log(), "killed") || !b.Running() {
		t.Error("the broker ended")
	}
}

// TestMemoryAlarm: what a consumer holds unacknowledged cannot go to disk, so
// that publishers are stopped before it fills the memory, and go on once it is
// acknowledged.
func TestMemoryAlarm(t *testing.T) {
	b := startSmall(t)
	ch := dial(t, b)
	if _, err := ch.QueueDeclare("hoard", false, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	deliveries, err := ch.Consume("hoard", "", false, false, false, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	rss := watchRSS(b)
	publisher := exec.Command(hutchmq, "perf", "-x", "1", "-y", "0", "-u", "hoard", "-p", "-s", "16384", "-r", "8000",
		"-z", "120", "--quiet", "--uri", "amqp://"+b.Addr)
	if err := publisher.Start(); err != nil {
		t.Fatal(err)
	}
	defer publisher.Wait()
	defer publisher.Process.Kill()
	last := hoard(t, b, deliveries)
	if high := rss(); high > small {
		t.Errorf("%d MiB resident before publishers were stopped", high>>20)
	}
	if err := last.Ack(true); err != nil {
		t.Fatal(err)
	}
	select {
	case <-deliveries:
	case <-time.After(30 * time.Second):
		t.Error("publishers are not let go on")
	}
	if !strings.Contains(b.Log(), "alarm cleared") {
		t.Error("the alarm is not cleared")
	}
}

// hoard takes deliveries until there is an alarm and they end, and gives the
// last.
func hoard(t *testing.T, b *Broker, deliveries <-chan amqp.Delivery) (last amqp.Delivery) {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		select {
		case last = <-deliveries:
		case <-time.After(2 * time.Second):
			if !strings.Contains(b.Log(), "alarm set") {
				t.Fatal("deliveries end, and there is no alarm")
			}
			return last
		case <-deadline:
			t.Fatal("no alarm")
		}
	}
}
