package integration

import (
	"context"
	"encoding/binary"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"
)

// TestBackup takes backups of a broker under load, each by the command that
// users have, and starts a broker from each: what was confirmed before a backup
// began is there, in order, unless it was acknowledged before it ended.
func TestBackup(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	ch := dial(t, b)
	for _, name := range []string{"kept", "worked"} {
		if _, err := ch.QueueDeclare(name, true, false, false, false, nil); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var load sync.WaitGroup
	var kept, worked, acked atomic.Uint64 // all up to there
	load.Go(func() { number(ctx, t, b, "kept", &kept) })
	load.Go(func() { number(ctx, t, b, "worked", &worked) })
	load.Go(func() { ackInOrder(ctx, t, b, "worked", &acked) })

	for i := range 3 {
		await(t, "messages", func() bool { return kept.Load() > uint64(100*(i+1)) && acked.Load() > uint64(30*(i+1)) })
		keptBefore, workedBefore := kept.Load(), worked.Load()
		file, dir := filepath.Join(t.TempDir(), "backup"), filepath.Join(t.TempDir(), "restored")
		command(t, "backup", file, "--uri=unix:"+filepath.Join(b.Dir, "hutchmq.sock"))
		ackedAfter := acked.Load() + 1 // of one the consumer may just have acknowledged
		command(t, "verify", file)
		command(t, "restore", file, dir)
		if out := command(t, "verify", dir); !strings.Contains(out, "2 durable queues") || !strings.Contains(out, "whole") {
			t.Errorf("verify: %s", out)
		}
		restored := Start(t, hutchmq, "--data-dir="+dir)
		if first, last := drainNumbers(t, restored, "kept"); first != 1 || last < keptBefore {
			t.Errorf("backup %d has %d to %d, and %d were confirmed", i, first, last, keptBefore)
		}
		if first, last := drainNumbers(t, restored, "worked"); first > ackedAfter+1 || last < workedBefore && workedBefore > ackedAfter {
			t.Errorf("backup %d has %d to %d, %d were confirmed and %d acknowledged", i, first, last, workedBefore, ackedAfter)
		}
		restored.Stop()
	}
	stop()
	load.Wait()
	b.Stop()
}

// command runs hutchmq, which must do what it is asked.
func command(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command(hutchmq, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("hutchmq %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// number publishes persistent messages that count up, one after the other's
// confirm.
func number(ctx context.Context, t *testing.T, b *Broker, queue string, confirmed *atomic.Uint64) {
	ch := dial(t, b)
	if err := ch.Confirm(false); err != nil {
		t.Error(err)
		return
	}
	for n := uint64(1); ctx.Err() == nil; n++ {
		m := amqp.Publishing{DeliveryMode: amqp.Persistent, Body: binary.BigEndian.AppendUint64(make([]byte, 0, 2048), n)[:2048]}
		c, err := ch.PublishWithDeferredConfirm("", queue, true, false, m)
		if err != nil || !c.Wait() {
			t.Errorf("%s %d: %v", queue, n, err)
			return
		}
		confirmed.Store(n)
	}
}

// ackInOrder acknowledges what comes.
func ackInOrder(ctx context.Context, t *testing.T, b *Broker, queue string, acked *atomic.Uint64) {
	ch := dial(t, b)
	if err := ch.Qos(10, 0, false); err != nil {
		t.Error(err)
		return
	}
	ds, err := ch.ConsumeWithContext(ctx, queue, "", false, false, false, false, nil)
	if err != nil {
		t.Error(err)
		return
	}
	for d := range ds {
		acked.Store(binary.BigEndian.Uint64(d.Body))
		d.Ack(false)
	}
}

// drainNumbers gets all of a queue: they must count up by one, but a message at
// the front may have been acknowledged without the disk knowing it.
func drainNumbers(t *testing.T, b *Broker, queue string) (first, last uint64) {
	t.Helper()
	ch := dial(t, b)
	for {
		d, ok, err := ch.Get(queue, true)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return first, last
		}
		n := binary.BigEndian.Uint64(d.Body)
		if last != 0 && n != last+1 {
			t.Fatalf("%s: %d after %d", queue, n, last)
		}
		if first == 0 {
			first = n
		}
		last = n
	}
}
