package classic

import (
	"slices"

	"github.com/hutchmq/hutchmq/queue"
)

func (l *lane) pick(seq uint64, d deadline) {
	if l.picked == nil {
		l.picked = picks{}
	}
	l.picked[seq] = d
}

// Pick implements queue.Picker.
func (q *Queue) Pick(list []queue.Seen) []queue.Delivery {
	var then after
	ds := make([]queue.Delivery, 0, len(list))
	q.mu.Lock()
	now := q.kind.clock()
	for i := range list {
		if e, ok := q.pick(&list[i], now); ok {
			d := q.delivery(&e)
			d.Picked = true
			ds = append(ds, d)
		}
	}
	q.advance(now, &then)
	q.mu.Unlock()
	q.finish(&then)
	return ds
}

// pick takes s out, wherever it waits. What has expired dies, and is not to be
// had.
func (q *Queue) pick(s *queue.Seen, now int64) (e entry, ok bool) {
	l, seq := q.at(s.ID)
	if q.closed || l == nil || s.Expiry > 0 && s.Expiry <= now {
		return e, false
	}
	if i, ok := l.head.has(seq); ok {
		e = l.head.remove(i)
		q.vanish(&e)
		q.hold(&e, -1)
		e.m = s.Message
	} else if i, ok := l.tail.has(seq); ok {
		q.hole(l)
		e = l.tail.remove(i)
		q.hold(&e, -1)
		d := deadline{}
		if e.early {
			d = deadline{e.expiry, e.seq, e.size, e.persistent}
		}
		l.pick(seq, d)
	} else if l.holds(seq) {
		q.hole(l)
		e = newEntry(s.Message, l.number)
		e.persistent = q.kind.persists(s.Message)
		e.seq, e.expiry, e.count, e.redelivered, e.logged = seq, s.Expiry, s.Count, s.Redelivered, true
		q.pickDeep(l, &e)
	} else {
		return e, false
	}
	q.count(&e, -1)
	q.lend(&e)
	return e, true
}

// pickDeep takes e out of the gap of l.
func (q *Queue) pickDeep(l *lane, e *entry) {
	l.pick(e.seq, deadline{})
	l.gap.add(e, -1)
	if l.gap.count == 0 {
		l.gap.first = l.gap.last + 1 // whoever reads it just now finds that it has moved on
		l.picked.passed(l.gap.first)
	}
	q.drained(l)
}

// unpick puts e, which was picked, back into the gap or the tail, if its place
// is there, or lets it die if it has expired. Else it prepares e to go to its
// place in the head.
func (q *Queue) unpick(e *entry, then *after) (done bool) {
	l := &q.lanes[e.lane]
	if e.expiry > 0 && e.expiry <= q.kind.clock() {
		q.die(*e, queue.Expired, then)
		return true
	}
	q.count(e, 1)
	early, known := l.picked[e.seq]
	delete(l.picked, e.seq)
	deep := known && l.gap.count > 0 && e.seq > l.gap.last
	switch {
	case known && l.gap.has(e.seq), deep && e.seq <= q.stored:
		l.gap.last = max(l.gap.last, e.seq)
		l.gap.add(e, 1)
		return true
	case deep, known && l.tail.len() > 0 && e.seq > l.tail.at(0).seq:
		e.early = early.expiry > 0
		q.hold(e, 1)
		l.tail.restore([]entry{*e})
		return true
	}
	q.pass(l, e.seq)
	e.early = true
	q.hold(e, 1)
	return false
}

// pass makes everything in the head of l up to seq what came back.
func (q *Queue) pass(l *lane, seq uint64) {
	for i := l.head.find(l.passed + 1); i < l.head.len() && l.head.at(i).seq <= seq; i++ {
		if e := l.head.at(i); !e.gone && e.expiry > 0 && !e.early {
			q.index(l, e)
		}
	}
	l.passed = max(l.passed, seq)
}

// forgetPicked lets go of ds, of which some were picked: they do not come back.
// What was read of them meanwhile, and what is known of when they expire, must
// not count any more. Those that are to be buried stay hidden until they are.
func (q *Queue) forgetPicked(ds []queue.Delivery, buried bool) {
	done, expiring := make([]uint64, len(ds)), false
	for i := range ds {
		done[i] = ds[i].ID
		expiring = expiring || ds[i].Expiry > 0
	}
	if !buried {
		q.reveal(done)
	}
	if !expiring {
		return
	}
	slices.Sort(done)
	for i := range q.lanes {
		q.lanes[i].index.forget(func(seq uint64) bool {
			_, ok := slices.BinarySearch(done, seq)
			return ok
		})
	}
}
