package integration

import (
	"context"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// TestDiskFull fills the file system of a broker that has no limit of what must
// be free. Publishers are told, and wait as long as nothing fits; what cannot
// be kept is refused and not answered with success; and with room again all
// goes on. After a SIGKILL in the middle of that everything confirmed is there.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 && os.Getenv("CI") == "" {
		t.Skip("NOT RUN: only root may mount a small disk")
	}
	dir := tinyDisk(t, "300m")
	b := Start(t, hutchmq, "--data-dir="+filepath.Join(dir, "data"), "HUTCHMQ_ALARMS_DISK_FREE_LIMIT=0")
	ch := dial(t, b)
	declareDurable(t, ch, "q")

	ctx, stop := context.WithCancel(t.Context())
	var confirmed atomic.Uint64
	var load sync.WaitGroup
	load.Go(func() { floodQueue(ctx, b, "q", &confirmed) })
	await(t, "confirms", func() bool { return confirmed.Load() > 50 })

	fillDisk(t, dir)
	awaitStill(t, &confirmed)
	declaredWhileFull := declareMany(t, b)
	t.Logf("%d queues were declared while the disk was full", len(declaredWhileFull))
	if !b.Running() || b.Panicked() {
		t.Fatal("the broker ended since the disk is full")
	}
	await(t, "alarm", func() bool { return strings.Contains(b.Log(), "alarm set") })
	emptyDisk(t, dir)
	before := confirmed.Load()
	await(t, "confirms after there was room again", func() bool { return confirmed.Load() > before+50 })
	await(t, "end of the alarm", func() bool { return strings.Contains(b.Log(), "alarm cleared") })
	if _, err := dial(t, b).QueueDeclare("later", true, false, false, false, nil); err != nil {
		t.Errorf("declaring with room again: %v", err)
	}

	fillDisk(t, dir)
	awaitStill(t, &confirmed)
	b.Kill()
	stop()
	load.Wait()
	emptyDisk(t, dir)
	b.Restart()
	if first, last := drainNumbers(t, b, "q"); first != 1 || last < confirmed.Load() {
		t.Errorf("it has %d to %d, and %d were confirmed", first, last, confirmed.Load())
	}
	ch = dial(t, b)
	for _, name := range append(declaredWhileFull, "later") {
		if _, err := ch.QueueDeclarePassive(name, true, false, false, false, nil); err != nil {
			t.Fatalf("%s was declared, and is gone: %v", name, err)
		}
	}
	b.Stop()
}

// tinyDisk mounts a file system in memory.
func tinyDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+size, "tmpfs", dir).CombinedOutput(); err != nil {
		t.Fatalf("mount: %v: %s", err, out)
	}
	t.Cleanup(func() { exec.Command("umount", "--lazy", dir).Run() })
	return dir
}

const ballast = "ballast"

// fillDisk takes all that is free, as often as something becomes free.
func fillDisk(t *testing.T, dir string) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, ballast), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size > 0; size /= 2 {
		for block := make([]byte, size); ; {
			if n, err := f.Write(block); err != nil || n < size {
				break
			}
		}
	}
}

func emptyDisk(t *testing.T, dir string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, ballast)); err != nil {
		t.Fatal(err)
	}
}

// awaitStill waits until a number has not grown for two seconds.
func awaitStill(t *testing.T, n *atomic.Uint64) {
	t.Helper()
	last, since := n.Load(), time.Now()
	await(t, "rest", func() bool {
		if now := n.Load(); now != last {
			last, since = now, time.Now()
		}
		return time.Since(since) > 2*time.Second
	})
}

// declareMany declares durable queues until one fails, and tells which did not.
func declareMany(t *testing.T, b *Broker) (declared []string) {
	ch := dial(t, b)
	for i := range 3000 {
		name := "full." + string(rune('a'+i%26)) + time.Now().Format("150405.000000")
		if _, err := ch.QueueDeclare(name, true, false, false, false, amqp.Table{"x-dead-letter-exchange": strings.Repeat("x", 250)}); err != nil {
			t.Logf("declaring while the disk is full: %v", err)
			return declared
		}
		declared = append(declared, name)
	}
	return declared
}

// floodQueue publishes messages of 32 KiB that count up, 20 at a time, and notes how
// far they were confirmed.
func floodQueue(ctx context.Context, b *Broker, queue string, confirmed *atomic.Uint64) {
	conn, err := amqp.Dial(b.URL())
	if err != nil {
		return
	}
	defer conn.Close()
	ch, err := conn.Channel()
	if err != nil || ch.Confirm(false) != nil {
		return
	}
	body := make([]byte, 32<<10)
	var open []*amqp.DeferredConfirmation
	for n := uint64(1); ctx.Err() == nil; n++ {
		binary.BigEndian.PutUint64(body, n)
		c, err := ch.PublishWithDeferredConfirm("", queue, true, false, amqp.Publishing{DeliveryMode: amqp.Persistent, Body: body})
		if err != nil {
			return
		}
		if open = append(open, c); len(open) < 20 {
			continue
		}
		if ok, err := open[0].WaitContext(ctx); err != nil || !ok {
			return
		}
		confirmed.Store(open[0].DeliveryTag)
		open = open[1:]
	}
}
