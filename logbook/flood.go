package logbook

import (
	"log/slog"
	"sync"
	"time"
)

// How often the same text is said: so many times in a row, and then so many
// times a second. Thousands of clients that reconnect are worth a line each;
// warnings that repeat themselves tell nothing new.
const (
	infoBurst, infoRate = 5000, 200
	warnBurst, warnRate = 50, 5

	maxTexts    = 512 // that are told apart
	reportEvery = time.Second
)

// flood leaves out lines whose text comes too often, and counts them.
type flood struct {
	mu       sync.Mutex
	texts    map[said]*allowance
	reported time.Time // when it was last told what was left out
}

type said struct {
	level slog.Level
	text  string
}

// allowance is how often a text may still be said.
type allowance struct {
	times float64
	at    time.Time
	left  int // times left out since it was last told
}

// leftOut is a text that was left out.
type leftOut struct {
	said
	count int
}

// take reports whether a text may be said at now, and what was left out before
// that nobody was told of yet.
func (f *flood) take(now time.Time, level slog.Level, text string) (ok bool, left []leftOut) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now.Sub(f.reported) >= reportEvery {
		f.reported, left = now, f.report()
	}
	burst, rate := bounds(level)
	a := f.texts[said{level, text}]
	if a == nil {
		a = f.add(said{level, text}, burst, now)
	}
	a.times = min(burst, a.times+rate*now.Sub(a.at).Seconds())
	a.at = now
	if a.times < 1 {
		a.left++
		return false, left
	}
	a.times--
	return true, left
}

func bounds(level slog.Level) (burst, rate float64) {
	if level < slog.LevelWarn {
		return infoBurst, infoRate
	}
	return warnBurst, warnRate
}

// add makes room for a text, if need be by forgetting all.
func (f *flood) add(s said, burst float64, now time.Time) *allowance {
	if f.texts == nil || len(f.texts) >= maxTexts {
		f.texts = map[said]*allowance{}
	}
	a := &allowance{times: burst, at: now}
	f.texts[s] = a
	return a
}

// report is what was left out since the last report.
func (f *flood) report() (list []leftOut) {
	for s, a := range f.texts {
		if a.left > 0 {
			list = append(list, leftOut{s, a.left})
			a.left = 0
		}
	}
	return list
}

// record is the line that tells of it.
func (l leftOut) record(now time.Time) slog.Record {
	r := slog.NewRecord(now, l.level, "lines were left out, as they come too often", 0)
	r.Add("text", l.text, "count", l.count)
	return r
}
