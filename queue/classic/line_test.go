package classic

import (
	"math/rand"
	"slices"
	"testing"
)

// TestLineAtRandom compares a line with a list.
func TestLineAtRandom(t *testing.T) {
	const seed = 4
	r := rand.New(rand.NewSource(seed))
	w, next := &line{}, uint64(1)
	var want, out []uint64
	for step := range 20_000 {
		switch n := r.Intn(10); {
		case n < 4:
			next += uint64(1 + r.Intn(3))
			w.pushBack(entry{seq: next})
			want = append(want, next)
		case n < 5 && len(want) > 0:
			if e := w.popFront(); e.seq != want[0] {
				t.Fatalf("seed %d, step %d: popped %d, want %d", seed, step, e.seq, want[0])
			}
			want = want[1:]
		case n < 6 && len(out) > 0: // what was taken out comes back
			r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
			back := slices.Sorted(slices.Values(out[:1+r.Intn(len(out))]))
			out = out[len(back):]
			var es []entry
			for _, seq := range back {
				es = append(es, entry{seq: seq})
			}
			w.restore(es)
			want = slices.Sorted(slices.Values(append(want, back...)))
		case len(want) > 0 && step%4000 < 3000 == (n < 7): // now growing, now shrinking
			k := r.Intn(len(want))
			i, ok := w.has(want[k])
			if !ok || w.remove(i).seq != want[k] {
				t.Fatalf("seed %d, step %d: %d is not there", seed, step, want[k])
			}
			if _, ok := w.has(want[k]); ok {
				t.Fatalf("seed %d, step %d: %d is there still", seed, step, want[k])
			}
			if r.Intn(4) == 0 && len(out) < 10 {
				out = append(out, want[k])
			}
			want = slices.Delete(want, k, k+1)
		}
		if w.waiting() != len(want) || w.len() > 2*len(want)+2*manyGone || len(want) > 0 && w.at(0).seq != want[0] {
			t.Fatalf("seed %d, step %d: %d wait in %d places, want %d", seed, step, w.waiting(), w.len(), len(want))
		}
	}
	var got []uint64
	for w.len() > 0 {
		got = append(got, w.popFront().seq)
	}
	if !slices.Equal(got, want) || w.gone != 0 {
		t.Errorf("seed %d: got %v\nwant %v", seed, got, want)
	}
}
