package classic

import (
	"cmp"
	"slices"

	"github.com/hutchmq/hutchmq/queue"
)

// browseStep is how many entries are looked at while the lock is held once.
const browseStep = 256

// laneShift is where a position has its lane: counted from the highest
// priority, so that positions grow in queue order. Below is the sequence
// number.
const laneShift = 56

// position is where the message seq of a lane stands.
func (q *Queue) position(lane uint8, seq uint64) uint64 {
	return uint64(len(q.lanes)-1-int(lane))<<laneShift | seq
}

// at is the lane of a position, nil if there is none, and its sequence number.
func (q *Queue) at(position uint64) (l *lane, seq uint64) {
	i := len(q.lanes) - 1 - int(position>>laneShift)
	if i < 0 {
		return nil, 0
	}
	return &q.lanes[i], position & (1<<laneShift - 1)
}

// Browse implements queue.Browser.
func (q *Queue) Browse(b queue.Browse) (v queue.View, err error) {
	v.Next, v.Newest = b.After, q.newest()
	for v.Looked < b.MaxLooks && b.MaxBytes > 0 && len(v.List) < b.Limit {
		s, ok, err := q.stretch(v.Next, min(b.MaxBytes, q.kind.limits.chunk))
		if err != nil {
			return v, err
		}
		if !ok {
			v.End = true
			return v, nil
		}
		if q.view(&b, s.entries, &v) {
			v.Next = s.through
		}
	}
	return v, nil
}

func (q *Queue) newest() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.next - 1
}

// view shows es to whoever browses; all tells that none is left.
func (q *Queue) view(b *queue.Browse, es []entry, v *queue.View) (all bool) {
	for i := range es {
		if v.Looked >= b.MaxLooks || b.MaxBytes <= 0 || len(v.List) >= b.Limit {
			return false
		}
		s := q.seen(&es[i])
		v.Next = s.ID
		v.Looked++
		b.MaxBytes -= s.Message.Footprint()
		if b.Want == nil || b.Want(&s) {
			v.List = append(v.List, s)
		}
	}
	return true
}

func (q *Queue) seen(e *entry) queue.Seen {
	return queue.Seen{
		ID: q.position(e.lane, e.seq), Seq: e.seq, Message: e.m, Expiry: e.expiry, Count: e.count, Size: e.size,
		Priority: e.lane, Redelivered: e.redelivered,
	}
}

// stretch is entries that were ready next behind a position, with their
// messages; there may be none in it.
type stretch struct {
	entries []entry
	through uint64 // the position up to which all are in it
}

// stretch finds the next stretch behind a position; of what it has to read
// about max bytes. ok is false at the end of the queue. It holds the lock, but
// for while it reads.
func (q *Queue) stretch(after uint64, max int) (s stretch, ok bool, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	l, seq := q.at(after)
	for l != nil && !q.closed {
		es, through, ok, err := q.look(l, seq+1, max)
		if ok || err != nil {
			now := q.kind.clock()
			es = slices.DeleteFunc(es, func(e entry) bool { return e.expiry > 0 && e.expiry <= now })
			return stretch{es, q.position(l.number, through)}, ok, err
		}
		if seq = 0; l.number == 0 {
			break
		}
		l = &q.lanes[l.number-1]
	}
	return s, false, nil
}

// look copies what is next of l from a sequence number on, and tells up to
// which it has seen everything. ok is false when l has no more. bytes is how
// much to read, about, if it has to.
func (q *Queue) look(l *lane, from uint64, bytes int) (es []entry, through uint64, ok bool, err error) {
	if i := l.head.find(from); i < l.head.len() {
		return q.lookAt(l, &l.head, i, bytes)
	}
	if l.gap.count > 0 && from <= l.gap.last {
		es, through, err = q.lookDeep(l, max(from, l.gap.first), bytes)
		return es, through, err == nil, err
	}
	if i := l.tail.find(from); i < l.tail.len() {
		return q.lookAt(l, &l.tail, i, bytes)
	}
	return nil, 0, false, nil
}

// lookAt copies entries of w, which is in memory, from place i on. Hollow ones
// end the stretch, or are all of it.
func (q *Queue) lookAt(l *lane, w *line, i, bytes int) (es []entry, through uint64, ok bool, err error) {
	hollow := w.at(i).m == nil && !w.at(i).gone
	for ; i < w.len() && len(es) < browseStep; i++ {
		e := w.at(i)
		if !e.gone && (e.m == nil) != hollow {
			break
		}
		if through = e.seq; !e.gone {
			es = append(es, *e)
		}
	}
	if hollow {
		es, through, err = q.lookUp(l, es[0].seq, through, bytes, func(e *entry) bool {
			i, found := slices.BinarySearchFunc(es, e.seq, func(h entry, seq uint64) int { return cmp.Compare(h.seq, seq) })
			if !found {
				return false
			}
			e.count, e.redelivered = es[i].count, es[i].redelivered
			_, waits := l.head.has(e.seq)
			return waits
		})
	}
	return es, through, err == nil, err
}

// lookDeep reads what is next of the gap of l.
func (q *Queue) lookDeep(l *lane, from uint64, bytes int) (es []entry, through uint64, err error) {
	return q.lookUp(l, from, l.gap.last, bytes, func(e *entry) bool { return l.holds(e.seq) && q.present(l, e) })
}

// lookUp reads about that many bytes of entries of l in [from, last], and keeps
// those that keep says are ready. It lets go of the lock while it reads.
func (q *Queue) lookUp(l *lane, from, last uint64, bytes int, keep func(*entry) bool) (es []entry, through uint64, err error) {
	number, log := l.number, q.log
	q.mu.Unlock()
	es, err = q.read(log, number, from, last, bytes)
	q.mu.Lock()
	if err != nil {
		return nil, 0, err
	}
	if through = last; len(es) > 0 {
		through = es[len(es)-1].seq
	}
	n := 0
	for i := range es {
		if e := &es[i]; keep(e) {
			es[n] = *e
			n++
		}
	}
	return es[:n], through, nil
}

// holds reports whether the message seq is ready in l.
func (l *lane) holds(seq uint64) bool {
	if l.gap.has(seq) {
		return !l.picked.has(seq)
	}
	_, inHead := l.head.has(seq)
	_, inTail := l.tail.has(seq)
	return inHead || inTail
}
