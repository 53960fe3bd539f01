package broker

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/delay"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/store"
)

// keep fills a data directory with a queue of n messages, one more in the log
// of a queue that is gone, and a backup of that.
func keep(t *testing.T, n int) (path string, backup []byte) {
	path = filepath.Join(t.TempDir(), "data")
	s, err := store.Open(path, store.Options{SegmentBytes: 64 << 10, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	b := Broker{store: s}
	if err := set(s, &definitions.Queue{Vhost: "/", Name: "orders", Type: "classic", Durable: true, ID: 7}); err != nil {
		t.Fatal(err)
	}
	m := &message.Message{RoutingKey: "orders", Header: make([]byte, 14), Body: bytes.Repeat([]byte("body"), 50), Persistent: true, Expiration: -1}
	for id := uint64(7); id <= 8; id++ {
		l, err := s.Log(id, true, nil)
		if err != nil {
			t.Fatal(err)
		}
		for seq := range n {
			l.Put([]store.Entry{{Seq: uint64(seq + 1), Item: m}})
		}
		n = 1
	}
	if err := s.Close(); err != nil { // so that all of it is stored
		t.Fatal(err)
	}
	if s, err = store.Open(path, store.Options{}); err != nil {
		t.Fatal(err)
	}
	b.store = s
	k, err := b.As("").Backup()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.As("").Backup(); err != ErrBackingUp {
		t.Errorf("a second backup meanwhile: %v", err)
	}
	var file bytes.Buffer
	if err := k.Write(&file); err != nil {
		t.Fatal(err)
	}
	k.Close()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path, file.Bytes()
}

// TestVerify: what is whole has no problems, where it was kept and where it was
// restored; a damaged message or record is named, and nothing is in the way of
// a start.
func TestVerify(t *testing.T) {
	path, backup := keep(t, 300)
	restored := filepath.Join(t.TempDir(), "restored")
	if err := store.Restore(bytes.NewReader(backup), restored, nil); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{path, restored} {
		v, err := Verify(dir, nil, nil)
		if err != nil || len(v.Problems) > 0 || v.Queues != 1 || v.Messages != 301 || v.Orphaned != 1 || v.Bytes != 301*200 {
			t.Errorf("%s: %+v %v", filepath.Base(dir), v, err)
		}
	}
	damage(t, restored)
	v, err := Verify(restored, nil, nil)
	if err != nil || len(v.Problems) == 0 || !strings.Contains(v.Problems[0], "queue 'orders' in vhost '/'") {
		t.Errorf("damaged: %+v %v", v, err)
	}
}

// damage changes a byte of a body in the journal.
func damage(t *testing.T, path string) {
	names, _ := filepath.Glob(filepath.Join(path, "journal", "*.seg"))
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if i := bytes.Index(b, []byte("bodybody")); i >= 0 {
			b[i] = 'B'
			if err := os.WriteFile(name, b, 0o600); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatal("no body is in the journal")
}

// TestVerifyDelayed: what is held until it is due is nobody's orphan, and what
// lies there beside messages is no damage.
func TestVerifyDelayed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data")
	s, err := store.Open(path, store.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	d := delay.New(s, func(bool) (uint64, error) { return 9, nil })
	h, err := d.Open("/", nil)
	if err != nil {
		t.Fatal(err)
	}
	m := &message.Message{RoutingKey: "orders", Header: make([]byte, 14), Body: []byte("body"), Persistent: true, Expiration: -1}
	h.Hold(nil, []delay.Held{{Message: m, Due: 1 << 50}})
	h.Plan(nil, 1<<50, []byte(`{"n":"tick"}`))
	if err := h.Close(false); err != nil {
		t.Fatal(err)
	}
	d.Close()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	v, err := Verify(path, nil, nil)
	if err != nil || v.Messages != 1 || v.Orphaned != 0 || len(v.Problems) != 0 {
		t.Errorf("%+v, %v", v, err)
	}
}
