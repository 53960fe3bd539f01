package classic

import (
	"log/slog"

	"github.com/hutchmq/hutchmq/message"
)

// sink lets go of parked messages that are on disk, when somebody waits for
// what is behind them and too much is in memory.
func (q *Queue) sink() {
	s := q.selection
	limit := q.parkedBytes()
	if !s.hungry || q.resident <= limit {
		return
	}
	for i := range s.shelves {
		l, h := &q.lanes[len(q.lanes)-1-i], &s.shelves[i]
		for j := l.head.find(h.sunk + 1); j < l.head.len() && q.resident > limit/2; j++ {
			e := l.head.at(j)
			if e.seq > h.seen || e.logged && e.seq > q.stored {
				break
			}
			if h.sunk = e.seq; e.parked && e.m != nil && e.logged {
				q.hold(e, -1)
				e.m = nil
			}
		}
	}
}

// parkedBytes is how much of a queue that selects stays in memory, while there
// is more to be looked at.
func (q *Queue) parkedBytes() int64 {
	if k := q.kind; k.resident.Load() > k.limits.budget {
		return k.limits.scarce
	}
	return q.kind.limits.durable
}

// readOn asks for what has to be read of each lane: parked messages whose turn
// it is, or more to look at.
func (q *Queue) readOn() {
	for i := range q.lanes {
		l := &q.lanes[i]
		if l.loading {
			continue
		}
		_, missing := q.missing(l)
		if missing && q.wanted() || q.blind(l) || q.lacks(l) {
			l.loading = true
			q.kind.loader.add(func() { q.load(l) })
		}
	}
}

// missing is the first message of l that has to be read, of those that are in
// the head but not in memory.
func (q *Queue) missing(l *lane) (seq uint64, ok bool) {
	s, h := q.selection, q.shelf(l)
	for _, st := range s.awaited {
		if len(st.spots) == 0 {
			continue
		}
		if at, n := q.at(st.spots[0].position); at == l && (!ok || n < seq) {
			seq, ok = n, true
		}
	}
	if !ok && h.parked < s.most && q.unseen(l, h) {
		i := l.head.find(h.seen + 1)
		for i < l.head.len() && l.head.at(i).gone {
			i++
		}
		if i < l.head.len() && l.head.at(i).m == nil {
			seq, ok = l.head.at(i).seq, true
		}
	}
	return seq, ok
}

// lacks reports whether more of the gap of l should come to its head.
func (q *Queue) lacks(l *lane) bool {
	s := q.selection
	switch {
	case l.gap.count == 0 || s.looks <= 0:
		return false
	case q.overlong() && l.head.len() == 0:
		return true
	}
	return q.wanted() && q.shelf(l).parked < s.most && (l.head.len() == 0 || q.resident <= q.kind.limits.lowWater || s.hungry)
}

// readNow reads what the first lane needs that needs something; false when none
// does, or it cannot be read.
func (q *Queue) readNow() bool {
	s := q.selection
	if s.looks <= 0 { // let others have the lock, and look on
		q.mu.Unlock()
		q.mu.Lock()
		return true
	}
	for i := range s.shelves {
		l := &q.lanes[len(q.lanes)-1-i]
		if _, missing := q.missing(l); missing || l.gap.count > 0 && s.shelves[i].parked < s.most {
			return q.readMore(l, q.kind.limits.chunk) == nil
		}
	}
	return false
}

// readMore reads what l needs, by about max bytes.
func (q *Queue) readMore(l *lane, max int) error {
	if seq, ok := q.missing(l); ok {
		return q.fill(l, seq, max)
	}
	return q.fetch(l, max)
}

// fill reads messages of hollow entries of l from one on, and that in any case.
// It lets go of the lock while it reads.
func (q *Queue) fill(l *lane, from uint64, max int) error {
	if q.closed {
		return nil
	}
	number, last, log := l.number, l.head.at(l.head.len()-1).seq, q.log
	q.mu.Unlock()
	es, err := q.read(log, number, from, last, max)
	q.mu.Lock()
	if err != nil || q.closed {
		return err
	}
	limit := q.parkedBytes()
	for i := range es {
		if es[i].seq == from || q.resident < limit || q.selects(l, es[i].seq) {
			q.fillIn(l, es[i].seq, es[i].m)
		}
	}
	if len(es) == 0 || es[0].seq > from {
		q.dropMissing(l, from)
	}
	if s := q.selection; s != nil {
		h := q.shelf(l)
		h.sunk = min(h.sunk, from-1)
		s.arrived()
	}
	return nil
}

// fillIn gives the entry seq of l its message, if it waits for it.
func (q *Queue) fillIn(l *lane, seq uint64, m *message.Message) {
	i, ok := l.head.has(seq)
	if !ok {
		return
	}
	if e := l.head.at(i); e.m == nil {
		e.m = m
		q.hold(e, 1)
	}
}

// dropMissing takes out an entry whose message the disk does not have.
func (q *Queue) dropMissing(l *lane, seq uint64) {
	i, ok := l.head.has(seq)
	if !ok || l.head.at(i).m != nil {
		return
	}
	slog.With("category", "queue").Error("a stored message is missing", "queue", q.Name, "vhost", q.Vhost)
	e := l.head.remove(i)
	q.vanish(&e)
	q.count(&e, -1)
}

// selects reports whether the message seq of l is the next of a strand that
// waits for it.
func (q *Queue) selects(l *lane, seq uint64) bool {
	if q.selection == nil {
		return false
	}
	at := q.position(l.number, seq)
	for _, st := range q.selection.awaited {
		if len(st.spots) > 0 && st.spots[0].position == at {
			return true
		}
	}
	return false
}

// arrived lets strands that waited for the disk go on.
func (s *selection) arrived() {
	for _, st := range s.awaited {
		st.awaited = false
		if st.state == reading {
			s.place(st)
		}
	}
	clear(s.awaited)
	s.awaited = s.awaited[:0]
	s.stale = s.mixed() // what was waited for may have left meanwhile
}
