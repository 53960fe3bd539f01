package perf

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestHistogram compares quantiles with those of the sorted values: no lower,
// and at most a sixty-fourth higher.
func TestHistogram(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	for round := range 50 {
		h := new(histogram)
		var sorted []int64
		for range 1 + random.IntN(2000) {
			v := int64(random.Uint64() >> (1 + random.IntN(63)))
			n := 1 + random.IntN(3)
			h.record(v, uint64(n))
			sorted = append(sorted, slices.Repeat([]int64{v}, n)...)
		}
		slices.Sort(sorted)
		d := new(distribution)
		d.add(h)
		if d.total != uint64(len(sorted)) || d.maxNs != sorted[len(sorted)-1] {
			t.Fatalf("seed %d: %d values up to %d, want %d up to %d", seed, d.total, d.maxNs, len(sorted), sorted[len(sorted)-1])
		}
		for _, q := range []float64{0, 0.5, 0.95, 0.99, 0.999, 1} {
			want := sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
			if got := d.quantile(q); got < want || got-want > want/subs {
				t.Errorf("seed %d, round %d: quantile %g is %d, want %d", seed, round, q, got, want)
			}
		}
	}
}

func TestHistogramEdges(t *testing.T) {
	for _, v := range []uint64{0, 1, 63, 64, 65, 127, 128, 1<<62 + 1, 1<<63 - 1} {
		b := bucketOf(v)
		if high := highest(b); uint64(high) < v || b > 0 && uint64(highest(b-1)) >= v {
			t.Errorf("%d is in bucket %d, which ends at %d", v, b, high)
		}
	}
	empty := new(distribution)
	if q := empty.quantiles(); q != (Quantiles{}) {
		t.Errorf("nothing was counted, and the quantiles are %v", q)
	}
	h := new(histogram)
	h.record(-5, 1)
	empty.add(h)
	if got := empty.quantile(1); got != 0 {
		t.Errorf("a negative duration counts as %d", got)
	}
}

func TestDistributionSince(t *testing.T) {
	h := new(histogram)
	h.record(1000, 5)
	before, after := new(distribution), new(distribution)
	before.add(h)
	h.record(10, 7)
	after.add(h)
	if d := after.since(before); d.total != 7 || d.quantile(1) != 10 {
		t.Errorf("%d were counted since, up to %d; want 7 up to 10", d.total, d.quantile(1))
	}
}
