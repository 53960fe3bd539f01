package stats

import "time"

// Histogram counts values by size: bucket i has those of at most Bounds[i],
// and of more than the bound before; one more bucket has the rest. Methods may
// be called concurrently, and allocate nothing but for Read.
type Histogram struct {
	bounds []uint64
	counts []Counter
	sum    Counter
}

// Sizes are the bounds for the sizes of messages, in bytes, that RabbitMQ has.
var Sizes = []uint64{100, 1e3, 1e4, 1e5, 1e6, 1e7, 5e7, 1e8}

// Latencies are bounds for short times, in nanoseconds: from 10 us to 10 s,
// three for each power of ten.
var Latencies = []uint64{
	10e3, 25e3, 50e3, 100e3, 250e3, 500e3, 1e6, 2.5e6, 5e6,
	10e6, 25e6, 50e6, 100e6, 250e6, 500e6, 1e9, 2.5e9, 5e9, 10e9,
}

// Moments are bounds for very short times, in nanoseconds: from 100 ns to 10 ms.
var Moments = []uint64{
	100, 250, 500, 1e3, 2.5e3, 5e3, 10e3, 25e3, 50e3, 100e3, 250e3, 500e3, 1e6, 10e6,
}

// NewHistogram makes one with these bounds, which rise and stay as they are.
func NewHistogram(bounds []uint64) *Histogram {
	return &Histogram{bounds: bounds, counts: make([]Counter, len(bounds)+1)}
}

// Observe counts a value.
func (h *Histogram) Observe(v uint64) {
	h.counts[h.bucket(v)].Add(1)
	h.sum.Add(v)
}

// Since counts the nanoseconds since began.
func (h *Histogram) Since(began time.Time) { h.Observe(uint64(max(time.Since(began), 0))) }

func (h *Histogram) bucket(v uint64) int {
	for i, b := range h.bounds {
		if v <= b {
			return i
		}
	}
	return len(h.bounds)
}

// Burst counts values for a histogram that one goroutine has many of, most of
// them like the one before: Observe is as cheap as can be, and Flush tells the
// histogram of all.
type Burst struct {
	h     *Histogram
	value uint64 // that was observed
	times uint64 // so often, and the histogram does not know
}

// Burst makes one for h.
func (h *Histogram) Burst() Burst { return Burst{h: h} }

// Observe counts a value.
func (b *Burst) Observe(v uint64) {
	if v != b.value {
		b.Flush()
		b.value = v
	}
	b.times++
}

// Flush has the histogram count what was observed since the last Flush.
func (b *Burst) Flush() {
	if b.times > 0 {
		b.h.counts[b.h.bucket(b.value)].Add(b.times)
		b.h.sum.Add(b.value * b.times)
		b.times = 0
	}
}

// Distribution is what a histogram has counted.
type Distribution struct {
	Bounds []uint64 // shared: not to be changed
	Counts []uint64 // one more than bounds; not cumulative
	Count  uint64
	Sum    uint64
}

// Read is what was counted so far.
func (h *Histogram) Read() Distribution {
	d := Distribution{Bounds: h.bounds, Counts: make([]uint64, len(h.counts)), Sum: h.sum.Load()}
	for i := range h.counts {
		d.Counts[i] = h.counts[i].Load()
		d.Count += d.Counts[i]
	}
	return d
}

// Quantile is a bound that the share q of all values does not exceed; 0 when
// there are none. Beyond the last bound, that is the answer.
func (d Distribution) Quantile(q float64) uint64 {
	left := q * float64(d.Count)
	for i, n := range d.Counts {
		if left -= float64(n); left <= 0 && d.Count > 0 {
			return d.Bounds[min(i, len(d.Bounds)-1)]
		}
	}
	return 0
}
