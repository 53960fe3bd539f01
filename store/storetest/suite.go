package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/hutchmq/hutchmq/store"
)

// Contract runs what every Store must do. Open makes an empty one, which the
// suite closes.
func Contract(t *testing.T, open func(t *testing.T) store.Store) {
	for _, c := range []struct {
		name string
		run  func(t *testing.T, s store.Store)
	}{
		{"records", records},
		{"put and read", putAndRead},
		{"settle", settle},
		{"settle before stored", settleEarly},
		{"lanes", lanes},
		{"read in parts", readInParts},
		{"gaps", gaps},
		{"mark", mark},
		{"drop", drop},
		{"reopen a log", reopen},
		{"open twice", openTwice},
		{"units", units},
		{"units overlap", unitsOverlap},
		{"units of the gone", unitsOfTheGone},
		{"counts", counts},
		{"expires", expires},
		{"against a model", model},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			c.run(t, s)
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func openLog(t *testing.T, s store.Store, id uint64) (store.Log, *Owner) {
	t.Helper()
	o := NewOwner()
	l, err := s.Log(id, true, o)
	must(t, err)
	return l, o
}

// expect reads lane from seq on and compares the numbers.
func expect(t *testing.T, l store.Log, lane uint8, from uint64, want ...uint64) {
	t.Helper()
	list, err := ReadAll(l, lane, from)
	must(t, err)
	got := []uint64{}
	for _, s := range list {
		got = append(got, s.Seq)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("lane %d from %d: read %v, want %v", lane, from, got, want)
	}
}

func records(t *testing.T, s store.Store) {
	var b store.Batch
	for _, k := range []string{"b/2", "a/1", "b/1", "c"} {
		b.Set([]byte(k), []byte("value of "+k))
	}
	b.Set([]byte("empty"), nil)
	must(t, s.Commit(&b))
	v, err := s.Get([]byte("b/2"))
	if err != nil || string(v) != "value of b/2" {
		t.Fatalf("Get: %q, %v", v, err)
	}
	if v, err := s.Get([]byte("empty")); err != nil || len(v) != 0 {
		t.Fatalf("an empty value: %q, %v", v, err)
	}
	var keys []string
	must(t, s.Scan([]byte("b/"), func(k, v []byte) bool {
		keys = append(keys, fmt.Sprintf("%s=%s", k, v))
		return true
	}))
	if want := []string{"b/1=value of b/1", "b/2=value of b/2"}; !slices.Equal(keys, want) {
		t.Fatalf("Scan: %v, want %v", keys, want)
	}
	keys = nil
	must(t, s.ScanFrom([]byte("b/"), []byte("b/1a"), func(k, _ []byte) bool {
		keys = append(keys, string(k))
		return true
	}))
	if want := []string{"b/2"}; !slices.Equal(keys, want) {
		t.Fatalf("ScanFrom: %v, want %v", keys, want)
	}
	var wrong store.Batch
	wrong.Set([]byte("a/1"), []byte("other"))
	wrong.Set([]byte("large"), make([]byte, store.MaxRecord+1))
	if err := s.Commit(&wrong); !errors.Is(err, store.ErrTooLarge) {
		t.Fatalf("too large, but: %v", err)
	}
	if v, err := s.Get([]byte("a/1")); err != nil || string(v) != "value of a/1" {
		t.Fatalf("half of a refused batch is there: %q, %v", v, err)
	}
	var again store.Batch
	again.Delete([]byte("b/2"))
	again.Delete([]byte("never there"))
	must(t, s.Commit(&again))
	if _, err := s.Get([]byte("b/2")); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("deleted, but: %v", err)
	}
}

func putAndRead(t *testing.T, s store.Store) {
	l, o := openLog(t, s, 7)
	e := store.Entry{Seq: 3, Transient: true, Time: 12, Expiry: 34, Item: NewItem(7, 3, 10)}
	l.Put([]store.Entry{e})
	l.Put(Entries(7, 4, 100, 1000))
	must(t, o.Wait(100))
	list, err := ReadAll(l, 0, 0)
	must(t, err)
	if len(list) != 98 {
		t.Fatalf("read %d entries, want 98", len(list))
	}
	if f := list[0]; f.Seq != 3 || !f.Transient || f.Time != 12 || f.Expiry != 34 {
		t.Fatalf("read %+v, put %+v", f, e)
	}
	must(t, Check(list[0], 7, 10))
	for i, st := range list[1:] {
		if st.Seq != uint64(i+4) || st.Transient || st.Expiry != 0 {
			t.Fatalf("entry %d: %+v", i, st)
		}
		must(t, Check(st, 7, 1000))
	}
}

func settle(t *testing.T, s store.Store) {
	l, o := openLog(t, s, 1)
	l.Put(Entries(1, 1, 10, 10))
	must(t, o.Wait(10))
	l.Settle([]uint64{5, 1, 2, 99, 5})
	expect(t, l, 0, 0, 3, 4, 6, 7, 8, 9, 10)
	l.SettleRange(1, 0, 10)
	l.SettleRange(0, 7, 9)
	expect(t, l, 0, 0, 3, 4, 6, 10)
	expect(t, l, 0, 5, 6, 10)
	l.SettleRange(0, 0, 1<<63)
	expect(t, l, 0, 0)
	l.Put(Entries(1, 11, 12, 10))
	must(t, o.Wait(12))
	expect(t, l, 0, 0, 11, 12)
}

func settleEarly(t *testing.T, s store.Store) {
	l, o := openLog(t, s, 1)
	for seq := uint64(1); seq <= 1000; seq += 10 {
		l.Put(Entries(1, seq, seq+9, 100))
		l.Settle([]uint64{seq + 3, seq})
		l.SettleRange(0, seq+5, seq+8)
	}
	must(t, o.Wait(1000))
	var want []uint64
	for seq := uint64(1); seq <= 1000; seq++ {
		if m := seq % 10; m == 2 || m == 3 || m == 5 || m == 0 {
			want = append(want, seq)
		}
	}
	expect(t, l, 0, 0, want...)
}

func lanes(t *testing.T, s store.Store) {
	l, o := openLog(t, s, 1)
	es := Entries(1, 1, 30, 50)
	for i := range es {
		es[i].Lane = uint8(es[i].Seq % 3)
	}
	l.Put(es)
	must(t, o.Wait(30))
	l.Settle([]uint64{4, 5})
	l.SettleRange(0, 0, 20)
	expect(t, l, 0, 0, 21, 24, 27, 30)
	expect(t, l, 1, 0, 1, 7, 10, 13, 16, 19, 22, 25, 28)
	expect(t, l, 2, 6, 8, 11, 14, 17, 20, 23, 26, 29)
	expect(t, l, 9, 0)
}

func readInParts(t *testing.T, s store.Store) {
	l, o := openLog(t, s, 1)
	l.Put(Entries(1, 1, 500, 1000))
	must(t, o.Wait(500))
	next := uint64(1)
	for next <= 500 {
		n := 0
		must(t, l.Read(0, next, 10_000, func(st store.Stored) bool {
			if st.Seq != next {
				t.Fatalf("read %d, want %d", st.Seq, next)
			}
			must(t, Check(st, 1, 1000))
			next++
			n++
			return true
		}))
		if n == 0 || n > 11 {
			t.Fatalf("read %d entries of 1000 bytes where 10,000 bytes were wanted", n)
		}
	}
	n := 0
	must(t, l.Read(0, 250, 1<<30, func(st store.Stored) bool {
		n++
		return n < 3
	}))
	if n != 3 {
		t.Fatalf("yield returned false at the third entry, and was called %d times", n)
	}
}

func gaps(t *testing.T, s store.Store) {
	l, o := openLog(t, s, 1)
	seqs := []uint64{1, 3, 100, 101, 10_000, 10_300, 10_301, 1 << 40, 1<<63 + 5}
	for _, seq := range seqs {
		l.Put([]store.Entry{Entry(1, seq, 20)})
	}
	must(t, o.Wait(1<<63+5))
	l.Settle([]uint64{2, 3, 50, 9_999, 10_301})
	expect(t, l, 0, 0, 1, 100, 101, 10_000, 10_300, 1<<40, 1<<63+5)
	expect(t, l, 0, 102, 10_000, 10_300, 1<<40, 1<<63+5)
}

func mark(t *testing.T, s store.Store) {
	l, _ := openLog(t, s, 1)
	l.Mark(10)
	l.Mark(4)
	if m := l.Marked(); m != 10 {
		t.Fatalf("marked %d, want 10", m)
	}
}

func drop(t *testing.T, s store.Store) {
	l, o := openLog(t, s, 1)
	l.Put(Entries(1, 1, 100, 100))
	must(t, o.Wait(100))
	l.Put(Entries(1, 101, 110, 100))
	l.Drop()
	l, o = openLog(t, s, 1)
	if len(l.Lanes()) != 0 {
		t.Fatalf("dropped, but holds %v", l.Lanes())
	}
	expect(t, l, 0, 0)
	l.Put(Entries(1, 1, 3, 100))
	must(t, o.Wait(3))
	expect(t, l, 0, 0, 1, 2, 3)
}

func reopen(t *testing.T, s store.Store) {
	l, o := openLog(t, s, 1)
	l.Put(Entries(1, 1, 100, 100))
	must(t, o.Wait(100))
	l.Settle([]uint64{1, 2, 100})
	l.Close()
	if ids := s.Logs(); !slices.Equal(ids, []uint64{1}) {
		t.Fatalf("logs without a queue: %v, want 1", ids)
	}
	l, _ = openLog(t, s, 1)
	if n := l.Lanes(); len(n) != 1 || n[0].First != 3 || n[0].Count != 97 {
		t.Fatalf("lanes %+v, want 97 entries from 3", n)
	}
	l.Close()
	l, err := s.Log(1, false, NewOwner())
	must(t, err)
	if len(l.Lanes()) != 0 || len(s.Logs()) != 0 {
		t.Fatalf("opened as transient, but holds %v", l.Lanes())
	}
}

func openTwice(t *testing.T, s store.Store) {
	l, _ := openLog(t, s, 1)
	if _, err := s.Log(1, true, NewOwner()); err == nil {
		t.Fatal("a log was opened twice")
	}
	l.Close()
	if ids := s.Logs(); len(ids) != 0 {
		t.Fatalf("logs without a queue: %v, want none", ids)
	}
	openLog(t, s, 1)
}

// model does the same at random to the store and to a slice.
func model(t *testing.T, s store.Store) {
	seed := rand.Uint64()
	defer func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	}()
	r := rand.New(rand.NewPCG(seed, 0))
	l, o := openLog(t, s, 1)
	live := map[uint8][]uint64{}
	seq := uint64(0)
	for range 300 {
		switch r.IntN(4) {
		case 0, 1:
			var es []store.Entry
			for range 1 + r.IntN(50) {
				seq += 1 + uint64(r.IntN(3)*r.IntN(200))
				e := Entry(1, seq, r.IntN(600))
				e.Lane = uint8(r.IntN(3))
				live[e.Lane] = append(live[e.Lane], seq)
				es = append(es, e)
			}
			l.Put(es)
		case 2:
			lane := uint8(r.IntN(3))
			var gone []uint64
			live[lane] = slices.DeleteFunc(live[lane], func(seq uint64) bool {
				if r.IntN(3) > 0 {
					return false
				}
				gone = append(gone, seq)
				return true
			})
			r.Shuffle(len(gone), func(i, j int) { gone[i], gone[j] = gone[j], gone[i] })
			l.Settle(gone)
		case 3:
			lane, from := uint8(r.IntN(3)), r.Uint64N(seq+1)
			to := from + r.Uint64N(100)
			live[lane] = slices.DeleteFunc(live[lane], func(seq uint64) bool { return seq >= from && seq <= to })
			l.SettleRange(lane, from, to)
		}
	}
	must(t, o.Wait(seq))
	for lane := range uint8(3) {
		expect(t, l, lane, 0, live[lane]...)
	}
}
