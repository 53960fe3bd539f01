package exchange

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestIndexAgainstMap(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 0))
	var x index[int, int]
	want := map[int]*int{}
	for i := range 20000 {
		k := r.IntN(600)
		if got := x.get(k); got != want[k] {
			t.Fatalf("seed %d step %d: get %d is %v, want %v", seed, i, k, got, want[k])
		}
		if growing := i%4000 < 2200; (r.IntN(10) < 8) == growing {
			want[k] = x.at(k)
		} else if want[k] != nil {
			x.remove(k)
			delete(want, k)
		}
		if x.n != len(want) || x.empty() != (len(want) == 0) {
			t.Fatalf("seed %d step %d: %d keys, want %d", seed, i, x.n, len(want))
		}
	}
	for k, v := range want {
		if x.get(k) != v {
			t.Errorf("seed %d: %d is lost", seed, k)
		}
	}
}

func TestIndexShrinks(t *testing.T) {
	var x index[int, int]
	for i := range 1000 {
		x.at(i)
	}
	for i := range 990 {
		x.remove(i)
	}
	if n := len(*x.buckets.Load()); n > 128 {
		t.Errorf("%d buckets left for 10 keys", n)
	}
	for i := 990; i < 1000; i++ {
		x.remove(i)
	}
	if !x.empty() {
		t.Error("memory is kept for no keys")
	}
}
