package store_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/store"
	"github.com/klauspost/compress/zstd"
)

// TestBackup takes backups while logs are written, settled and moved to pages,
// and records change. What is restored has all that was stored when a backup
// began, nothing that was settled on disk by then, and no half of a Batch.
func TestBackup(t *testing.T) { backups(t, nil, 8) }

// TestBackupOfEncrypted does so with a key.
func TestBackupOfEncrypted(t *testing.T) { backups(t, masterKey(t, 1), 4) }

func backups(t *testing.T, key *store.Key, times int) {
	s := open(t, t.TempDir(), store.Options{SegmentBytes: 64 << 10, CheckEvery: time.Millisecond, Key: key, Log: quiet})
	defer s.Close()
	l, o := openLog(t, s, 1)
	var stop atomic.Bool
	var acked atomic.Uint64 // all up to here, oldest first
	var load sync.WaitGroup
	load.Go(func() {
		for seq := uint64(1); !stop.Load(); seq += 20 {
			put(t, l, o, 1, seq, seq+19, 500)
			if rand.N(3) == 0 && seq > 200 {
				l.SettleRange(0, 1, seq-200)
				acked.Store(seq - 200)
			}
		}
	})
	load.Go(func() {
		for i := byte(0); !stop.Load(); i++ {
			var b store.Batch
			b.Set([]byte("a"), []byte{i})
			b.Set([]byte("b"), []byte{i})
			must(t, s.Commit(&b))
		}
	})
	for range times {
		time.Sleep(20 * time.Millisecond)
		through := o.Through()
		var file bytes.Buffer
		backup(t, s, &file)
		done := acked.Load()
		restored := filepath.Join(t.TempDir(), "new")
		must(t, store.Restore(&file, restored, key))
		r := open(t, restored, store.Options{Key: key, Log: quiet})
		rl, _ := openLog(t, r, 1)
		next := done + 1
		must(t, rl.Read(0, next, 1<<30, func(e store.Stored) bool {
			if e.Seq != next {
				t.Fatalf("%d is missing, %d were stored and %d acknowledged", next, through, done)
			}
			next++
			return true
		}))
		if next <= through {
			t.Errorf("it ends before %d, and %d were stored", next, through)
		}
		a, err := r.Get([]byte("a"))
		b, err2 := r.Get([]byte("b"))
		if !bytes.Equal(a, b) || err != nil || err2 != nil {
			t.Errorf("half of a batch: %v %v", a, b)
		}
		must(t, r.Close())
	}
	stop.Store(true)
	load.Wait()
}

func backup(t *testing.T, s *store.Disk, w io.Writer) {
	t.Helper()
	b, err := s.Backup()
	must(t, err)
	defer b.Close()
	must(t, b.Write(w))
}

// smallBackup has a segment and a record.
func smallBackup(t *testing.T) []byte {
	s := open(t, t.TempDir(), store.Options{SegmentBytes: 64 << 10, Log: quiet})
	l, o := openLog(t, s, 1)
	put(t, l, o, 1, 1, 20, 100)
	var b store.Batch
	b.Set([]byte("key"), []byte("value"))
	must(t, s.Commit(&b))
	var file bytes.Buffer
	backup(t, s, &file)
	must(t, s.Close())
	return file.Bytes()
}

// TestDamagedBackup: a backup that is cut off or changed is refused, and what
// came of it is no data directory.
func TestDamagedBackup(t *testing.T) {
	whole := smallBackup(t)
	for at := 0; at < len(whole); at += 1 + len(whole)/60 {
		flipped := bytes.Clone(whole)
		flipped[at] ^= 0x10
		for what, file := range map[string][]byte{"cut off": whole[:at], "flipped": flipped} {
			dir := filepath.Join(t.TempDir(), "new")
			err := store.Restore(bytes.NewReader(file), dir, nil)
			if err == nil && bytes.Equal(contents(t, file), contents(t, whole)) {
				continue // a bit that says nothing
			}
			if err == nil {
				t.Errorf("%s at %d of %d, and restored", what, at, len(whole))
			}
			if s, err := store.Open(dir, store.Options{Log: quiet}); !errors.Is(err, store.ErrRestoring) {
				t.Errorf("%s at %d: opened: %v %v", what, at, s, err)
			}
		}
	}
}

// TestRestoreWhereSomethingIs leaves it alone.
func TestRestoreWhereSomethingIs(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, store.Options{Log: quiet})
	defer s.Close()
	if err := store.Restore(bytes.NewReader(smallBackup(t)), dir, nil); !errors.Is(err, store.ErrNotEmpty) {
		t.Error(err)
	}
}

// TestBackupOfWhatFailed: a closed store gives none.
func TestBackupOfWhatFailed(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{Log: quiet})
	must(t, s.Close())
	if _, err := s.Backup(); err == nil {
		t.Error("a closed store was backed up")
	}
}

// TestBackupKeepsSegments: what is read of a backup stays, whatever is settled
// meanwhile, and is given back afterwards.
func TestBackupKeepsSegments(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{SegmentBytes: 64 << 10, CheckEvery: time.Millisecond, Log: quiet})
	defer s.Close()
	l, o := openLog(t, s, 1)
	put(t, l, o, 1, 1, 500, 1000)
	b, err := s.Backup()
	must(t, err)
	l.SettleRange(0, 1, 500)
	for seq := uint64(501); seq < 2000; seq += 100 {
		put(t, l, o, 1, seq, seq+99, 1000)
		l.SettleRange(0, seq, seq+99)
	}
	before := s.Stat().Segments
	var file bytes.Buffer
	must(t, b.Write(&file))
	b.Close()
	dir := filepath.Join(t.TempDir(), "new")
	must(t, store.Restore(&file, dir, nil))
	r := open(t, dir, store.Options{Log: quiet})
	rl, _ := openLog(t, r, 1)
	holds(t, rl, 1, 1000, count(1, 500))
	must(t, r.Close())
	for began := time.Now(); s.Stat().Segments >= before; time.Sleep(time.Millisecond) {
		if time.Since(began) > 30*time.Second {
			t.Fatalf("%d segments are kept", s.Stat().Segments)
		}
	}
}

// FuzzUnpack reads anything. What it takes for a backup is none any more without
// its end.
func FuzzUnpack(f *testing.F) {
	f.Add([]byte{})
	var file bytes.Buffer
	z, _ := zstd.NewWriter(&file)
	a := tar.NewWriter(z)
	a.WriteHeader(&tar.Header{Name: "sums"})
	z.Close()
	f.Add(file.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		if store.ReadBackup(bytes.NewReader(b), nil, &unpacked{}) != nil {
			return
		}
		if store.ReadBackup(bytes.NewReader(b[:len(b)/2]), nil, &unpacked{}) == nil {
			t.Error("half of a backup is one")
		}
	})
}

// unpacked is all that a backup has.
type unpacked struct{ bytes.Buffer }

func (p *unpacked) Segment(name string, r io.Reader) error {
	p.WriteString(name)
	_, err := io.Copy(p, r)
	return err
}

func (p *unpacked) Pair(key, value []byte) error {
	p.Write(key)
	p.Write(value)
	return nil
}

func contents(t *testing.T, file []byte) []byte {
	var p unpacked
	must(t, store.ReadBackup(bytes.NewReader(file), nil, &p))
	return p.Bytes()
}
