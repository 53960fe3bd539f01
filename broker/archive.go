package broker

import (
	"time"

	"github.com/hutchmq/hutchmq/stats"
)

// archive says whose history is kept for a day: those that people ask about and
// those that something happens to, but not too many. It is the sampler's.
type archive struct {
	most int
	kept []*stats.History
	idle int // the place of the one that was used least recently, once known in this tick; -1 not yet
}

// When the history of one thing makes way for that of another.
const (
	askedLately = time.Minute
	unusedLong  = 10 * time.Minute
)

// tidy begins a tick: what was not sampled any more is gone.
func (a *archive) tidy(now time.Time) {
	kept := a.kept[:0]
	for _, h := range a.kept {
		if now.Sub(h.Sampled()) < 5*sampleEvery {
			kept = append(kept, h)
		}
	}
	clear(a.kept[len(kept):])
	a.kept, a.idle = kept, -1
}

// offer keeps h, which something happened to or people look at, if there is
// room or somebody makes some.
func (a *archive) offer(h *stats.History, now time.Time) {
	if len(a.kept) < a.most {
		h.Keep(true)
		a.kept = append(a.kept, h)
		return
	}
	if a.most == 0 {
		return
	}
	if a.idle < 0 {
		a.findIdle(now)
	}
	out := a.kept[a.idle]
	if lately(out, now) || !lately(h, now) && now.Sub(out.Used()) < unusedLong {
		return
	}
	out.Keep(false)
	h.Keep(true)
	a.kept[a.idle], a.idle = h, -1
}

// lately reports whether somebody asked for samples of h.
func lately(h *stats.History, now time.Time) bool { return now.Sub(h.Asked()) < askedLately }

// findIdle finds what was used least recently, of what nobody asked about
// lately if there is any.
func (a *archive) findIdle(now time.Time) {
	a.idle = 0
	for i, h := range a.kept {
		out := a.kept[a.idle]
		if asked := lately(h, now); asked != lately(out, now) {
			if !asked {
				a.idle = i
			}
		} else if h.Used().Before(out.Used()) {
			a.idle = i
		}
	}
}
