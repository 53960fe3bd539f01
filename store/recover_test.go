package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/internal/testkit/faultfs"
	"github.com/hutchmq/hutchmq/store"
	"github.com/hutchmq/hutchmq/store/storetest"
)

// TestPowerLossAfterMove loses power when entries have moved to pages, and
// their segments, whose recycling is not durable, may come back.
func TestPowerLossAfterMove(t *testing.T) {
	for seed := range uint64(12) {
		disk := faultfs.New(seed)
		dir := t.TempDir()
		o := store.Options{FS: disk.Mount(), SegmentBytes: 64 << 10, CheckEvery: 2 * time.Millisecond, Log: quiet}
		d := open(t, dir, o)
		l, w := openLog(t, d, 1)
		var want []uint64
		for seq := uint64(1); seq <= 500; seq += 10 {
			put(t, l, w, 1, seq, seq+9, 1000)
			l.SettleRange(0, seq+1, seq+9)
			want = append(want, seq)
		}
		put(t, l, w, 1, 501, 501, 10) // all that was settled is recorded
		want = append(want, 501)
		eventually(t, "sparse segments are given back", func() bool { return disk.Names(".seg") <= 2 })
		for range 3 {
			disk.Crash(false)
			d.Close()
			o.FS = disk.Mount()
			d = open(t, dir, o)
			l, _ = openLog(t, d, 1)
			holdsSeqs(t, seed, l, want)
		}
		must(t, d.Close())
	}
}

func holdsSeqs(t *testing.T, seed uint64, l store.Log, want []uint64) {
	t.Helper()
	list, err := storetest.ReadAll(l, 0, 0)
	must(t, err)
	for i, s := range list {
		if i >= len(want) || s.Seq != want[i] {
			t.Fatalf("seed %d: entry %d is %d; want %v", seed, i, s.Seq, want)
		}
	}
	if len(list) != len(want) {
		t.Fatalf("seed %d: %d entries, want %d", seed, len(list), len(want))
	}
}

// TestTornTwice loses power twice in a row: what the first left behind the
// last intact record must be nobody's trouble after the second.
func TestTornTwice(t *testing.T) { tornTwice(t, nil) }

// TestTornTwiceEncrypted does so with a key.
func TestTornTwiceEncrypted(t *testing.T) { tornTwice(t, masterKey(t, 1)) }

func tornTwice(t *testing.T, key *store.Key) {
	var out strings.Builder
	for seed := range uint64(12) {
		disk := faultfs.New(seed)
		dir := t.TempDir()
		o := store.Options{FS: disk.Mount(), SegmentBytes: 256 << 10, CheckEvery: time.Hour, Key: key, Log: quiet}
		d := open(t, dir, o)
		l, w := openLog(t, d, 1)
		put(t, l, w, 1, 1, 10, 100)
		for seq := uint64(11); seq <= 110; seq += 10 { // none of these is synced
			es := storetest.Entries(1, seq, seq+9, 1000)
			for i := range es {
				es[i].Transient = true
			}
			l.Put(es)
			must(t, w.Wait(seq+9))
		}
		o.Log = textLog(&out)
		want := count(1, 10)
		for seq := uint64(1001); seq <= 1003; seq++ {
			disk.Crash(true)
			d.Close()
			o.FS = disk.Mount()
			d = open(t, dir, o)
			l, w = openLog(t, d, 1)
			holds(t, l, 1, 100, want)
			put(t, l, w, 1, seq, seq, 100)
			want = append(want, seq)
		}
		must(t, d.Close())
	}
	if strings.Contains(out.String(), "damaged") {
		t.Errorf("a crash was taken for damage: %s", out.String())
	}
}
