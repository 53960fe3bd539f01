package classic

import (
	"log/slog"
	"time"
)

// scan looks for the deadlines that the index of a lane misses: in what is in
// memory at once, and in its gap chunk by chunk. From its begin on, what comes
// new to the lane is indexed again.
type scan struct {
	pos, end uint64 // what is looked for is in [pos, end]
	peak     int64  // of what stands before pos
	late     int64  // what index.late becomes
}

// misses reports whether the deadline of a message is not in the index, though
// it should be.
func (l *lane) misses(seq uint64, expiry int64) bool {
	if l.index.late == 0 || expiry < l.index.late {
		return false
	}
	s := l.scan
	return s == nil || s.pos <= seq && seq <= s.end || s.late > 0 && expiry >= s.late
}

// startScan begins to look for what the index of l misses.
func (q *Queue) startScan(l *lane) {
	l.scan = &scan{pos: 1, peak: l.base}
	q.scanLine(l, &l.head)
	q.scanLine(l, &l.tail)
	q.scanPicked(l)
	l.scan.pos, l.scan.end = l.gap.first, l.gap.last
	q.kind.loader.add(func() { q.scanOn(l) })
}

// scanLine indexes what it should of w.
func (q *Queue) scanLine(l *lane, w *line) {
	for i := range w.len() {
		if e := w.at(i); !e.gone && l.unruly(e) && e.expiry >= l.index.late {
			q.index(l, e)
		}
	}
}

// scanOn is the loader's part of a scan: it looks through one chunk.
func (q *Queue) scanOn(l *lane) {
	var then after
	q.mu.Lock()
	defer func() {
		q.mu.Unlock()
		q.finish(&then)
	}()
	s := l.scan
	if q.closed || s == nil {
		return
	}
	if l.gap.count > 0 && s.pos <= s.end {
		if err := q.scanChunk(l, s); err != nil && !q.closed {
			slog.With("category", "queue").Error("cannot read a backlog", "queue", q.Name, "vhost", q.Vhost, "error", err)
			time.AfterFunc(retryAfter, func() { q.kind.loader.add(func() { q.scanOn(l) }) })
			return
		}
		q.kind.loader.add(func() { q.scanOn(l) })
	} else {
		l.index.late, l.scan = s.late, nil
	}
	q.advance(q.kind.clock(), &then)
}

// scanChunk reads a chunk and indexes what is in it. It lets go of the lock
// while it reads; what was moved to memory meanwhile was indexed by that.
func (q *Queue) scanChunk(l *lane, s *scan) error {
	number, from, end, settled, log := l.number, s.pos, s.end, l.settled, q.log
	q.mu.Unlock()
	es, err := q.read(log, number, from, end, q.kind.limits.chunk)
	q.mu.Lock()
	if err != nil || q.closed || l.scan != s || s.pos != from || l.settled != settled {
		return err
	}
	s.pos = s.end + 1
	for i := range es {
		e := &es[i]
		s.pos, s.peak = e.seq+1, l.climb(s.peak, e)
		if e.early && e.expiry >= l.index.late {
			q.index(l, e)
		}
	}
	return nil
}
