package store

import (
	"slices"

	"github.com/hutchmq/hutchmq/store/journal"
)

// Settle implements Log.
func (l *log) Settle(seqs []uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, seq := range seqs {
		if seq > l.placed {
			l.settleEarly(seq)
		} else {
			l.settle(seq)
		}
	}
	l.recordSettles()
}

// settleEarly notes that seq need not be written. It may be anything a caller
// thinks of, so nothing is kept of it when nothing waits.
func (l *log) settleEarly(seq uint64) {
	if len(l.staged) > 0 || len(l.taken()) > 0 {
		l.early = append(l.early, seq)
	}
}

// settle marks an entry that has its place, to be recorded.
func (l *log) settle(seq uint64) {
	if l.done(seq) {
		l.noteSettled(span{seq, seq})
	}
}

// done marks an entry that has its place, and tells whether it would outlive a
// restart.
func (l *log) done(seq uint64) (durable bool) {
	for _, n := range l.lanes {
		i, ok := n.find(seq)
		if !ok || !n.runs[i].Settle(seq) {
			continue
		}
		durable = n.runs[i].Durable > 0
		n.settled(l.d, i)
		return durable
	}
	return false
}

// find finds the run that has seq, which is not settled.
func (l *log) find(seq uint64) (*journal.Run, bool) {
	for _, n := range l.lanes {
		if i, ok := n.find(seq); ok && n.runs[i].Has(seq) {
			return n.runs[i], true
		}
	}
	return nil, false
}

// noteSettled remembers to record s.
func (l *log) noteSettled(s span) { l.settles = join(l.settles, s) }

// join adds s to spans. Neighbours become one.
func join(spans []span, s span) []span {
	if n := len(spans); n > 0 && spans[n-1].to+1 == s.from {
		spans[n-1].to = s.to
		return spans
	}
	return append(spans, s)
}

func (l *log) recordSettles() {
	if len(l.settles) > 0 {
		l.submit(lazy)
	}
}

// SettleRange implements Log.
func (l *log) SettleRange(lane uint8, from, to uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.settleStaged(l.taken(), lane, from, to)
	l.settleStaged(l.staged, lane, from, to)
	n, ok := l.lane(lane)
	if !ok {
		return
	}
	i, _ := n.find(from)
	for i < len(n.runs) && n.runs[i].First <= to {
		r := n.runs[i]
		l.settleRun(r, from, to)
		if !n.settled(l.d, i) {
			i++
		}
	}
	l.recordSettles()
}

// settleRun settles what r has of [from, to]. Other lanes may have entries in
// between, so the record names only what was in r.
func (l *log) settleRun(r *journal.Run, from, to uint64) {
	from, to = max(from, r.Floor), min(to, r.Last)
	if from > to {
		return
	}
	if r.Durable > 0 && len(l.lanes) == 1 {
		l.noteSettled(span{from, to})
	}
	if len(l.lanes) == 1 {
		r.SettleRange(from, to)
		return
	}
	for seq := from; seq <= to; seq++ {
		if r.Settle(seq) && r.Durable > 0 {
			l.noteSettled(span{seq, seq})
		}
	}
}

// findEntry finds seq in es, ascending, or where it would be.
func findEntry(es []Entry, seq uint64) (i int, ok bool) {
	return slices.BinarySearchFunc(es, seq, func(e Entry, seq uint64) int { return compare(e.Seq, seq) })
}

// settleStaged settles what es, ascending, has of lane in [from, to].
func (l *log) settleStaged(es []Entry, lane uint8, from, to uint64) {
	i, _ := findEntry(es, max(from, l.placed+1))
	for ; i < len(es) && es[i].Seq <= to; i++ {
		if es[i].Lane == lane {
			l.early = append(l.early, es[i].Seq)
		}
	}
}
