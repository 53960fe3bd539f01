package stats

import (
	"sync"
	"time"
)

// windowSamples is how many samples, one a second, a rate looks back.
const windowSamples = 5

// Rate tells how fast a count grows, averaged over the last five seconds or
// so. Somebody samples it about once a second; whoever polls it gets the
// count of now against the oldest sample, so an answer is never zero only
// because the last sample was taken a moment ago. The zero value is ready.
// Methods may be called concurrently.
type Rate struct {
	mu      sync.Mutex
	samples [windowSamples]sample
	next    int // where the next sample goes
	held    int
}

type sample struct {
	at    time.Time
	count uint64
}

// Sample notes that the count was count at now. Calls come in order of time.
func (r *Rate) Sample(now time.Time, count uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.samples[r.next] = sample{now, count}
	r.next = (r.next + 1) % windowSamples
	r.held = min(r.held+1, windowSamples)
}

// PerSecond is the growth a second up to now, when the count is count. It is 0
// before the first sample. A single fresh sample counts as a second old, so
// that the first message does not look like a flood.
func (r *Rate) PerSecond(now time.Time, count uint64) float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held == 0 {
		return 0
	}
	oldest := r.samples[(r.next+windowSamples-r.held)%windowSamples]
	if count < oldest.count {
		return 0
	}
	return float64(count-oldest.count) / max(now.Sub(oldest.at).Seconds(), 1)
}
