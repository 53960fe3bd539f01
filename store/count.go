package store

import "github.com/hutchmq/hutchmq/store/journal"

// counting is the counts of a lane on their way to the journal.
type counting struct {
	lane  uint8
	spans []journal.CountSpan
}

// Count implements Log. Counts lie with the runs; those of entries that have no
// place yet wait for it.
func (l *log) Count(counts []Count) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range counts {
		if c.Seq > l.placed {
			l.countStaged(c)
		} else {
			l.count(c.Seq, c.N)
		}
	}
	l.recordCounts()
}

// countStaged keeps the count of an entry that is staged or filling.
func (l *log) countStaged(c Count) {
	_, staged := findEntry(l.staged, c.Seq)
	_, filling := findEntry(l.taken(), c.Seq)
	if !staged && !filling {
		return
	}
	if l.unplaced == nil {
		l.unplaced = map[uint64]uint32{}
	}
	l.unplaced[c.Seq] = c.N
}

// count sets the count of an entry that has its place.
func (l *log) count(seq uint64, n uint32) {
	if r, ok := l.find(seq); ok && r.SetCount(seq, n) && r.Durable > 0 {
		r.Recount(seq)
		l.counted = true
	}
}

// countPlaced catches up with what was counted before it had its place.
func (l *log) countPlaced() {
	for seq, n := range l.unplaced {
		if seq <= l.placed {
			l.count(seq, n)
			delete(l.unplaced, seq)
		}
	}
	l.recordCounts()
}

func (l *log) recordCounts() {
	if l.counted {
		l.submit(lazy)
	}
}

// takeCounts lists what is to be recorded.
func (l *log) takeCounts() {
	if !l.counted {
		return
	}
	l.counted = false
	for _, n := range l.lanes {
		for _, r := range n.runs {
			if spans := r.TakeCounts(nil); len(spans) > 0 {
				l.turn.counting = append(l.turn.counting, counting{n.id, spans})
			}
		}
	}
}

// parseCounts decodes a count record.
func parseCounts(body []byte) (log uint64, spans []journal.CountSpan, ok bool) {
	d := journal.Decoder{Rest: body}
	log, spans = d.Uvarint(), d.CountSpans()
	return log, spans, d.End()
}
