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
	t := l.beginTurn()
	t.recording, l.settles = l.settles, t.recording[:0]
	t.recordDrop, l.dropping = l.dropping, false
	l.takeCounts()
	settles := l.takeUnitSettles(g)
	puts := l.takeStaged(g)
	switch {
	case !t.recordDrop && len(t.filling)+len(t.recording)+len(t.settling)+len(t.counting) == 0:
		l.endTurn()
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
		t := l.turn
		t.filling, l.staged = l.staged, nil
		t.fillingBytes, l.stagedBytes = l.stagedBytes, 0
		t.skip, l.early = l.early, t.skip[:0]
	}
	l.unitPuts = slices.Delete(l.unitPuts, 0, i)
	return i > 0
}

// splitStaged takes n staged entries.
func (l *log) splitStaged(n int) {
	if n == 0 {
		return
	}
	rest := append(l.d.buffers.take(), l.staged[n:]...)
	clear(l.staged[n:])
	t := l.turn
	t.filling, l.staged = l.staged[:n], rest
	t.fillingBytes = stagedBytes(t.filling)
	l.stagedBytes -= t.fillingBytes
	later := l.early[:0]
	for _, seq := range l.early {
		if seq <= t.filling[n-1].Seq {
			t.skip = append(t.skip, seq)
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
		t := l.turn
		t.settling = join(t.settling, span{seq, seq})
		if r.Durable > 0 {
			t.recording = join(t.recording, span{seq, seq})
		}
	}
}

// Measure implements journal.Source.
func (l *log) Measure(g *journal.Group) {
	t := l.turn
	if t.recordDrop {
		g.ExpectRecords(1, idBytes)
	}
	records := len(t.recording)/recordSpans + 1
	g.ExpectRecords(records, records*idBytes+len(t.recording)*spanBytes)
	for _, c := range t.counting {
		g.ExpectRecords(1, 2*idBytes+len(c.spans)*countBytes)
	}
	for i := range t.filling {
		g.Expect(t.filling[i].Item)
	}
}

// Bounds of what is encoded.
const (
	idBytes    = 10
	spanBytes  = 20
	countBytes = 25
)
