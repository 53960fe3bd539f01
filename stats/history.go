package stats

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// rateRows is how many rows, one a second, rates are worked out from: those of
// the last five seconds and the one before.
const rateRows = 6

// spans are the rings of a full history.
var spans = [...]struct {
	every time.Duration
	rows  int
}{
	{time.Second / 2, 72}, // every sample, though they may come a little early
	{5 * time.Second, 122},
	{time.Minute, 62},
	{10 * time.Minute, 146},
}

// History is the past of a few numbers, be they counts that grow or amounts
// that come and go: rows of them, each with one number a column. Somebody
// samples it about once a second. It knows the last seconds, enough for rates;
// with Keep also the last minute by the second, ten minutes by five seconds, an
// hour by minutes and a day by ten minutes. Methods may be called concurrently.
type History struct {
	mu    sync.Mutex
	rings []ring // the finest first
	kept  bool   // all spans are there
	still int    // how many samples in a row had nothing new
	width int

	// Unix milliseconds: when Samples was called last, when Sample was, and when
	// it had something new.
	asked, sampled, changed atomic.Int64
	resting                 atomic.Bool
}

// maxSamples bounds how many Samples answers with, less one.
const maxSamples = 10_000

// Sample is what was at one moment.
type Sample struct {
	AtMs  int64 // Unix milliseconds
	Value uint64
}

// Grid says at which moments samples are wanted: the last multiple of Incr,
// and one each Incr before, for as long as Age.
type Grid struct{ Age, Incr time.Duration }

// NewHistory makes a history of so many columns.
func NewHistory(columns int) *History {
	return &History{width: columns, rings: []ring{{every: 0, most: rateRows}}}
}

// Sample notes that row was at now. Calls come in order of time. The row is the
// caller's again on return.
func (h *History) Sample(now time.Time, row []uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	at := now.UnixMilli()
	h.sampled.Store(at)
	if r := &h.rings[0]; r.n > 0 && slices.Equal(r.row(r.n-1, h.width), row) {
		h.still++
	} else {
		h.wake(at)
		h.still = 0
		h.changed.Store(at)
	}
	for i := range h.rings {
		h.rings[i].push(at, row)
	}
}

// wake moves the one row that Rest has left to where the samples before now
// would have been, since nothing has happened meanwhile.
func (h *History) wake(at int64) {
	if h.resting.Swap(false) {
		first := &h.rings[0]
		first.times[0] = max(first.times[0], at-time.Second.Milliseconds())
	}
}

// Differs reports whether row is another than that of the last sample.
func (h *History) Differs(row []uint64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := &h.rings[0]
	return r.n == 0 || !slices.Equal(r.row(r.n-1, h.width), row)
}

// Still is how many samples in a row had nothing new.
func (h *History) Still() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.still
}

// Resting reports whether the history has been told to Rest, and nothing has
// happened since.
func (h *History) Resting() bool { return h.resting.Load() }

// Keep has the history keep a day, or again only the seconds that rates need.
func (h *History) Keep(on bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if on == h.kept {
		return
	}
	h.kept = on
	if !on {
		h.rings = h.rings[:1:1]
		return
	}
	first := &h.rings[0]
	for _, s := range spans {
		r := ring{every: s.every.Milliseconds(), most: s.rows}
		for i := range first.n {
			r.push(first.times[first.place(i)], first.row(i, h.width))
		}
		h.rings = append(h.rings, r)
	}
}

// Kept reports whether the history is kept for a day.
func (h *History) Kept() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.kept
}

// Rest keeps only the last row, for something that stands still: less memory,
// and the next change is seen all the same.
func (h *History) Rest() {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := &h.rings[0]
	if r.n <= 1 {
		return
	}
	last := ring{most: r.most}
	last.push(r.times[r.place(r.n-1)], r.row(r.n-1, h.width))
	h.rings, h.kept = []ring{last}, false
	h.resting.Store(true)
}

// Asked is when Samples was called last; long ago if never.
func (h *History) Asked() time.Time { return time.UnixMilli(h.asked.Load()) }

// Sampled is when Sample was called last.
func (h *History) Sampled() time.Time { return time.UnixMilli(h.sampled.Load()) }

// Used is when Samples was called last, or Sample with something new.
func (h *History) Used() time.Time { return time.UnixMilli(max(h.asked.Load(), h.changed.Load())) }

// Rate is the growth a second of the sum of columns over the last five seconds
// or so, up to the last sample: so it does not depend on when it is asked for.
// What is no count may shrink.
func (h *History) Rate(columns ...int) float64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := &h.rings[0]
	if r.n < 2 {
		return 0
	}
	ms := r.times[r.place(r.n-1)] - r.times[r.place(0)]
	if ms <= 0 {
		return 0
	}
	grown := int64(sum(r.row(r.n-1, h.width), columns) - sum(r.row(0, h.width), columns))
	return float64(grown) * 1000 / float64(ms)
}

// Samples are the sums of columns at the moments of g, the newest first. Where
// nothing is known any more, or yet, the oldest that is known stands.
func (h *History) Samples(now time.Time, g Grid, columns ...int) []Sample {
	h.asked.Store(now.UnixMilli())
	incr := max(g.Incr.Milliseconds(), 1)
	last := now.UnixMilli() / incr * incr
	samples := make([]Sample, min(max(g.Age.Milliseconds()/incr, 0), maxSamples)+1)
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range samples {
		at := last - int64(i)*incr
		samples[i] = Sample{at, sum(h.rowAt(at), columns)}
	}
	return samples
}

// rowAt is the last row that is not after at, of the finest ring that reaches
// so far back; nil when there is no row at all.
func (h *History) rowAt(at int64) []uint64 {
	var oldest *ring
	for i := range h.rings {
		r := &h.rings[i]
		if r.n == 0 {
			continue
		}
		if n := r.until(at); n > 0 {
			return r.row(n-1, h.width)
		}
		if oldest == nil || r.times[r.place(0)] < oldest.times[oldest.place(0)] {
			oldest = r
		}
	}
	if oldest == nil {
		return nil
	}
	return oldest.row(0, h.width)
}

// sum adds the columns of a row up; of nil it is 0.
func sum(row []uint64, columns []int) (n uint64) {
	if row == nil {
		return 0
	}
	for _, c := range columns {
		n += row[c]
	}
	return n
}
