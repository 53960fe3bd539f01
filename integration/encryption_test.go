package integration

import (
	"bytes"
	"context"
	"io/fs"
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

// secrets are what a broker of this test is told, by where that goes.
var secrets = map[string]string{
	"body": "secret-body-1", "header": "secret-header-2", "routing key": "secret-key-3", "queue": "secret-queue-4",
	"user": "secret-user-5", "transient body": "secret-transient-6", "correlation id": "secret-correlation-7",
}

// newKey makes the file of a key, and gives the setting for it.
func newKey(t *testing.T) (file, setting string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "key")
	command(t, "encryption", "new-key", file)
	return file, "HUTCHMQ_ENCRYPTION_KEY_FILE=" + file
}

// tell publishes the secrets, declares what is called by them, and has someone
// change a user, which the audit log notes.
func tell(t *testing.T, b *Broker) {
	t.Helper()
	ch := dial(t, b)
	queue := secrets["queue"]
	_, err := ch.QueueDeclare(queue, true, false, false, false, nil)
	if err == nil {
		err = ch.QueueBind(queue, secrets["routing key"], "amq.topic", false, nil)
	}
	if err == nil {
		err = ch.Confirm(false)
	}
	if err != nil {
		t.Fatal(err)
	}
	var last *amqp.DeferredConfirmation
	for i := range 2000 {
		m := amqp.Publishing{
			DeliveryMode: amqp.Persistent, Body: []byte(strings.Repeat(secrets["body"], 50)),
			Headers: amqp.Table{"h": secrets["header"]}, CorrelationId: secrets["correlation id"],
		}
		if i%10 == 0 {
			m.DeliveryMode, m.Body = amqp.Transient, []byte(strings.Repeat(secrets["transient body"], 50))
		}
		if last, err = ch.PublishWithDeferredConfirm("amq.topic", secrets["routing key"], true, false, m); err != nil {
			t.Fatal(err)
		}
	}
	if !last.Wait() {
		t.Fatal("not confirmed")
	}
	ctl := exec.Command(hutchmq, "ctl", "add_user", secrets["user"], "password")
	ctl.Env = append(os.Environ(), "HUTCHMQ_DATA_DIR="+b.Dir)
	if out, err := ctl.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	time.Sleep(300 * time.Millisecond) // for the audit log
}

// told lists what of the secrets, and of the hash of a password, is in the files
// of a data directory.
func told(t *testing.T, dir string) (list []string) {
	t.Helper()
	size := 0
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		size += len(b)
		for what, text := range secrets {
			if bytes.Contains(b, []byte(text)) {
				list = append(list, what+" in "+e.Name())
			}
		}
		if bytes.Contains(b, []byte("rabbit_password_hashing")) || bytes.Contains(b, []byte("hashing_algorithm")) {
			list = append(list, "a user in "+e.Name())
		}
		return err
	})
	if err != nil || size == 0 {
		t.Fatalf("%d bytes in %s, %v", size, dir, err)
	}
	return list
}

// TestEncryption: with a key, no file of a broker tells anything, while it runs,
// after it was killed and after it has ended; without, all of them would.
func TestEncryption(t *testing.T) {
	t.Parallel()
	plain := Start(t, hutchmq)
	tell(t, plain)
	if n := len(told(t, plain.Dir)); n < len(secrets)-1 {
		t.Errorf("without a key only %d secrets are told: this test sees nothing", n)
	}
	plain.Stop()
	file, setting := newKey(t)
	b := Start(t, hutchmq, setting)
	tell(t, b)
	look := func(when string) {
		t.Helper()
		if list := told(t, b.Dir); len(list) > 0 {
			t.Errorf("%s: %v", when, list)
		}
	}
	look("while it runs")
	b.Kill()
	look("killed")
	b.Restart()
	look("started again")
	if q, err := dial(t, b).QueueDeclarePassive(secrets["queue"], true, false, false, false, nil); err != nil || q.Messages != 1800 {
		t.Errorf("%d messages of 1800 came back, %v", q.Messages, err)
	}
	backup := filepath.Join(t.TempDir(), "backup")
	command(t, "backup", backup, "--uri=unix:"+filepath.Join(b.Dir, "hutchmq.sock"))
	b.Stop()
	look("stopped")
	if out := command(t, "verify", b.Dir, "--key-file="+file); !strings.Contains(out, "1800 messages") {
		t.Errorf("verify: %s", out)
	}
	if list := told(t, filepath.Dir(backup)); len(list) > 0 {
		t.Errorf("a backup: %v", list)
	}
	if out := command(t, "verify", backup); !strings.Contains(out, "encrypted") {
		t.Errorf("verify a backup without a key: %s", out)
	}
	restored := filepath.Join(t.TempDir(), "restored")
	command(t, "restore", backup, restored, "--key-file="+file)
	if out := command(t, "verify", restored, "--key-file="+file); !strings.Contains(out, "1800 messages") {
		t.Errorf("verify what was restored: %s", out)
	}
	command(t, "encryption", "off", "--data-dir="+b.Dir, "--key-file="+file)
	if len(told(t, b.Dir)) == 0 {
		t.Error("it is still encrypted")
	}
	command(t, "encryption", "on", "--data-dir="+b.Dir, "--key-file="+file)
	look("encrypted again")
	b.Restart()
	if q, err := dial(t, b).QueueDeclarePassive(secrets["queue"], true, false, false, false, nil); err != nil || q.Messages != 1800 {
		t.Errorf("%d messages of 1800 are left, %v", q.Messages, err)
	}
	b.Stop()
}

// refused starts a broker that must not start, and tells what it says.
func refused(t *testing.T, dir string, settings ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	c := exec.CommandContext(ctx, hutchmq, "server", "--data-dir="+dir, "--amqp=127.0.0.1:0", "--management=none", "--metrics=none")
	c.Env = append(os.Environ(), settings...)
	out, err := c.CombinedOutput()
	if err == nil || ctx.Err() != nil {
		t.Errorf("it started: %s", out)
	}
	return string(out)
}

// TestKeyRotation changes the key of a broker under load, and kills it: what was
// confirmed is there with the new key, and the old one opens nothing.
func TestKeyRotation(t *testing.T) {
	t.Parallel()
	file, setting := newKey(t)
	b := Start(t, hutchmq, setting)
	if _, err := dial(t, b).QueueDeclare("kept", true, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	confirmed := uint64(0)
	for range 3 {
		var load sync.WaitGroup
		var now atomic.Uint64
		load.Go(func() { countUntilGone(t, b, confirmed, &now) })
		await(t, "messages", func() bool { return now.Load() > confirmed+50 })
		next, nextSetting := newKey(t)
		command(t, "encryption", "rotate", "--data-dir="+b.Dir, "--key-file="+file, "--new-key-file="+next)
		await(t, "more messages", func() bool { return now.Load() > confirmed+100 })
		b.Kill()
		load.Wait()
		confirmed = now.Load()
		if out := refused(t, b.Dir, setting); !strings.Contains(out, "opens with the key") {
			t.Errorf("with the key before: %s", out)
		}
		if out := refused(t, b.Dir); !strings.Contains(out, "no key was given") {
			t.Errorf("without a key: %s", out)
		}
		file, setting = next, nextSetting
		b.env = []string{setting}
		b.Restart()
		if q, err := dial(t, b).QueueDeclarePassive("kept", true, false, false, false, nil); err != nil || uint64(q.Messages) < confirmed {
			t.Errorf("%d messages of %d that were confirmed, %v", q.Messages, confirmed, err)
		}
	}
	if out := command(t, "encryption", "status", "--data-dir="+b.Dir, "--key-file="+file); !strings.Contains(out, "The key given opens it") {
		t.Errorf("status: %s", out)
	}
	b.Stop()
	keys := filepath.Join(b.Dir, "keys")
	kept, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	for says, ruin := range map[string]func() error{
		"put a copy of it back": func() error { return os.Remove(keys) },
		"damaged":               func() error { return os.WriteFile(keys, kept[:len(kept)/2], 0o600) },
	} {
		if err := ruin(); err != nil {
			t.Fatal(err)
		}
		if out := refused(t, b.Dir, setting); !strings.Contains(out, says) {
			t.Errorf("want %q: %s", says, out)
		}
	}
	if err := os.WriteFile(keys, kept, 0o600); err != nil {
		t.Fatal(err)
	}
	b.Restart()
	if _, ok, err := dial(t, b).Get("kept", true); !ok || err != nil {
		t.Errorf("nothing is left after that, %v", err)
	}
	b.Stop()
}

// countUntilGone publishes persistent messages, one after the other's confirm,
// until the broker is gone.
func countUntilGone(t *testing.T, b *Broker, from uint64, confirmed *atomic.Uint64) {
	confirmed.Store(from)
	ch := dial(t, b)
	if err := ch.Confirm(false); err != nil {
		return
	}
	for {
		c, err := ch.PublishWithDeferredConfirm("", "kept", true, false, amqp.Publishing{DeliveryMode: amqp.Persistent, Body: make([]byte, 500)})
		if err != nil || !c.Wait() {
			return
		}
		confirmed.Add(1)
	}
}
