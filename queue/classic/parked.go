package classic

import (
	"crypto/sha256"
	"slices"
	"strconv"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

// examine parks what is in the heads of the lanes and was not looked at, as far as
// it is in memory and there is room, and does not take too long at a time. It
// reports whether there was something.
func (q *Queue) examine(now int64) bool {
	s := q.selection
	if s.again {
		q.lookAgain()
	}
	if s.items > 2*s.parked+fewParked {
		q.sweep()
	}
	parked := s.parked
	for i := range s.shelves {
		l, h := &q.lanes[len(q.lanes)-1-i], &s.shelves[i]
		if q.unseen(l, h) {
			q.examineHead(l, h, now)
		}
		if l.gap.count == 0 && l.tail.len() > 0 && h.parked < s.most {
			l.surface()
			q.examineHead(l, h, now)
		}
	}
	return s.parked > parked
}

// shelf is what the selection knows of l.
func (q *Queue) shelf(l *lane) *shelf { return &q.selection.shelves[len(q.lanes)-1-int(l.number)] }

// unseen reports whether something in the head of l was not looked at.
func (q *Queue) unseen(l *lane, h *shelf) bool {
	n := l.head.len()
	return n > 0 && l.head.at(n-1).seq > h.seen
}

// examineHead parks what is new in the head of l.
func (q *Queue) examineHead(l *lane, h *shelf, now int64) {
	s := q.selection
	for i := l.head.find(h.seen + 1); i < l.head.len() && h.parked < s.most && s.looks > 0; i++ {
		e := l.head.at(i)
		if !e.gone {
			if e.m == nil {
				return
			}
			s.looks -= 1 + len(s.filters)
			q.park(e, now)
		}
		h.seen = e.seq
	}
}

// park notes e, which is in the head of its lane and in memory, in the strand
// where it belongs.
func (q *Queue) park(e *entry, now int64) {
	s := q.selection
	group, t := s.sort(e, now)
	q.note(e, group, t)
}

// note parks e in a group, or among those without one.
func (q *Queue) note(e *entry, group *strand, t trait) {
	s := q.selection
	if group == nil {
		group = s.other(t)
	}
	e.parked = true
	s.parked++
	s.shelves[len(s.shelves)-1-int(e.lane)].parked++
	s.push(group, spot{q.position(e.lane, e.seq), t.class, t.limiter})
}

// unpark notes that e has left its place.
func (q *Queue) unpark(e *entry) {
	if e.parked {
		s := q.selection
		e.parked = false
		s.parked--
		s.shelves[len(s.shelves)-1-int(e.lane)].parked--
	}
}

// vanish notes that e has left its place, and nobody took it in turn.
func (q *Queue) vanish(e *entry) {
	if e.parked {
		q.unpark(e)
		q.selection.stale = q.selection.mixed()
	}
}

// mixed reports whether messages of one group may be for different consumers,
// or wait for different limiters.
func (s *selection) mixed() bool {
	return s.groupHeader != "" && (len(s.filters) > 0 || s.keyHeader != "")
}

// sort finds out to which group e belongs, nil if to none, and what else counts
// about it.
func (s *selection) sort(e *entry, now int64) (group *strand, t trait) {
	table := amqp.HeadersTable(e.m.Header)
	if s.groupHeader != "" && s.readKey(table, s.groupHeader) {
		group = s.group()
	}
	if s.limiters != nil {
		t.limiter = s.limiters.shared
		if s.keyHeader != "" && s.readKey(table, s.keyHeader) {
			t.limiter = s.limiters.of(s.key, now)
		}
	}
	for i, f := range s.filters {
		if f != nil && f.Matches(e.m, e.redelivered) {
			t.class |= 1 << i
		}
	}
	return group, t
}

// group is the group of s.key, made if it is not there.
func (s *selection) group() *strand {
	g := s.groups[string(s.key)]
	if g == nil {
		g = &strand{group: true, name: string(s.key)}
		s.groups[g.name] = g
		s.counts[idle]++
	}
	return g
}

// other is the strand of messages without a group that have that in common.
func (s *selection) other(t trait) *strand {
	st := s.others[t]
	if st == nil {
		st = &strand{of: t, plain: t.limiter == nil || s.keyHeader == ""}
		s.others[t] = st
	}
	return st
}

// maxKey is how long a key may be, in bytes; of a longer one the sum counts.
const maxKey = 255

// readKey reads a header into s.key, as text: a string, a number, true or
// false. ok is false if it is not there, or is something else.
func (s *selection) readKey(table []byte, header string) (ok bool) {
	v, ok := amqp.Lookup(table, header)
	if !ok {
		return false
	}
	if v.Type == 'S' || v.Type == 'x' {
		if s.key = append(s.key[:0], v.Bytes...); len(s.key) > maxKey {
			sum := sha256.Sum256(v.Bytes)
			s.key = append(s.key[:0], sum[:]...)
		}
		return true
	}
	x, err := v.Value()
	if err != nil {
		return false
	}
	switch x := x.(type) {
	case bool:
		s.key = strconv.AppendBool(s.key[:0], x)
	case uint64:
		s.key = strconv.AppendUint(s.key[:0], x, 10)
	case float32:
		s.key = strconv.AppendFloat(s.key[:0], float64(x), 'g', -1, 32)
	case float64:
		s.key = strconv.AppendFloat(s.key[:0], x, 'g', -1, 64)
	default:
		n, ok := amqp.Int(x)
		if !ok {
			return false
		}
		s.key = strconv.AppendInt(s.key[:0], n, 10)
	}
	return true
}

// repark notes es again, which are back in the head of l.
func (q *Queue) repark(l *lane, es []entry) {
	s, h := q.selection, q.shelf(l)
	if s.again {
		return
	}
	now := q.kind.clock()
	for i := range es {
		if es[i].seq > h.seen {
			return // it is looked at in its turn
		}
		at, ok := l.head.has(es[i].seq)
		if !ok {
			continue
		}
		e := l.head.at(at)
		f, known := s.flying[e.seq]
		switch {
		case known && f.epoch == s.epoch && !s.fickle():
			q.note(e, f.group, f.trait)
		case e.m != nil:
			q.park(e, now)
		default:
			s.again = true // it has to be read to be known
			return
		}
	}
}

// fickle reports whether the filters that want a message may be others once it
// comes back.
func (s *selection) fickle() bool {
	return slices.ContainsFunc(s.filters, func(t *taste) bool { return t != nil && t.Fickle() })
}

// land notes that ds are settled: others of their groups may go.
func (q *Queue) land(ds []queue.Delivery) {
	s := q.selection
	for i := range ds {
		f, ok := s.flying[ds[i].ID]
		if !ok {
			continue
		}
		delete(s.flying, ds[i].ID)
		if g := f.group; g != nil {
			if g.flying--; g.state == busy || g.state == idle {
				s.place(g)
			}
		}
	}
}

// freshen forgets the first of groups if it has left. While all of a group go
// to the same consumers there is no need: what has left is found in its turn.
func (q *Queue) freshen() {
	s := q.selection
	s.stale = false
	for _, st := range s.groups {
		if n := len(st.spots); !st.awaited {
			if q.skip(st); len(st.spots) < n {
				s.place(st)
			}
		}
	}
}

// waits reports whether the message of it is in the head still.
func (q *Queue) waits(it spot) bool {
	l, seq := q.at(it.position)
	_, ok := l.head.has(seq)
	return ok
}

// sweep forgets what was noted of messages that have left.
func (q *Queue) sweep() {
	s := q.selection
	for _, st := range s.groups {
		q.sweepStrand(st)
	}
	for _, st := range s.others {
		q.sweepStrand(st)
	}
}

func (q *Queue) sweepStrand(st *strand) {
	s := q.selection
	n := len(st.spots)
	if st.awaited {
		return
	}
	st.spots.keep(func(it *spot) bool {
		ok := q.waits(*it)
		if !ok && it.limiter != nil {
			it.limiter.items--
		}
		return ok
	})
	s.items -= n - len(st.spots)
	if len(st.spots) < n {
		s.place(st)
	}
}
