package store

import (
	"slices"

	"github.com/hutchmq/hutchmq/store/journal"
)

// Take implements journal.Source: it swaps out what waits. From an entry on
// whose unit does not go, entries stay.
func (l *log) Take(g *journal.Group) journal.Load {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.group == g.Number() {
		// Units submit their logs, whoever else did. What came since the first
		// Take has submitted the log again.
		return journal.Nothing
	}
	l.group = g.Number()
	l.queued = idle
	l.recording, l.settles = l.settles, l.recording[:0]
	l.recordDrop, l.dropping = l.dropping, false
	l.takeCounts()
	settles := l.takeUnitSettles(g)
	puts := l.takeStaged(g)
	switch {
	case !l.recordDrop && len(l.filling)+len(l.recording)+len(l.settling)+len(l.counting) == 0:
		return journal.Nothing
	case puts || settles:
		return journal.OfUnits
	}
	return journal.Apart
}

// takeStaged takes staged entries, and tells whether any are of a unit.
func (l *log) takeStaged(g *journal.Group) (ofUnits bool) {
	i, stays := l.firstHeld(g)
	if stays {
		n, _ := findEntry(l.staged, l.unitPuts[i].seq)
		l.splitStaged(n)
	} else {
		l.filling, l.staged = l.staged, nil
		l.fillingBytes, l.stagedBytes = l.stagedBytes, 0
		l.skip, l.early = l.early, l.skip[:0]
	}
	l.unitPuts = slices.Delete(l.unitPuts, 0, i)
	return i > 0
}

// splitStaged takes n staged entries.
func (l *log) splitStaged(n int) {
	l.skip = l.skip[:0]
	if n == 0 {
		return
	}
	rest := append(l.d.buffers.take(), l.staged[n:]...)
	clear(l.staged[n:])
	l.filling, l.staged = l.staged[:n], rest
	l.fillingBytes = stagedBytes(l.filling)
	l.stagedBytes -= l.fillingBytes
	later := l.early[:0]
	for _, seq := range l.early {
		if seq <= l.filling[n-1].Seq {
			l.skip = append(l.skip, seq)
		} else {
			later = append(later, seq)
		}
	}
	l.early = later
}

// takeUnitSettles takes what units settle, and tells whether there was any. It
// is recorded now, and done when all of the group is written; what is staged
// still is not written at all.
func (l *log) takeUnitSettles(g *journal.Group) (any bool) {
	later := l.unitSettles[:0]
	for _, s := range l.unitSettles {
		if !g.Goes(&s.unit.Unit) {
			later = append(later, s)
			continue
		}
		any = true
		for i := range s.to - s.from + 1 {
			l.takeUnitSettle(s.from + i)
		}
	}
	clear(l.unitSettles[len(later):])
	l.unitSettles = later
	return any
}

func (l *log) takeUnitSettle(seq uint64) {
	if seq > l.placed {
		l.settleEarly(seq)
		return
	}
	if r, ok := l.find(seq); ok {
		l.settling = join(l.settling, span{seq, seq})
		if r.Durable > 0 {
			l.recording = join(l.recording, span{seq, seq})
		}
	}
}

// Measure implements journal.Source.
func (l *log) Measure(g *journal.Group) {
	if l.recordDrop {
		g.ExpectRecords(1, idBytes)
	}
	records := len(l.recording)/recordSpans + 1
	g.ExpectRecords(records, records*idBytes+len(l.recording)*spanBytes)
	for _, c := range l.counting {
		g.ExpectRecords(1, 2*idBytes+len(c.spans)*countBytes)
	}
	for i := range l.filling {
		g.Expect(l.filling[i].Item)
	}
}

// Bounds of what is encoded.
const (
	idBytes    = 10
	spanBytes  = 20
	countBytes = 25
)
