package perf

import (
	"math/bits"
	"sync/atomic"
)

// A histogram counts durations in buckets that are as wide as their values are
// large: 64 buckets to the doubling, so that a quantile is at most 1.6 % off.
//
//	value   0 … 63   64 … 127   128 … 255   256 … 511
//	width      1         1          2           4      …
const (
	subBits = 6
	subs    = 1 << subBits
	buckets = (64 - subBits + 1) * subs
)

// histogram is written by one goroutine, and read by anybody at any time.
type histogram struct {
	counts [buckets]atomic.Uint64
	max    atomic.Int64
}

// record counts n times a duration in nanoseconds. A negative one is 0.
func (h *histogram) record(ns int64, n uint64) {
	ns = max(ns, 0)
	h.counts[bucketOf(uint64(ns))].Add(n)
	if ns > h.max.Load() {
		h.max.Store(ns)
	}
}

func bucketOf(v uint64) int {
	if v < subs {
		return int(v)
	}
	shift := bits.Len64(v) - subBits - 1
	return (shift+1)*subs + int(v>>shift)&(subs-1)
}

// highest is the largest value of a bucket.
func highest(bucket int) int64 {
	if bucket < subs {
		return int64(bucket)
	}
	shift := bucket/subs - 1
	low := uint64(bucket%subs|subs) << shift
	return int64(low + 1<<shift - 1)
}

// distribution is what histograms had counted at one moment.
type distribution struct {
	counts [buckets]uint64
	total  uint64
	maxNs  int64
}

// add adds what h has counted.
func (d *distribution) add(h *histogram) {
	for i := range h.counts {
		n := h.counts[i].Load()
		d.counts[i] += n
		d.total += n
	}
	d.maxNs = max(d.maxNs, h.max.Load())
}

// since is what was counted after an earlier moment; its maximum is that of
// both.
func (d *distribution) since(earlier *distribution) *distribution {
	later := &distribution{total: d.total - earlier.total, maxNs: d.maxNs}
	for i := range d.counts {
		later.counts[i] = d.counts[i] - earlier.counts[i]
	}
	return later
}

// quantile is the duration in nanoseconds that the share q of all did not
// exceed, 0 when nothing was counted.
func (d *distribution) quantile(q float64) int64 {
	if d.total == 0 {
		return 0
	}
	rank := min(uint64(q*float64(d.total)), d.total-1)
	for i, n := range d.counts {
		if rank < n {
			return min(highest(i), d.maxNs)
		}
		rank -= n
	}
	return d.maxNs
}
