package store_test

import (
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/internal/testkit/faultfs"
	"github.com/hutchmq/hutchmq/store"
	"github.com/hutchmq/hutchmq/store/storetest"
)

// countAll counts every entry from first to last in vain n times.
func countAll(l store.Log, first, last uint64, n uint32) {
	var cs []store.Count
	for seq := first; seq <= last; seq++ {
		cs = append(cs, store.Count{Seq: seq, N: n})
	}
	l.Count(cs)
}

// hasCounts compares the counts of lane 0.
func hasCounts(t testing.TB, l store.Log, want map[uint64]uint32) {
	t.Helper()
	list, err := storetest.ReadAll(l, 0, 0)
	must(t, err)
	for _, s := range list {
		if s.Count != want[s.Seq] {
			t.Fatalf("entry %d: count %d, want %d", s.Seq, s.Count, want[s.Seq])
		}
	}
	if len(list) == 0 {
		t.Fatal("nothing is there")
	}
}

// TestCountsComeBack counts at random, in segments and on pages, and ends in
// good order or not.
func TestCountsComeBack(t *testing.T) {
	for i := range 4 {
		seed := uint64(i)
		if i >= 2 {
			seed = rand.Uint64()
		}
		r := rand.New(rand.NewPCG(seed, 4))
		disk, dir := faultfs.New(seed), t.TempDir()
		want := map[uint64]uint32{}
		seq := uint64(0)
		for range 5 {
			d := open(t, dir, store.Options{FS: disk.Mount(), SegmentBytes: 64 << 10, CheckEvery: time.Millisecond, Log: quiet})
			l, o := openLog(t, d, 1)
			if seq > 0 {
				hasCounts(t, l, want)
			}
			for range 40 {
				put(t, l, o, 1, seq+1, seq+20, 500)
				seq += 20
				for range r.IntN(10) {
					at, n := 1+r.Uint64N(seq), uint32(r.IntN(3))
					want[at] = n
					l.Count([]store.Count{{Seq: at, N: n}})
				}
				l.SettleRange(0, seq-19, seq-r.Uint64N(4))
			}
			put(t, l, o, 1, seq+1, seq+1, 10) // all that was counted is recorded
			put(t, l, o, 1, seq+2, seq+2, 10)
			seq += 2
			hasCounts(t, l, want)
			if r.IntN(2) == 0 {
				disk.Crash(true)
				d.Close()
			} else {
				must(t, d.Close())
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// TestManyCounts requeues 100,000 entries at once, twice: that takes a few
// bytes on disk, and four bytes an entry in memory.
func TestManyCounts(t *testing.T) {
	const n = 100_000
	disk := faultfs.New(1)
	o := store.Options{FS: disk.Mount(), Log: quiet}
	dir := t.TempDir()
	d := open(t, dir, o)
	l, w := openLog(t, d, 1)
	put(t, l, w, 1, 1, n, 10)
	put(t, l, w, 1, n+1, n+1, 10)
	cs := make([]store.Count, n)
	heap, written := heapBytes(), disk.Written()
	for round := range uint32(2) {
		for i := range cs {
			cs[i] = store.Count{Seq: uint64(i + 1), N: round + 1}
		}
		l.Count(cs)
	}
	if grown := heapBytes() - heap; grown > 1<<20 {
		t.Errorf("counts of 100,000 entries take %d bytes of memory", grown)
	}
	put(t, l, w, 1, n+2, n+2, 10)
	if grown := disk.Written() - written; grown > aheadBytes+1000 {
		t.Errorf("counts of 100,000 entries take %d bytes of the disk", grown-aheadBytes)
	}
	disk.Crash(false)
	d.Close()
	o.FS = disk.Mount()
	d = open(t, dir, o)
	l, _ = openLog(t, d, 1)
	want := map[uint64]uint32{}
	for seq := uint64(1); seq <= n; seq++ {
		want[seq] = 2
	}
	hasCounts(t, l, want)
	must(t, d.Close())
}

// aheadBytes are the zeros that a small group is followed by.
const aheadBytes = 256 << 10

func heapBytes() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestCountsOfTheStaged: what is counted while the disk is full is bounded by
// what waits for it.
func TestCountsOfTheStaged(t *testing.T) {
	disk := faultfs.New(1)
	d := faulty(t, disk)
	defer d.Close()
	disk.SetCapacity(1)
	l, o := openLog(t, d, 1)
	l.Put(storetest.Entries(1, 1, 10, 100))
	heap := heapBytes()
	for n := range uint32(100_000) {
		countAll(l, 0, 11, n)
	}
	if grown := heapBytes() - heap; grown > 1<<20 {
		t.Errorf("the counts of 10 entries take %d bytes", grown)
	}
	disk.SetCapacity(0)
	must(t, o.Wait(10))
	want := map[uint64]uint32{}
	for seq := uint64(1); seq <= 10; seq++ {
		want[seq] = 99_999
	}
	hasCounts(t, l, want)
}

// TestExpiresComesBack keeps the earliest expiry of a lane in indexes, on
// pages, and where a crash left neither.
func TestExpiresComesBack(t *testing.T) {
	disk, dir := faultfs.New(1), t.TempDir()
	o := store.Options{FS: disk.Mount(), SegmentBytes: 64 << 10, CheckEvery: 2 * time.Millisecond, Log: quiet}
	d := open(t, dir, o)
	l, w := openLog(t, d, 1)
	es := storetest.Entries(1, 1, 300, 1000)
	for i := range es {
		es[i].Lane = uint8(i % 2)
		if i%2 == 0 {
			es[i].Expiry = 5000 - int64(i)
		}
	}
	l.Put(es)
	must(t, w.Wait(300))
	expires := func(when string, want int64) {
		t.Helper()
		disk.Crash(true)
		d.Close()
		o.FS = disk.Mount()
		d = open(t, dir, o)
		l, w = openLog(t, d, 1)
		lanes := l.Lanes()
		if len(lanes) != 2 || lanes[0].Expires != want || lanes[1].Expires != 0 {
			t.Fatalf("%s: %+v, want the first to expire at %d", when, lanes, want)
		}
	}
	expires("in segments", 5000-298)
	l.SettleRange(0, 4, 300)
	l.SettleRange(1, 4, 300)
	eventually(t, "sparse segments are given back", func() bool { return disk.Names(".seg") == 1 })
	put(t, l, w, 1, 301, 301, 10) // all that was settled is recorded
	expires("on a page", 5000-2)
	must(t, d.Close())
}
