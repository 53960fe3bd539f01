package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/internal/testkit/faultfs"
	"github.com/hutchmq/hutchmq/store"
	"github.com/hutchmq/hutchmq/store/storetest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// faulty opens a store with its journal on a faulty disk, and no checkpoints.
func faulty(t testing.TB, disk *faultfs.Disk) *store.Disk {
	t.Helper()
	return open(t, t.TempDir(), store.Options{
		FS: disk.Mount(), SegmentBytes: 64 << 10, CheckEvery: time.Hour, StagedBytes: 64 << 10, Log: quiet,
	})
}

func openLog(t testing.TB, s store.Store, id uint64) (store.Log, *storetest.Owner) {
	t.Helper()
	o := storetest.NewOwner()
	l, err := s.Log(id, true, o)
	must(t, err)
	return l, o
}

// put stores the entries from first to last.
func put(t testing.TB, l store.Log, o *storetest.Owner, id, first, last uint64, size int) {
	t.Helper()
	l.Put(storetest.Entries(id, first, last, size))
	must(t, o.Wait(last))
}

// holds compares what lane 0 of a log has.
func holds(t testing.TB, l store.Log, id uint64, size int, want []uint64) {
	t.Helper()
	list, err := storetest.ReadAll(l, 0, 0)
	must(t, err)
	var got []uint64
	for _, s := range list {
		got = append(got, s.Seq)
		must(t, storetest.Check(s, id, size))
	}
	if !slices.Equal(got, want) {
		t.Fatalf("log %d: read %d entries, want %d", id, len(got), len(want))
	}
}

func count(from, to uint64) (seqs []uint64) {
	for ; from <= to; from++ {
		seqs = append(seqs, from)
	}
	return seqs
}

// eventually waits for what a goroutine of the store does.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for late := time.Now().Add(20 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal("never came: " + what)
		}
	}
}

func TestRestart(t *testing.T) {
	dir := t.TempDir()
	d := open(t, dir, store.Options{SegmentBytes: 4 << 20})
	const logs, each = 8, 25_000
	for id := uint64(1); id <= logs; id++ {
		l, o := openLog(t, d, id)
		put(t, l, o, id, 1, each, 100)
		l.SettleRange(0, 1, id*100)
		l.Settle([]uint64{each, each - 2})
		l.Mark(id * 150)
	}
	must(t, d.Close())
	d = open(t, dir, store.Options{SegmentBytes: 4 << 20})
	defer d.Close()
	if !d.Clean() {
		t.Fatal("closed in good order, but not clean")
	}
	if ids := d.Logs(); len(ids) != logs {
		t.Fatalf("logs %v, want %d", ids, logs)
	}
	for id := uint64(1); id <= logs; id++ {
		l, o := openLog(t, d, id)
		n := l.Lanes()[0]
		if n.First != id*100+1 || n.Last != each || n.Count != each-2-int(id)*100 || n.Bytes != int64(n.Count)*100 {
			t.Fatalf("log %d: lane %+v", id, n)
		}
		if l.Marked() != id*150 {
			t.Fatalf("log %d: marked %d", id, l.Marked())
		}
		want := append(count(id*100+1, each-3), each-1)
		holds(t, l, id, 100, want)
		put(t, l, o, id, each+1, each+10, 100)
		holds(t, l, id, 100, append(want, count(each+1, each+10)...))
	}
}

func TestTransientIsForgotten(t *testing.T) {
	dir := t.TempDir()
	d := open(t, dir, store.Options{})
	l, o := openLog(t, d, 1)
	es := storetest.Entries(1, 1, 100, 50)
	for i := range es {
		es[i].Transient = i%3 != 0
	}
	l.Put(es)
	must(t, o.Wait(100))
	holds(t, l, 1, 50, count(1, 100))
	must(t, d.Close())
	d = open(t, dir, store.Options{})
	defer d.Close()
	l, _ = openLog(t, d, 1)
	var want []uint64
	for seq := uint64(1); seq <= 100; seq += 3 {
		want = append(want, seq)
	}
	holds(t, l, 1, 50, want)
}

func TestSettledIsNeverWritten(t *testing.T) {
	disk := faultfs.New(1)
	d := faulty(t, disk)
	defer d.Close()
	l, o := openLog(t, d, 1)
	put(t, l, o, 1, 1, 1, 10)
	before, syncs := disk.Written(), disk.Syncs()
	disk.SetSyncDelay(50 * time.Millisecond) // the writer is busy with entry 2
	l.Put(storetest.Entries(1, 2, 2, 10))
	time.Sleep(10 * time.Millisecond)
	l.Put(storetest.Entries(1, 3, 100, 500))
	l.SettleRange(0, 3, 100)
	must(t, o.Wait(100))
	if n := disk.Written() - before; n > 500 {
		t.Errorf("%d bytes were written for 98 entries that were settled", n)
	}
	if n := disk.Syncs() - syncs; n > 1 {
		t.Errorf("%d syncs for one entry", n)
	}
}

func TestFanoutIsStoredOnce(t *testing.T) {
	disk := faultfs.New(1)
	d := open(t, t.TempDir(), store.Options{FS: disk.Mount(), Log: quiet})
	var logs []store.Log
	var owners []*storetest.Owner
	for id := uint64(1); id <= 50; id++ {
		l, o := openLog(t, d, id)
		logs, owners = append(logs, l), append(owners, o)
	}
	put(t, logs[0], owners[0], 1, 1, 1, 10)
	before := disk.Written()
	disk.SetSyncDelay(100 * time.Millisecond) // so that the rest is one group
	logs[0].Put(storetest.Entries(1, 2, 2, 10))
	time.Sleep(20 * time.Millisecond)
	shared := storetest.NewItem(9, 9, 20_000)
	for i, l := range logs {
		l.Put([]store.Entry{{Seq: 3, Item: &storetest.Item{Meta: []byte{byte(i)}, Body: shared.Body}}})
	}
	for _, o := range owners {
		must(t, o.Wait(3))
	}
	if n := disk.Written() - before; n > 400_000 {
		t.Errorf("%d bytes written for 50 entries with one payload of 20,000", n)
	}
	for i, l := range logs {
		list, err := storetest.ReadAll(l, 0, 3)
		must(t, err)
		if len(list) != 1 || list[0].Meta[0] != byte(i) || string(list[0].Payload) != string(shared.Body) {
			t.Fatalf("log %d: read %d entries, or another payload", i+1, len(list))
		}
	}
	must(t, d.Close())
}

func TestJumbo(t *testing.T) {
	disk := faultfs.New(1)
	dir := t.TempDir()
	o := store.Options{FS: disk.Mount(), SegmentBytes: 64 << 10, CheckEvery: time.Hour, Log: quiet}
	d := open(t, dir, o)
	l, w := openLog(t, d, 1)
	for seq := uint64(1); seq <= 5; seq++ {
		put(t, l, w, 1, seq, seq, 300_000)
	}
	holds(t, l, 1, 300_000, count(1, 5))
	must(t, d.Close())
	d = open(t, dir, o)
	l, w = openLog(t, d, 1)
	holds(t, l, 1, 300_000, count(1, 5))
	l.SettleRange(0, 1, 5)
	for seq := uint64(6); seq <= 20; seq++ {
		put(t, l, w, 1, seq, seq, 30_000)
		l.Settle([]uint64{seq})
	}
	eventually(t, "the large segments are deleted", func() bool { return disk.Bytes() < 600_000 })
	must(t, d.Close())
}

// TestStuckEntry keeps one old entry while newer segments come and go.
func TestStuckEntry(t *testing.T) {
	disk := faultfs.New(1)
	dir := t.TempDir()
	o := store.Options{FS: disk.Mount(), SegmentBytes: 64 << 10, CheckEvery: time.Hour, Log: quiet}
	d := open(t, dir, o)
	stuck, so := openLog(t, d, 1)
	put(t, stuck, so, 1, 1, 1, 100)
	busy, bo := openLog(t, d, 2)
	next := uint64(1)
	for range 3 {
		for range 30 {
			put(t, busy, bo, 2, next, next+9, 1000)
			busy.SettleRange(0, next, next+8)
			if next > 1 {
				busy.Settle([]uint64{next - 1})
			}
			next += 10
		}
		eventually(t, "newer segments are given back", func() bool { return disk.Bytes() < 12*(64<<10) })
		disk.Crash(false)
		d.Close()
		o.FS = disk.Mount()
		d = open(t, dir, o)
		stuck, _ = openLog(t, d, 1)
		holds(t, stuck, 1, 100, []uint64{1})
		busy, bo = openLog(t, d, 2)
		list, err := storetest.ReadAll(busy, 0, 0)
		must(t, err)
		if len(list) == 0 || list[len(list)-1].Seq != next-1 || list[0].Seq < next-20 {
			t.Fatalf("%d entries came back, and %d was put last", len(list), next-1)
		}
		busy.SettleRange(0, 0, next)
	}
	must(t, d.Close())
}

func TestCheckpoint(t *testing.T) {
	disk := faultfs.New(1)
	dir := t.TempDir()
	o := store.Options{FS: disk.Mount(), SegmentBytes: 64 << 10, CheckEvery: 2 * time.Millisecond}
	d := open(t, dir, o)
	l, w := openLog(t, d, 1)
	var want []uint64
	for seq := uint64(1); seq <= 5000; seq += 10 {
		put(t, l, w, 1, seq, seq+9, 1000)
		if seq%100 == 1 {
			l.SettleRange(0, seq+2, seq+9)
			want = append(want, seq, seq+1)
		} else {
			l.SettleRange(0, seq, seq+9)
		}
	}
	eventually(t, "sparse segments are given back", func() bool { return disk.Bytes() < 10*(64<<10) })
	holds(t, l, 1, 1000, want)
	must(t, d.Close())
	for range 2 {
		d = open(t, dir, o)
		l, w = openLog(t, d, 1)
		holds(t, l, 1, 1000, want)
		l.Settle([]uint64{want[0], want[len(want)/2], want[len(want)-3]})
		want = slices.DeleteFunc(want[1:], func(seq uint64) bool { return seq == want[len(want)/2] || seq == want[len(want)-3] })
		holds(t, l, 1, 1000, want)
		must(t, d.Close())
	}
	d = open(t, dir, o)
	l, _ = openLog(t, d, 1)
	holds(t, l, 1, 1000, want)
	l.SettleRange(0, 0, 5000)
	must(t, d.Close())
	d = open(t, dir, o)
	if ids := d.Logs(); len(ids) != 0 {
		t.Fatalf("logs %v hold something, and all was settled", ids)
	}
	must(t, d.Close())
}

func TestDiskComesBack(t *testing.T) {
	disk := faultfs.New(1)
	d := faulty(t, disk)
	l, o := openLog(t, d, 1)
	for seq := uint64(1); seq <= 5000; seq += 50 {
		d.WaitRoom()
		put(t, l, o, 1, seq, seq+49, 1000)
	}
	if disk.Bytes() < 5_000_000 {
		t.Fatalf("5,000 entries of 1000 bytes take %d", disk.Bytes())
	}
	l.SettleRange(0, 1, 5000)
	eventually(t, "all but the active segment and four spares are gone", func() bool { return disk.Bytes() <= 6*(64<<10) })
	must(t, d.Close())
}

// TestSparesGo: segments that were recycled and not needed again go, too, and
// what comes after finds its place without them.
func TestSparesGo(t *testing.T) {
	disk := faultfs.New(1)
	d := open(t, t.TempDir(), store.Options{
		FS: disk.Mount(), SegmentBytes: 64 << 10, CheckEvery: time.Millisecond, SpareFor: 20 * time.Millisecond, Log: quiet,
	})
	l, o := openLog(t, d, 1)
	for round := range uint64(3) {
		first := round*1000 + 1
		put(t, l, o, 1, first, first+999, 1000)
		if disk.Bytes() < 1_000_000 {
			t.Fatalf("1,000 entries of 1000 bytes take %d", disk.Bytes())
		}
		l.SettleRange(0, first, first+999)
		eventually(t, "all but the active segment are gone", func() bool { return disk.Bytes() <= 2*(64<<10) })
	}
	must(t, d.Close())
}

func TestWaitRoom(t *testing.T) {
	disk := faultfs.New(1)
	d := faulty(t, disk)
	l, o := openLog(t, d, 1)
	disk.SetSyncDelay(50 * time.Millisecond)
	l.Put(storetest.Entries(1, 1, 1, 10))
	time.Sleep(10 * time.Millisecond)
	l.Put(storetest.Entries(1, 2, 200, 1000))
	started := time.Now()
	d.WaitRoom()
	if waited := time.Since(started); waited < 20*time.Millisecond {
		t.Errorf("waited %v while three times the bound was staged", waited)
	}
	must(t, o.Wait(2))
	must(t, d.Close())
	d.WaitRoom() // returns
}

func TestFailure(t *testing.T) {
	for name, fail := range map[string]func(d *faultfs.Disk){
		"sync":  func(d *faultfs.Disk) { d.FailSync(1) },
		"write": func(d *faultfs.Disk) { d.FailWrite(1) },
	} {
		t.Run(name, func(t *testing.T) {
			disk := faultfs.New(1)
			d := faulty(t, disk)
			l, o := openLog(t, d, 1)
			put(t, l, o, 1, 1, 10, 100)
			fail(disk)
			l.Put(storetest.Entries(1, 11, 20, 100))
			if err := o.Wait(20); !errors.Is(err, faultfs.ErrFault) {
				t.Fatalf("the disk failed, and the owner was told: %v", err)
			}
			l.Put(storetest.Entries(1, 21, 2000, 100))
			d.WaitRoom()
			other, oo := openLog(t, d, 2)
			other.Put(storetest.Entries(2, 1, 1, 100))
			if err := oo.Wait(1); err == nil {
				t.Fatal("the disk works again: what it lost was never told")
			}
			if o.Through() != 10 || d.Failed() == nil {
				t.Fatalf("stored through %d, failed: %v", o.Through(), d.Failed())
			}
			holds(t, l, 1, 100, count(1, 10))
			if err := d.Close(); err == nil {
				t.Error("closed as if nothing was")
			}
		})
	}
}

func TestDiskFull(t *testing.T) {
	disk := faultfs.New(1)
	d := faulty(t, disk)
	disk.SetCapacity(3 * (64 << 10))
	l, o := openLog(t, d, 1)
	l.Put(storetest.Entries(1, 1, 300, 1000))
	time.Sleep(100 * time.Millisecond)
	if !d.Stat().Full || o.Through() != 0 || o.Err() != nil || d.Failed() != nil {
		t.Fatalf("disk is full: stored %d, told %v, failed %v", o.Through(), o.Err(), d.Failed())
	}
	disk.SetCapacity(0)
	must(t, o.Wait(300))
	if s := d.Stat(); s.Segments < 3 || s.Full || s.JournalBytes < int64(s.Segments)*(64<<10) {
		t.Errorf("with 300 KB in segments of 64 KiB: %+v", s)
	}
	holds(t, l, 1, 1000, count(1, 300))
	disk.SetCapacity(1)
	l.Put(storetest.Entries(1, 301, 600, 1000))
	closed := make(chan error)
	go func() { closed <- d.Close() }()
	select {
	case <-closed:
	case <-time.After(10 * time.Second):
		t.Fatal("a full disk keeps the store from closing")
	}
	if o.Through() != 300 {
		t.Fatalf("stored %d on a full disk", o.Through())
	}
}

func TestDamage(t *testing.T) {
	disk := faultfs.New(1)
	dir := t.TempDir()
	var out strings.Builder
	o := store.Options{FS: disk.Mount(), SegmentBytes: 64 << 10, CheckEvery: time.Hour, Log: quiet}
	d := open(t, dir, o)
	l, w := openLog(t, d, 1)
	put(t, l, w, 1, 1, 150, 1000)
	must(t, d.Close())
	names, err := o.FS.List()
	must(t, err)
	must(t, o.FS.Remove(strings.Replace(names[1], ".seg", ".idx", 1)))
	disk.Flip("0000000000000001.seg", 20_000)
	o.Log = textLog(&out)
	d = open(t, dir, o)
	l, _ = openLog(t, d, 1)
	list, err := storetest.ReadAll(l, 0, 0)
	must(t, err)
	if len(list) != 149 {
		t.Errorf("one entry is damaged, %d of 150 are left", len(list))
	}
	if !strings.Contains(out.String(), "damaged") {
		t.Errorf("nobody was told: %s", out.String())
	}
	must(t, d.Close())
}

func TestLocked(t *testing.T) {
	dir := t.TempDir()
	d := open(t, dir, store.Options{})
	if _, err := store.Open(dir, store.Options{}); !errors.Is(err, store.ErrLocked) {
		t.Fatalf("opened a second time: %v", err)
	}
	must(t, d.Close())
	d = open(t, dir, store.Options{})
	must(t, d.Close())
	file := filepath.Join(dir, "file")
	must(t, os.WriteFile(file, nil, 0o600))
	if _, err := store.Open(file, store.Options{}); err == nil {
		t.Fatal("opened a file as a directory")
	}
}

func TestNoGoroutineIsLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 3 {
		d := open(t, t.TempDir(), store.Options{})
		l, o := openLog(t, d, 1)
		put(t, l, o, 1, 1, 10, 10)
		must(t, d.Close())
	}
	eventually(t, "all goroutines end", func() bool { return runtime.NumGoroutine() <= before })
}

func TestManyLogs(t *testing.T) {
	dir := t.TempDir()
	d := open(t, dir, store.Options{SegmentBytes: 1 << 20})
	const logs = 2000
	var owners []*storetest.Owner
	for id := uint64(1); id <= logs; id++ {
		l, o := openLog(t, d, id)
		l.Put(storetest.Entries(id, 1, 5, 200))
		l.Settle([]uint64{2})
		owners = append(owners, o)
	}
	for _, o := range owners {
		must(t, o.Wait(5))
	}
	must(t, d.Close())
	d = open(t, dir, store.Options{SegmentBytes: 1 << 20})
	defer d.Close()
	if n := len(d.Logs()); n != logs {
		t.Fatalf("%d logs, want %d", n, logs)
	}
	for id := uint64(1); id <= logs; id += 97 {
		l, _ := openLog(t, d, id)
		holds(t, l, id, 200, []uint64{1, 3, 4, 5})
	}
}

// TestAllocations: an entry costs no memory beside its slot in a list.
func TestAllocations(t *testing.T) { allocations(t, nil) }

// TestAllocationsEncrypted: nor does it with a key.
func TestAllocationsEncrypted(t *testing.T) { allocations(t, masterKey(t, 1)) }

func allocations(t *testing.T, key *store.Key) {
	d := open(t, t.TempDir(), store.Options{Key: key})
	defer d.Close()
	l, o := openLog(t, d, 1)
	item := storetest.NewItem(1, 1, 100)
	es, seqs := make([]store.Entry, 100), make([]uint64, 100)
	seq := uint64(0)
	round := func() {
		for i := range es {
			seq++
			es[i] = store.Entry{Seq: seq, Item: item}
			seqs[i] = seq
		}
		l.Put(es)
		for o.Through() < seq {
			runtime.Gosched()
		}
		l.Settle(seqs)
	}
	for range 200 {
		round()
	}
	if n := testing.AllocsPerRun(200, round); n > 10 {
		t.Errorf("%v allocations for 100 entries put, written and settled", n)
	}
}

func TestReadWhileMoving(t *testing.T) {
	d := open(t, t.TempDir(), store.Options{SegmentBytes: 64 << 10, CheckEvery: time.Millisecond})
	defer d.Close()
	l, o := openLog(t, d, 1)
	var want []uint64
	for seq := uint64(1); seq <= 3000; seq += 10 {
		put(t, l, o, 1, seq, seq+9, 500)
		l.SettleRange(0, seq+1, seq+9)
		want = append(want, seq)
		if seq%100 == 1 {
			holds(t, l, 1, 500, want)
		}
	}
	for range 20 {
		holds(t, l, 1, 500, want)
		time.Sleep(time.Millisecond)
	}
}
