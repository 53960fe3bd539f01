package stats

import (
	"math/rand/v2"
	"testing"
)

// TestHistogramAgainstCount: one value after the other and in bursts, both end
// in the buckets that a plain search finds.
func TestHistogramAgainstCount(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 2))
	h := NewHistogram(Sizes)
	b := h.Burst()
	want, sum := make([]uint64, len(Sizes)+1), uint64(0)
	v := uint64(0)
	for range 5000 {
		if r.IntN(3) > 0 {
			v = r.Uint64N(1 << r.UintN(34))
		}
		i := 0
		for i < len(Sizes) && v > Sizes[i] {
			i++
		}
		want[i]++
		sum += v
		if r.IntN(2) == 0 {
			h.Observe(v)
		} else {
			b.Observe(v)
		}
		if r.IntN(50) == 0 {
			b.Flush()
		}
	}
	b.Flush()
	d := h.Read()
	for i, n := range d.Counts {
		if n != want[i] {
			t.Errorf("seed %d: bucket %d has %d, want %d", seed, i, n, want[i])
		}
	}
	if d.Count != 5000 || d.Sum != sum {
		t.Errorf("seed %d: %d values of %d, want 5000 of %d", seed, d.Count, d.Sum, sum)
	}
}

func TestQuantile(t *testing.T) {
	h := NewHistogram([]uint64{10, 20, 30})
	if got := h.Read().Quantile(0.5); got != 0 {
		t.Errorf("the median of nothing is %d", got)
	}
	for _, v := range []uint64{1, 2, 3, 11, 12, 13, 14, 25, 99, 99} {
		h.Observe(v)
	}
	for q, want := range map[float64]uint64{0: 10, 0.3: 10, 0.31: 20, 0.7: 20, 0.8: 30, 1: 30} {
		if got := h.Read().Quantile(q); got != want {
			t.Errorf("quantile %v is %d, want %d", q, got, want)
		}
	}
}

func TestBoundsFit(t *testing.T) {
	for _, bounds := range [][]uint64{Sizes, Latencies, Moments} {
		for i := 1; i < len(bounds); i++ {
			if bounds[i] <= bounds[i-1] {
				t.Errorf("bound %d of %v does not rise", i, bounds)
			}
		}
	}
}

func TestCountingAllocatesNothing(t *testing.T) {
	h := NewHistogram(Latencies)
	var c Counter
	b := NewHistogram(Sizes).Burst()
	n := testing.AllocsPerRun(100, func() {
		c.Add(1)
		h.Observe(77)
		b.Observe(100)
		b.Flush()
	})
	if n != 0 {
		t.Errorf("counting allocates %v times", n)
	}
}
