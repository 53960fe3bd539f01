package classic

import (
	"maps"
	"slices"
)

// picks are messages that were picked from the gap or the tail of a lane, and
// are neither done nor back, or that died there and are not buried yet: the log
// has them still, so that whoever reads the gap must pass them over. Of those
// from the tail that are early it has the deadlines.
type picks map[uint64]deadline

func (p picks) has(seq uint64) bool {
	_, ok := p[seq]
	return ok
}

// passed forgets those before first: if they come back, then to the head.
func (p picks) passed(first uint64) {
	maps.DeleteFunc(p, func(seq uint64, _ deadline) bool { return seq < first })
}

// hole prepares l for holes in its gap. From then on one cannot tell by those
// that are left which were early, and so which have expired in the gap: what
// did, and is not buried yet, is noted as if it were picked.
func (q *Queue) hole(l *lane) {
	if l.holed {
		return
	}
	l.holed = true
	l.settled++
	b := q.burials
	if b == nil {
		return
	}
	for i := range b.waiting.len() {
		q.hide(l, &b.waiting.at(i).entry)
	}
	for _, grave := range b.graves {
		for i := range grave {
			q.hide(l, &grave[i].entry)
		}
	}
}

// hide has whoever reads the gap of l pass over e, which dies.
func (q *Queue) hide(l *lane, e *entry) {
	switch {
	case !l.holed || e.lane != l.number || !e.logged:
	case q.options.DeadExchange == nil:
		l.settled++ // it is settled at once
	default:
		l.pick(e.seq, deadline{})
	}
}

// reveal undoes hide, and pick, for what the log hides by itself now.
func (q *Queue) reveal(seqs []uint64) {
	for i := range q.lanes {
		l := &q.lanes[i]
		if len(l.picked) == 0 {
			continue
		}
		for _, seq := range seqs {
			delete(l.picked, seq)
		}
		l.settled++
	}
}

// scanPicked indexes what it should of what was picked from the tail of l, and
// may come back.
func (q *Queue) scanPicked(l *lane) {
	for _, d := range l.picked {
		if d.expiry > 0 && d.expiry >= l.index.late {
			q.index(l, &entry{seq: d.seq, expiry: d.expiry, size: d.size, persistent: d.persistent})
		}
	}
}

// clearGap settles what is in the gap of l, but for what was picked from it.
func (q *Queue) clearGap(l *lane) {
	from := l.gap.first
	for _, seq := range slices.Sorted(maps.Keys(l.picked)) {
		if seq < from || seq > l.gap.last {
			continue
		}
		if seq > from {
			q.log.SettleRange(l.number, from, seq-1)
			q.forgetRange(l.number, from, seq-1)
		}
		from = seq + 1
	}
	if from <= l.gap.last {
		q.log.SettleRange(l.number, from, l.gap.last)
		q.forgetRange(l.number, from, l.gap.last)
	}
}
