package exchange

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestSetKeepsOrderAndDropsRepetitions(t *testing.T) {
	for _, n := range []int{0, 1, linear - 1, linear, linear + 1, 3 * linear, 1000} {
		var s Set
		all := dests(n)
		for range 2 { // the second round reuses the memory of the first
			for _, d := range all {
				if !s.Add(d) {
					t.Fatalf("n %d: %s is not there yet", n, d.DestinationName())
				}
			}
			for _, d := range all {
				if s.Add(d) {
					t.Fatalf("n %d: %s is there already", n, d.DestinationName())
				}
			}
			if s.Len() != n || !slices.Equal(s.List(), all) {
				t.Fatalf("n %d: holds %d in another order", n, s.Len())
			}
			s.Reset()
			if s.Len() != 0 || len(s.List()) != 0 {
				t.Fatalf("n %d: not empty after Reset", n)
			}
		}
	}
}

func TestSetResetKeepsNoReference(t *testing.T) {
	var s Set
	for _, d := range dests(100) {
		s.Add(d)
	}
	list := s.List()
	s.Reset()
	for i, d := range list {
		if d != nil {
			t.Fatalf("place %d still holds %s", i, d.DestinationName())
		}
	}
}

func TestSetAddsListsOnce(t *testing.T) {
	all := dests(100)
	var a, b list[Destination]
	for i, d := range all {
		if i < 60 {
			a.add(d)
		}
		if i >= 40 {
			b.add(d)
		}
	}
	var s Set
	s.addAll(&a)
	s.addAll(&b)
	s.addAll(&a)
	if !slices.Equal(s.List(), all) {
		t.Errorf("two lists that overlap give %d destinations, want %d in order", s.Len(), len(all))
	}
}

func TestDistinctAgainstMap(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 0))
	var d distinct[int]
	d.stamp = ^uint32(0) - 20 // old stamps come round during the test
	for round := range 100 {
		seen := map[int]bool{}
		for range r.IntN(200) {
			k := r.IntN(150)
			if got := d.has(k); got != seen[k] {
				t.Fatalf("seed %d round %d: has %d is %v", seed, round, k, got)
			}
			if r.IntN(3) == 0 {
				continue
			}
			if added := d.add(k); added == seen[k] {
				t.Fatalf("seed %d round %d: add %d is %v", seed, round, k, added)
			}
			seen[k] = true
		}
		if len(d.list) != len(seen) {
			t.Fatalf("seed %d round %d: %d in the list, want %d", seed, round, len(d.list), len(seen))
		}
		d.reset()
	}
}
