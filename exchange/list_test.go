package exchange

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func walked(l *list[int]) []int {
	var all []int
	slots := l.view()
	for i := range slots {
		if it := slots[i].Load(); it != nil {
			all = append(all, it.value)
		}
	}
	return all
}

func TestListAgainstSlice(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 0))
	var l list[int]
	var want []int
	items := map[int]*item[int]{}
	for i := range 5000 {
		if growing := i%1000 < 600; (r.IntN(10) < 7) == growing || len(want) == 0 {
			items[i] = l.add(i)
			want = append(want, i)
		} else {
			at := r.IntN(len(want))
			l.remove(items[want[at]])
			want = slices.Delete(want, at, at+1)
		}
		if l.live != len(want) || !slices.Equal(walked(&l), want) {
			t.Fatalf("seed %d step %d: list %v, want %v", seed, i, walked(&l), want)
		}
		if n := len(l.view()); n > 2*len(want)+1 {
			t.Fatalf("seed %d step %d: %d slots for %d items", seed, i, n, len(want))
		}
	}
}

func TestListViewOutlivesChanges(t *testing.T) {
	var l list[int]
	var items []*item[int]
	for i := range 100 {
		items = append(items, l.add(i))
	}
	view := l.view()
	for i := range 98 { // moves the list
		l.remove(items[i])
	}
	for i := range 1000 {
		l.add(1000 + i)
	}
	last := 0
	for i := range view {
		if it := view[i].Load(); it != nil {
			last = it.value
		}
	}
	if last != 99 {
		t.Errorf("an old view ends in %d, want 99, which was never removed", last)
	}
}
