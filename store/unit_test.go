package store_test

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/internal/testkit/faultfs"
	"github.com/hutchmq/hutchmq/store"
	"github.com/hutchmq/hutchmq/store/storetest"
)

// move is a unit that settles an entry of log 1 and puts one into log 2.
type move struct {
	t        *testing.T
	disk     *faultfs.Disk
	dir      string
	s        *store.Disk
	from, to store.Log
	fo, too  *storetest.Owner
	seq      uint64 // of the entry in log 1
	durable  bool   // log 1
}

func newMove(t *testing.T) *move {
	m := &move{t: t, disk: faultfs.New(1), dir: t.TempDir(), seq: 1, durable: true}
	m.open()
	return m
}

func (m *move) open() {
	m.s = open(m.t, m.dir, store.Options{FS: m.disk.Mount(), SegmentBytes: 64 << 10, CheckEvery: time.Millisecond, Log: quiet})
	m.fo = storetest.NewOwner()
	var err error
	m.from, err = m.s.Log(1, m.durable, m.fo)
	must(m.t, err)
	m.to, m.too = openLog(m.t, m.s, 2)
}

// has tells whether a log has an entry.
func (m *move) has(l store.Log, seq uint64) (found bool) {
	must(m.t, l.Read(0, seq, 1, func(s store.Stored) bool {
		found = s.Seq == seq
		return false
	}))
	return found
}

// busy lets the writer be busy with another log, so that what follows is
// staged for a while.
func (m *move) busy() {
	other, _ := openLog(m.t, m.s, 3)
	m.disk.SetSyncDelay(50 * time.Millisecond)
	other.Put(storetest.Entries(3, 1, 1, 10))
	time.Sleep(10 * time.Millisecond)
}

// TestUnitAndEntry moves an entry that may be anywhere on its way, and loses
// power before the unit is committed, or after it is stored.
func TestUnitAndEntry(t *testing.T) {
	for _, c := range []struct {
		name      string
		put       func(m *move)
		then      func(m *move) // before Commit
		forgotten bool          // what log 1 has, by a restart
	}{
		{"stored", func(m *move) { put(m.t, m.from, m.fo, 1, 1, 3, 100) }, nil, false},
		{"staged", func(m *move) {
			m.busy()
			m.from.Put(storetest.Entries(1, 1, 3, 100))
		}, nil, false},
		{"filling", func(m *move) {
			m.disk.SetCapacity(1)
			m.from.Put(storetest.Entries(1, 1, 300, 1000))
			time.Sleep(20 * time.Millisecond)
			m.seq = 300
		}, func(m *move) { m.disk.SetCapacity(0) }, false},
		{"placed and not stored", func(m *move) {
			m.disk.SetCapacity(2 * (64 << 10))
			m.from.Put(storetest.Entries(1, 1, 300, 1000))
			time.Sleep(20 * time.Millisecond)
		}, func(m *move) { m.disk.SetCapacity(0) }, false},
		{"on a page", func(m *move) {
			put(m.t, m.from, m.fo, 1, 1, 300, 1000)
			m.from.SettleRange(0, 2, 300)
			eventually(m.t, "sparse segments are given back", func() bool { return m.disk.Names(".seg") == 1 })
		}, nil, false},
		{"moved to a page meanwhile", func(m *move) { put(m.t, m.from, m.fo, 1, 1, 300, 1000) }, func(m *move) {
			m.from.SettleRange(0, 2, 300)
			eventually(m.t, "sparse segments are given back", func() bool { return m.disk.Names(".seg") == 1 })
		}, false},
		{"settled before", func(m *move) {
			put(m.t, m.from, m.fo, 1, 1, 3, 100)
			m.from.Settle([]uint64{1})
			put(m.t, m.from, m.fo, 1, 4, 4, 100) // and recorded
		}, nil, true},
		{"settled meanwhile", func(m *move) { put(m.t, m.from, m.fo, 1, 1, 3, 100) }, func(m *move) {
			m.from.SettleRange(0, 0, 2)
			put(m.t, m.from, m.fo, 1, 4, 4, 100)
		}, true},
		{"settled while staged", func(m *move) {
			m.busy()
			m.from.Put(storetest.Entries(1, 1, 3, 100))
		}, func(m *move) { m.from.Settle([]uint64{1}) }, true},
		{"transient", func(m *move) {
			es := storetest.Entries(1, 1, 3, 100)
			es[0].Transient = true
			m.from.Put(es)
			must(m.t, m.fo.Wait(3))
		}, nil, true},
		{"in a log that is not durable", func(m *move) {
			must(m.t, m.s.Close())
			m.durable = false
			m.open()
			put(m.t, m.from, m.fo, 1, 1, 3, 100)
		}, nil, true},
		{"never there", func(m *move) { put(m.t, m.from, m.fo, 1, 2, 3, 100) }, nil, true},
	} {
		for _, commit := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/commit=%v", c.name, commit), func(t *testing.T) {
				t.Parallel()
				m := newMove(t)
				c.put(m)
				u := m.s.Begin()
				m.from.SettleIn(u, []uint64{m.seq})
				m.to.PutIn(u, storetest.Entries(2, 1, 2, 100))
				if c.then != nil {
					c.then(m)
				}
				if commit {
					u.Commit()
					must(t, m.too.Wait(2))
					eventually(t, "it is settled", func() bool { return !m.has(m.from, m.seq) })
				} else {
					must(t, m.fo.Wait(max(m.seq, 3)))
					if m.too.Through() != 0 {
						t.Fatal("stored before the unit was committed")
					}
				}
				m.disk.Crash(false)
				m.s.Close()
				m.disk.SetSyncDelay(0)
				m.open()
				if got, want := m.has(m.from, m.seq), !commit && !c.forgotten; got != want {
					t.Errorf("entry is there: %v, want %v", got, want)
				}
				if got := m.has(m.to, 1) && m.has(m.to, 2); got != commit {
					t.Errorf("copies are there: %v, want %v", got, commit)
				}
				must(t, m.s.Close())
			})
		}
	}
}

// TestUnitIsWaitedFor: what comes after an entry of a unit is stored after it,
// and nobody is busy until then.
func TestUnitIsWaitedFor(t *testing.T) {
	m := newMove(t)
	defer m.s.Close()
	outer, inner := m.s.Begin(), m.s.Begin()
	m.from.PutIn(outer, storetest.Entries(1, 1, 1, 100))
	m.from.PutIn(inner, storetest.Entries(1, 2, 2, 100))
	m.to.PutIn(inner, storetest.Entries(2, 1, 1, 100))
	m.from.Put(storetest.Entries(1, 3, 3, 100))
	inner.Commit()
	other, o := openLog(t, m.s, 3)
	put(t, other, o, 3, 1, 1, 10) // a group went by
	before := m.s.Stat().Groups
	time.Sleep(50 * time.Millisecond)
	if n := m.s.Stat().Groups - before; n > 2 {
		t.Errorf("%d groups were written while nothing could be", n)
	}
	if m.fo.Through() != 0 || m.too.Through() != 0 {
		t.Fatalf("stored %d and %d, and the outer unit is not committed", m.fo.Through(), m.too.Through())
	}
	outer.Commit()
	must(t, m.fo.Wait(max(m.seq, 3)))
	must(t, m.too.Wait(1))
	holds(t, m.from, 1, 100, count(1, 3))
	holds(t, m.to, 2, 100, count(1, 1))
}

// TestLargeUnit moves more than a segment holds, with one payload for all.
func TestLargeUnit(t *testing.T) {
	m := newMove(t)
	put(t, m.from, m.fo, 1, 1, 2000, 100)
	u := m.s.Begin()
	m.from.SettleIn(u, count(1, 2000))
	m.to.PutIn(u, storetest.Entries(2, 1, 300, 1000))
	body := storetest.NewItem(3, 3, 60_000)
	var logs []store.Log
	var owners []*storetest.Owner
	for id := uint64(10); id < 60; id++ {
		l, o := openLog(t, m.s, id)
		l.PutIn(u, []store.Entry{{Seq: 1, Item: body}})
		logs, owners = append(logs, l), append(owners, o)
	}
	before := m.disk.Written()
	u.Commit()
	must(t, m.too.Wait(300))
	if n := m.disk.Written() - before; n > 600_000 {
		t.Errorf("%d bytes written for 300 entries of 1000 bytes, and 50 with one payload of 60,000", n)
	}
	for i, l := range logs {
		must(t, owners[i].Wait(1)) // each log is told for itself, one after the other
		if !m.has(l, 1) {
			t.Fatal("an entry is missing")
		}
	}
	m.disk.Crash(true)
	m.s.Close()
	m.open()
	holds(t, m.from, 1, 100, nil)
	holds(t, m.to, 2, 1000, count(1, 300))
	must(t, m.s.Close())
}

// TestUnitFails leaves everything where it was when the disk fails.
func TestUnitFails(t *testing.T) {
	m := newMove(t)
	put(t, m.from, m.fo, 1, 1, 3, 100)
	u := m.s.Begin()
	m.from.SettleIn(u, []uint64{1, 2, 3})
	m.to.PutIn(u, storetest.Entries(2, 1, 1, 100))
	m.disk.FailSync(1)
	u.Commit()
	if err := m.too.Wait(1); !errors.Is(err, faultfs.ErrFault) {
		t.Fatalf("the disk failed, and the owner was told: %v", err)
	}
	holds(t, m.from, 1, 100, count(1, 3))
	m.disk.Crash(false)
	m.s.Close()
	m.open()
	holds(t, m.from, 1, 100, count(1, 3))
	holds(t, m.to, 2, 100, nil)
	must(t, m.s.Close())
}

// TestUnitLeftOpen closes a store with a unit that nobody commits.
func TestUnitLeftOpen(t *testing.T) {
	m := newMove(t)
	put(t, m.from, m.fo, 1, 1, 3, 100)
	left, behind := m.s.Begin(), m.s.Begin()
	m.to.PutIn(left, storetest.Entries(2, 1, 1, 100))
	m.to.PutIn(behind, storetest.Entries(2, 2, 2, 100))
	m.from.SettleIn(behind, []uint64{1})
	behind.Commit()
	must(t, m.s.Close())
	left.Commit() // too late
	m.open()
	holds(t, m.from, 1, 100, count(1, 3))
	holds(t, m.to, 2, 100, nil)
	must(t, m.s.Close())
}

// TestUnitAllocations: moving an entry costs the unit.
func TestUnitAllocations(t *testing.T) {
	d := open(t, t.TempDir(), store.Options{})
	defer d.Close()
	a, ao := openLog(t, d, 1)
	b, bo := openLog(t, d, 2)
	item := storetest.NewItem(1, 1, 100)
	es := []store.Entry{{Item: item}}
	seqs := []uint64{0}
	seq := uint64(0)
	round := func() {
		seq++
		es[0].Seq, seqs[0] = seq, seq
		a.Put(es)
		for ao.Through() < seq {
			runtime.Gosched()
		}
		u := d.Begin()
		a.SettleIn(u, seqs)
		b.PutIn(u, es)
		u.Commit()
		for bo.Through() < seq {
			runtime.Gosched()
		}
		b.Settle(seqs)
	}
	for range 100 {
		round()
	}
	if n := testing.AllocsPerRun(200, round); n > 1 { // the average, cut to a whole number
		t.Errorf("%v allocations to move an entry", n)
	}
}
