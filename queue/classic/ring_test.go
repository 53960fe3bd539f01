package classic

import (
	"math/rand"
	"slices"
	"testing"
)

// TestRing compares with a slice.
func TestRing(t *testing.T) {
	const seed = 1
	r := rand.New(rand.NewSource(seed))
	var q ring[int]
	var want []int
	for step := range 20000 {
		switch n := r.Intn(100); {
		case n < 30+step/500:
			q.pushBack(step)
			want = append(want, step)
		case n < 50:
			q.pushFront(step)
			want = slices.Insert(want, 0, step)
		case n < 99 && len(want) > 0:
			if got := q.popFront(); got != want[0] {
				t.Fatalf("seed %d, step %d: popped %d, want %d", seed, step, got, want[0])
			}
			want = want[1:]
		case n == 99 && r.Intn(10) == 0:
			q.reset()
			want = nil
		}
		if got := elements(&q); !slices.Equal(got, want) {
			t.Fatalf("seed %d, step %d: %v, want %v", seed, step, got, want)
		}
	}
}

func elements(q *ring[int]) (list []int) {
	for i := range q.len() {
		list = append(list, *q.at(i))
	}
	return list
}

// TestRingForgets: what left the ring is not kept from the collector, and a
// big array goes when it is empty.
func TestRingForgets(t *testing.T) {
	for _, n := range []int{ringKeep, ringKeep + 1} {
		var pop, reset ring[*int]
		for range n {
			pop.pushBack(new(int))
			reset.pushFront(new(int))
		}
		for range n {
			pop.popFront()
		}
		reset.reset()
		for name, q := range map[string]*ring[*int]{"pop": &pop, "reset": &reset} {
			if kept := len(q.buf); (n <= ringKeep) != (kept > 0) {
				t.Errorf("%s: %d of %d places kept", name, kept, n)
			}
			if slices.ContainsFunc(q.buf, func(p *int) bool { return p != nil }) {
				t.Errorf("%s: the ring keeps what left it", name)
			}
		}
	}
}
