package stats

import (
	"sync/atomic"
	"time"
)

// Track leads to the History of something, if it has one: what never moved and
// nobody asked about costs but a pointer. The zero Track is ready. Methods may
// be called concurrently.
type Track struct{ h atomic.Pointer[History] }

// History is the history, nil when there is none.
func (t *Track) History() *History { return t.h.Load() }

// Begin makes a history of so many columns, if there is none.
func (t *Track) Begin(columns int) *History {
	if h := t.h.Load(); h != nil {
		return h
	}
	t.h.CompareAndSwap(nil, NewHistory(columns))
	return t.h.Load()
}

// Rate is that of the history; 0 when there is none.
func (t *Track) Rate(columns ...int) float64 {
	if h := t.h.Load(); h != nil {
		return h.Rate(columns...)
	}
	return 0
}

// Samples are those of the history. When there is none it begins, with the row
// of now, which is as long as there are columns.
func (t *Track) Samples(now time.Time, row []uint64, g Grid, columns ...int) []Sample {
	h := t.h.Load()
	if h == nil {
		h = t.Begin(len(row))
		h.Sample(now, row)
	}
	return h.Samples(now, g, columns...)
}
