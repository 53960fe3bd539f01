package store_test

import (
	"fmt"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/store"
	"github.com/hutchmq/hutchmq/store/storetest"
)

// window is a publisher with a bounded number of entries under way, and a
// consumer that settles them as soon as they are stored.
type window struct {
	log    store.Log
	mu     sync.Mutex
	room   *sync.Cond
	put    uint64
	stored uint64
	times  []time.Time // of the puts under way, by sequence number
	waits  []time.Duration
	seqs   []uint64
}

func newWindow(b *testing.B, s store.Store, id uint64, size int) *window {
	w := &window{times: make([]time.Time, size)}
	w.room = sync.NewCond(&w.mu)
	l, err := s.Log(id, true, w)
	if err != nil {
		b.Fatal(err)
	}
	w.log = l
	return w
}

func (w *window) Stored(through uint64, err error) {
	now := time.Now()
	w.mu.Lock()
	w.seqs = w.seqs[:0]
	for seq := w.stored + 1; seq <= through; seq++ {
		w.seqs = append(w.seqs, seq)
		if seq%64 == 0 {
			w.waits = append(w.waits, now.Sub(w.times[seq%uint64(len(w.times))]))
		}
	}
	w.stored = through
	w.room.Broadcast()
	w.mu.Unlock()
	w.log.Settle(w.seqs)
}

// publish puts n entries, in bursts of up to burst.
func (w *window) publish(n, burst int, item store.Item) {
	es := make([]store.Entry, 0, burst)
	for n > 0 {
		w.mu.Lock()
		for w.put-w.stored >= uint64(len(w.times)) {
			w.room.Wait()
		}
		now := time.Now()
		for es = es[:0]; len(es) < min(n, burst) && w.put-w.stored < uint64(len(w.times)); {
			w.put++
			w.times[w.put%uint64(len(w.times))] = now
			es = append(es, store.Entry{Seq: w.put, Time: now.UnixMilli(), Item: item})
		}
		w.mu.Unlock()
		w.log.Put(es)
		n -= len(es)
	}
	w.mu.Lock()
	for w.stored < w.put {
		w.room.Wait()
	}
	w.mu.Unlock()
}

// BenchmarkConfirmed is what confirmed publishes of 1 KiB cost, acknowledged
// as soon as they are stored, with 1000 entries under way in all.
func BenchmarkConfirmed(b *testing.B) {
	for _, c := range []struct {
		logs   int
		noSync bool
		key    *store.Key
	}{{1, false, nil}, {10, false, nil}, {1, true, nil}, {1, false, masterKey(b, 1)}, {1, true, masterKey(b, 1)}} {
		b.Run(fmt.Sprintf("logs=%d/noSync=%v/encrypted=%v", c.logs, c.noSync, c.key != nil), func(b *testing.B) {
			d := open(b, b.TempDir(), store.Options{NoSync: c.noSync, Key: c.key})
			defer d.Close()
			var ws []*window
			for i := range c.logs {
				ws = append(ws, newWindow(b, d, uint64(i+1), 1000/c.logs))
			}
			item := storetest.NewItem(1, 1, 1024)
			b.ReportAllocs()
			b.SetBytes(1024)
			b.ResetTimer()
			cpu := cpuTime()
			var g sync.WaitGroup
			for _, w := range ws {
				g.Go(func() { w.publish(b.N/c.logs+1, 50, item) })
			}
			g.Wait()
			report(b, ws, cpuTime()-cpu)
		})
	}
}

func report(b *testing.B, ws []*window, cpu time.Duration) {
	b.StopTimer()
	var waits []time.Duration
	for _, w := range ws {
		waits = append(waits, w.waits...)
	}
	slices.Sort(waits)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
	b.ReportMetric(float64(cpu.Nanoseconds())/float64(b.N), "cpu-ns/op")
	if n := len(waits); n > 0 {
		b.ReportMetric(float64(waits[n/2].Microseconds()), "p50-us")
		b.ReportMetric(float64(waits[n*99/100].Microseconds()), "p99-us")
	}
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkMove moves entries of 1 KiB to another log, each in a unit of its
// own, with 1000 of them under way.
func BenchmarkMove(b *testing.B) {
	const under = 1000
	d := open(b, b.TempDir(), store.Options{})
	defer d.Close()
	from, fo := backlog(b, d, 1, uint64(b.N))
	to, o := openLog(b, d, 2)
	must(b, fo.Wait(uint64(b.N)))
	item := storetest.NewItem(1, 1, 1024)
	es, seqs := make([]store.Entry, 1), make([]uint64, 1)
	b.ReportAllocs()
	b.ResetTimer()
	for seq := uint64(1); seq <= uint64(b.N); seq++ {
		es[0], seqs[0] = store.Entry{Seq: seq, Item: item}, seq
		u := d.Begin()
		from.SettleIn(u, seqs)
		to.PutIn(u, es)
		u.Commit()
		if seq > under {
			must(b, o.Wait(seq-under))
		}
	}
	must(b, o.Wait(uint64(b.N)))
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
}

// BenchmarkRead reads a backlog of 1 KiB entries from the page cache.
func BenchmarkRead(b *testing.B) {
	for _, key := range []*store.Key{nil, masterKey(b, 1)} {
		b.Run(fmt.Sprintf("encrypted=%v", key != nil), func(b *testing.B) { benchmarkRead(b, key) })
	}
}

func benchmarkRead(b *testing.B, key *store.Key) {
	d := open(b, b.TempDir(), store.Options{Key: key})
	defer d.Close()
	const kept = 200_000
	l, o := backlog(b, d, 1, kept)
	if err := o.Wait(kept); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(1024)
	b.ReportAllocs()
	b.ResetTimer()
	next := uint64(1)
	for n := 0; n < b.N; {
		err := l.Read(0, next, 1<<20, func(s store.Stored) bool {
			next = s.Seq + 1
			n++
			return n < b.N
		})
		if err != nil {
			b.Fatal(err)
		}
		if next > kept {
			next = 1
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
}

// BenchmarkOpen opens a store that keeps a million entries of 1 KiB.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	d := open(b, dir, store.Options{})
	const kept = 1_000_000
	_, o := backlog(b, d, 1, kept)
	if err := o.Wait(kept); err != nil {
		b.Fatal(err)
	}
	if err := d.Close(); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for range b.N {
		d := open(b, dir, store.Options{})
		l, err := d.Log(1, true, storetest.NewOwner())
		if err != nil || l.Lanes()[0].Count != kept {
			b.Fatal(err, l.Lanes())
		}
		b.StopTimer()
		if err := d.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// backlog puts entries of 1 KiB from 1 to last.
func backlog(b testing.TB, d store.Store, id, last uint64) (store.Log, *storetest.Owner) {
	b.Helper()
	o := storetest.NewOwner()
	l, err := d.Log(id, true, o)
	if err != nil {
		b.Fatal(err)
	}
	item := storetest.NewItem(id, 1, 1024)
	es := make([]store.Entry, 0, 100)
	for seq := uint64(1); seq <= last; {
		d.WaitRoom()
		for es = es[:0]; len(es) < cap(es) && seq <= last; seq++ {
			es = append(es, store.Entry{Seq: seq, Time: 1, Item: item})
		}
		l.Put(es)
	}
	return l, o
}
