package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/store"
)

// eventually waits until lane 0 of l holds want and nothing else: what a unit
// settles stays until it is on disk.
func eventually(t *testing.T, l store.Log, want ...uint64) {
	t.Helper()
	for late := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		list, err := ReadAll(l, 0, 0)
		must(t, err)
		got := []uint64{}
		for _, s := range list {
			got = append(got, s.Seq)
		}
		if slices.Equal(got, want) {
			return
		}
		if time.Now().After(late) {
			t.Fatalf("read %v, want %v", got, want)
		}
	}
}

// units moves entries from log to log.
func units(t *testing.T, s store.Store) {
	a, ao := openLog(t, s, 1)
	b, bo := openLog(t, s, 2)
	c, co := openLog(t, s, 3)
	a.Put(Entries(1, 1, 10, 100))
	must(t, ao.Wait(10))
	u := s.Begin()
	a.SettleIn(u, []uint64{2, 3, 9, 99})
	expect(t, a, 0, 0, 1, 4, 5, 6, 7, 8, 10)
	b.PutIn(u, Entries(2, 1, 3, 100))
	c.PutIn(u, Entries(3, 5, 5, 100))
	u.Commit()
	must(t, bo.Wait(3))
	must(t, co.Wait(5))
	eventually(t, a, 1, 4, 5, 6, 7, 8, 10)
	expect(t, b, 0, 0, 1, 2, 3)
	expect(t, c, 0, 0, 5)
	empty := s.Begin()
	a.PutIn(empty, nil)
	a.SettleIn(empty, nil)
	empty.Commit()
	settles := s.Begin()
	b.SettleIn(settles, []uint64{1, 3})
	c.SettleIn(settles, []uint64{5})
	settles.Commit()
	eventually(t, b, 2)
	eventually(t, c)
}

// unitsOverlap commits units in another order than they were begun, with other
// puts between theirs.
func unitsOverlap(t *testing.T, s store.Store) {
	a, ao := openLog(t, s, 1)
	b, bo := openLog(t, s, 2)
	u, v := s.Begin(), s.Begin()
	a.PutIn(u, Entries(1, 1, 2, 100))
	a.Put(Entries(1, 3, 4, 100))
	a.PutIn(v, Entries(1, 5, 6, 100))
	b.PutIn(v, Entries(2, 1, 1, 100))
	b.PutIn(u, Entries(2, 2, 2, 100))
	a.SettleIn(v, []uint64{1, 3}) // of the other, and of none
	a.Settle([]uint64{6})
	b.Put(Entries(2, 3, 3, 100))
	v.Commit()
	a.PutIn(u, Entries(1, 7, 7, 100))
	u.Commit()
	must(t, ao.Wait(7))
	must(t, bo.Wait(3))
	eventually(t, a, 2, 4, 5, 7)
	expect(t, b, 0, 0, 1, 2, 3)
}

// unitsOfTheGone holds the rest of a unit when one of its logs is dropped.
func unitsOfTheGone(t *testing.T, s store.Store) {
	a, ao := openLog(t, s, 1)
	b, bo := openLog(t, s, 2)
	c, co := openLog(t, s, 3)
	a.Put(Entries(1, 1, 3, 100))
	c.Put(Entries(3, 1, 3, 100))
	must(t, ao.Wait(3))
	must(t, co.Wait(3))
	u := s.Begin()
	c.SettleIn(u, []uint64{1})
	a.SettleIn(u, []uint64{1})
	b.PutIn(u, Entries(2, 1, 1, 100))
	c.PutIn(u, Entries(3, 4, 4, 100))
	c.Drop()
	u.Commit()
	must(t, bo.Wait(1))
	eventually(t, a, 2, 3)
	expect(t, b, 0, 0, 1)
	c, co = openLog(t, s, 3)
	expect(t, c, 0, 0)
	c.Put(Entries(3, 1, 1, 100))
	must(t, co.Wait(1))
	expect(t, c, 0, 0, 1)
}

// expectCounts reads lane 0 and compares what was counted, from 1 on.
func expectCounts(t *testing.T, l store.Log, want ...uint32) {
	t.Helper()
	list, err := ReadAll(l, 0, 0)
	must(t, err)
	var got []uint32
	for _, s := range list {
		got = append(got, s.Count)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("counts %v, want %v", got, want)
	}
}

func counts(t *testing.T, s store.Store) {
	l, o := openLog(t, s, 1)
	l.Put(Entries(1, 1, 6, 100))
	l.Count([]store.Count{{Seq: 3, N: 7}, {Seq: 4, N: 1}, {Seq: 99, N: 1}}) // perhaps not stored yet
	must(t, o.Wait(6))
	expectCounts(t, l, 0, 0, 7, 1, 0, 0)
	l.Count([]store.Count{{Seq: 6, N: 1 << 31}, {Seq: 1, N: 1}, {Seq: 4, N: 2}})
	expectCounts(t, l, 1, 0, 7, 2, 0, 1<<31)
	l.Settle([]uint64{1, 3})
	l.Count([]store.Count{{Seq: 3, N: 5}, {Seq: 4, N: 0}})
	expectCounts(t, l, 0, 0, 0, 1<<31)
	l.Close()
	l, o = openLog(t, s, 1)
	expectCounts(t, l, 0, 0, 0, 1<<31)
	l.SettleRange(0, 0, 6)
	l.Put(Entries(1, 7, 8, 100))
	must(t, o.Wait(8))
	expectCounts(t, l, 0, 0)
}

func expires(t *testing.T, s store.Store) {
	l, o := openLog(t, s, 1)
	es := Entries(1, 1, 6, 100)
	for i, at := range []int64{0, 300, 100, 0, 0, 200} {
		es[i].Expiry = at
	}
	es[3].Lane, es[5].Lane = 1, 2
	l.Put(es)
	must(t, o.Wait(6))
	l.Close()
	l, _ = openLog(t, s, 1)
	var got []int64
	for _, n := range l.Lanes() {
		got = append(got, n.Expires)
	}
	if want := []int64{100, 0, 200}; !slices.Equal(got, want) {
		t.Fatalf("lanes expire at %v, want %v", got, want)
	}
}
