package classic

import (
	"slices"
	"time"

	"github.com/hutchmq/hutchmq/queue"
)

// choose hands out what may go to consumers that want it. It does in a queue
// that selects what pump does in others.
func (q *Queue) choose(now int64, then *after) {
	s := q.selection
	s.looks = q.kind.limits.looks
	q.examine(now)
	s.thaw(now)
	s.sated, s.hungry, s.resting = 0, false, 0
	for q.ready > 0 && !q.paused {
		if s.stale && len(q.lanes) > 1 { // what is hidden may be of a higher priority
			q.freshen()
		}
		m, st := q.match(now)
		if m == nil && s.stale {
			q.freshen()
			continue
		}
		if m == nil && !q.examine(now) {
			break
		}
		if m == nil {
			continue
		}
		q.serve(m, st, now, then)
	}
	q.forgetSettled(nil)
	q.sink()
	if s.looks <= 0 && q.wanted() {
		q.kind.loader.add(q.chime)
	}
	q.rouse(now)
}

// match finds a consumer with credit, and a strand for it. It is nil when
// nobody can get anything now.
func (q *Queue) match(now int64) (*queue.Member, *strand) {
	s := q.selection
	for m := q.consumers.First(); m != nil; m = q.consumers.After(m) {
		w := everything
		if c := chooserOf(m); c != nil {
			if w = c.wants; c.until > now {
				s.resting = sooner(s.resting, c.until)
				continue
			}
		}
		if s.sated&w != 0 {
			continue
		}
		if st := q.turn(w); st != nil {
			return m, st
		}
		s.sated |= w
		s.hungry = true
	}
	return nil, nil
}

// turn is the strand whose turn it is among those that w admits; nil when there
// is none, or something of a higher priority has to be read first.
func (q *Queue) turn(w wants) *strand {
	s := q.selection
	if len(s.awaited) >= maxAwaited {
		return nil
	}
	for i := range s.shelves {
		h := &s.shelves[i]
		if st := h.first(w, s.plain); st != nil {
			return st
		}
		if q.unread(&q.lanes[len(q.lanes)-1-i], h) || s.awaits(i) {
			return nil
		}
	}
	return nil
}

// awaits reports whether something of that shelf is being read.
func (s *selection) awaits(shelf int) bool {
	return slices.ContainsFunc(s.awaited, func(st *strand) bool { return len(st.spots) > 0 && st.spots[0].shelf() == shelf })
}

// unread reports whether there is more of l to be looked at.
func (q *Queue) unread(l *lane, h *shelf) bool {
	return h.parked < q.selection.most && (l.deep() || q.unseen(l, h))
}

// serve gives m the first message of st, unless that cannot go.
func (q *Queue) serve(m *queue.Member, st *strand, now int64, then *after) {
	l, i := q.candidate(st, now, then)
	if l == nil {
		return
	}
	s, e, c := q.selection, l.head.at(i), chooserOf(m)
	if e.m == nil { // it is being read
		if st.plain {
			s.sated |= wantsOf(c)
			s.hungry = true
		}
		return
	}
	if c != nil && c.limit != nil {
		if ms := c.limit.wait(e.m, now); ms > 0 {
			c.until = now + ms
			return
		}
	}
	w := q.scratch()
	w.batch = append(w.batch[:0], q.delivery(e))
	taken := m.Deliver(w.batch)
	clear(w.batch)
	if taken == 0 {
		q.consumers.Block(m)
		return
	}
	if c != nil && c.limit != nil {
		c.limit.charge(e.m)
	}
	q.give(l, i, st, m.NoAck)
	q.consumers.Served(m)
	q.traffic[delivered(m.NoAck)]++
	then.sending.Add(m)
}

// candidate is where the first message of st is, if it may go now; l is nil if
// not. If its m is nil, it has to be read, and will be.
func (q *Queue) candidate(st *strand, now int64, then *after) (l *lane, i int) {
	s, it := q.selection, st.spots[0]
	l, seq := q.at(it.position)
	i, ok := l.head.has(seq)
	if !ok {
		q.shift(st)
		s.place(st)
		return nil, 0
	}
	e := l.head.at(i)
	switch {
	case e.expiry > 0 && e.expiry < now:
		stale := s.stale
		q.remove(&l.head, i, queue.Expired, then)
		s.stale = stale
		q.shift(st)
		s.place(st)
		return nil, 0
	case e.m == nil:
		s.want(st)
	case it.limiter != nil:
		if ms := it.limiter.wait(e.m, now); ms > 0 {
			s.freeze(st, it.limiter, now+ms)
			return nil, 0
		}
	}
	return l, i
}

// want has the first message of st read.
func (s *selection) want(st *strand) {
	if !st.awaited {
		st.awaited = true
		s.awaited = append(s.awaited, st)
	}
	if !st.plain {
		s.displace(st)
		s.become(st, reading)
	}
}

// give takes the i-th entry of the head of l, the first of st, out of it for
// somebody who has it now.
func (q *Queue) give(l *lane, i int, st *strand, noAck bool) {
	s, it := q.selection, st.spots[0]
	e := l.head.remove(i)
	q.unpark(&e)
	q.pass(l, e.seq)
	if it.limiter != nil {
		it.limiter.charge(e.m)
		s.limiters.used(it.limiter)
	}
	q.take(&e, noAck)
	if !noAck {
		f := flight{trait: trait{it.class, it.limiter}, epoch: s.epoch}
		if st.group {
			f.group = st
			st.flying++
		}
		s.flying[e.seq] = f
	}
	if s.displace(st); st.plain {
		s.clock++
		s.plain = s.clock
	}
	st.ticket = 0 // behind all others
	q.shift(st)
	s.place(st)
}

// shift forgets the first message of st, and those behind it that have left.
func (q *Queue) shift(st *strand) {
	q.selection.drop(st)
	q.skip(st)
}

// skip forgets the first messages of st that have left. One that left and came
// back is noted twice.
func (q *Queue) skip(st *strand) {
	for len(st.spots) > 0 && !q.waits(st.spots[0]) {
		q.selection.drop(st)
	}
}

// chosen takes what a consumer of everything would get, for basic.get.
func (q *Queue) chosen(noAck bool, now int64, then *after) (d queue.Delivery, ok bool) {
	q.selection.looks = q.kind.limits.looks
	q.examine(now)
	q.selection.thaw(now)
	for {
		st := q.turn(everything)
		if st == nil {
			return d, false
		}
		l, i := q.candidate(st, now, then)
		if l == nil {
			continue
		}
		if l.head.at(i).m == nil {
			return d, false
		}
		d = q.delivery(l.head.at(i))
		q.give(l, i, st, noAck)
		return d, true
	}
}

// rouse sets the timer to when a limiter lets something go, and notes whether
// that is all that is waited for.
func (q *Queue) rouse(now int64) {
	s := q.selection
	next := s.resting
	if len(s.frozen) > 0 && q.wanted() {
		next = sooner(next, s.frozen[0].until)
	}
	s.throttle.note(next > 0 && q.ready > 0 && !q.paused && (s.hungry || s.resting > 0), now)
	if next > 0 {
		q.alarm(now, next)
	}
}

// alarm sets the timer, unless it is set to an earlier moment.
func (q *Queue) alarm(now, next int64) {
	s := q.selection
	if s.due > now && s.due <= next {
		return
	}
	s.due = next
	run(&s.timer, time.Duration(next-now)*time.Millisecond, q.chime)
}

// chime is the timer of limiters.
func (q *Queue) chime() {
	var then after
	q.mu.Lock()
	if s := q.selection; s != nil {
		s.due = 0
	}
	q.advance(q.kind.clock(), &then)
	q.mu.Unlock()
	q.finish(&then)
}
