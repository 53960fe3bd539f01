package dedup

import (
	"encoding/binary"
	"fmt"
	"math/rand"
	"runtime"
	"slices"
	"testing"
)

var hasher = NewHasher()

func keyOf(n int) Key { return hasher.Sum('i', binary.BigEndian.AppendUint64(nil, uint64(n))) }

// TestTable does random things to a table and to a plain list.
func TestTable(t *testing.T) {
	for seed := range int64(60) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			r := rand.New(rand.NewSource(seed))
			var table Table
			var list []Entry
			next, span := uint64(0), 1+r.Intn(2000)
			drop := func(goes func(Entry) bool) { list = slices.DeleteFunc(list, goes) }
			for step := range 3000 {
				k := keyOf(r.Intn(span))
				switch n := r.Intn(20); {
				case n < 10:
					next += uint64(1 + r.Intn(3))
					if table.Find(k) == nil {
						e := Entry{k, next, int64(r.Intn(3))}
						table.Add(e)
						list = append(list, e)
					}
				case n < 14:
					table.Remove(k)
					drop(func(e Entry) bool { return e.Key == k })
				case n < 16:
					seq := uint64(r.Intn(int(next) + 2))
					table.RemoveSeq(seq)
					drop(func(e Entry) bool { return e.Seq == seq })
				case n < 19:
					if e := table.Oldest(); e != nil {
						table.Remove(e.Key)
						list = list[1:]
					}
				case step%7 == 0:
					from, mark := uint64(r.Intn(int(next)+1)), int64(r.Intn(3))
					to := from + uint64(r.Intn(100))
					table.RemoveRange(from, to, func(e *Entry) bool { return e.Mark == mark })
					drop(func(e Entry) bool { return e.Mark == mark && from <= e.Seq && e.Seq <= to })
				}
				i := slices.IndexFunc(list, func(e Entry) bool { return e.Key == k })
				if e := table.Find(k); (e != nil) != (i >= 0) || e != nil && *e != list[i] {
					t.Fatalf("step %d: found %v, want number %d of %d", step, e, i, len(list))
				}
			}
			var got []Entry
			table.Each(func(e *Entry) bool {
				got = append(got, *e)
				return true
			})
			if !slices.Equal(got, list) || table.Len() != len(list) {
				t.Errorf("%d entries, want %d, or others", len(got), len(list))
			}
		})
	}
}

// TestTableAtRest: a key that comes and goes allocates nothing.
func TestTableAtRest(t *testing.T) {
	var table Table
	seq, k := uint64(0), keyOf(1)
	if n := testing.AllocsPerRun(1000, func() {
		seq++
		table.Add(Entry{k, seq, 0})
		table.RemoveSeq(seq)
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkTable reports what a key takes in memory, among a million, and how
// long it takes to come while the oldest goes.
func BenchmarkTable(b *testing.B) {
	const many = 1_000_000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	table := new(Table)
	for i := range many {
		table.Add(Entry{keyOf(i), uint64(i + 1), 0})
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if ratio := float64(table.Bytes()) / float64(after.HeapAlloc-before.HeapAlloc); ratio < 0.9 || ratio > 1.1 {
		b.Errorf("Bytes is %.2f of what it takes", ratio)
	}
	seq := uint64(many)
	for b.Loop() {
		table.Remove(table.Oldest().Key)
		seq++
		table.Add(Entry{keyOf(int(seq)), seq, 0})
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/many, "B/key")
}

// BenchmarkSum is what it costs to make a key.
func BenchmarkSum(b *testing.B) {
	text := []byte("order-2026-11-22-000001234")
	b.ReportAllocs()
	for b.Loop() {
		hasher.Sum('s', text)
	}
}
