package classic

import (
	"math/rand"
	"slices"
	"testing"
)

// TestIndexAtRandom compares an index with a sorted list.
func TestIndexAtRandom(t *testing.T) {
	const seed = 5
	r := rand.New(rand.NewSource(seed))
	var x index
	var want []deadline
	for step := range 5000 {
		if r.Intn(5) < 3 {
			d := deadline{expiry: int64(r.Intn(100)), seq: uint64(step)}
			x.push(d)
			i, _ := slices.BinarySearchFunc(want, d, compareDeadlines)
			want = slices.Insert(want, i, d)
		} else if len(want) > 0 {
			if d := x.pop(); d != want[0] {
				t.Fatalf("seed %d, step %d: popped %+v, want %+v", seed, step, d, want[0])
			}
			want = want[1:]
		}
	}
	odd := func(seq uint64) bool { return seq%2 == 1 }
	x.heap = append(x.heap, x.heap...)
	x.tidy(odd)
	want = slices.DeleteFunc(want, func(d deadline) bool { return !odd(d.seq) })
	if !slices.Equal(x.heap, want) {
		t.Fatalf("seed %d: tidy has %d of %d", seed, len(x.heap), len(want))
	}
	late := x.cut(len(want) / 2)
	n := len(x.heap)
	if n > len(want)/2 || want[n].expiry != late || n > 0 && want[n-1].expiry >= late {
		t.Errorf("seed %d: cut %d to %d, late from %d on", seed, len(want), n, late)
	}
	if late = x.cut(0); len(x.heap) > 0 || late != want[0].expiry {
		t.Errorf("seed %d: %d left, late from %d on", seed, len(x.heap), late)
	}
}
