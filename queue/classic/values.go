package classic

import (
	"hash/maphash"
	"log/slog"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/store"
)

// values has a queue keep of each key only the message that came last, of those
// that are ready (x-last-value-key). It knows where each of these stands, about
// 60 bytes a key. What has left in other ways is forgotten now and then.
//
// When it begins, after a restart or by a policy, the gaps are read in the
// background to find out what is in them. Until a gap was read the older
// messages in it stay.
type values struct {
	header string // that has the key; "" is the routing key
	seeds  [2]maphash.Seed
	newest map[valueKey]value
	lapsed map[uint64]struct{} // positions in gaps of what expires, which newest does not tell
	left   []uint64            // numbers of what was replaced, to be taken out of the indexes
	scans  []valueScan         // by lane
}

// valueKey stands for a key: nobody finds two keys for which it is the same.
type valueKey [2]uint64

// value is where the newest message of a key stands.
type value struct {
	seq        uint64
	size       uint32
	lane       uint8
	persistent bool
}

// valueScan is the part of a gap that was not looked at yet.
type valueScan struct {
	pos, end  uint64
	disturbed bool // something in it was replaced
}

// routingKey is the x-last-value-key that means no header.
const routingKey = "routing-key"

func newValues(key string, lanes int) *values {
	v := &values{header: key, newest: map[valueKey]value{}, lapsed: map[uint64]struct{}{}, scans: make([]valueScan, lanes)}
	if key == routingKey {
		v.header = ""
	}
	v.seeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}
	return v
}

// key is that of m; ok is false when it has none.
func (v *values) key(m *message.Message) (k valueKey, ok bool) {
	if v.header == "" {
		return valueKey{maphash.String(v.seeds[0], m.RoutingKey), maphash.String(v.seeds[1], m.RoutingKey)}, true
	}
	x, ok := amqp.Lookup(amqp.HeadersTable(m.Header), v.header)
	if !ok {
		return k, false
	}
	return valueKey{maphash.Bytes(v.seeds[0], x.Bytes) + uint64(x.Type), maphash.Bytes(v.seeds[1], x.Bytes)}, true
}

// scanned reports whether all that is ready at seq of a lane is known.
func (v *values) scanned(lane uint8, seq uint64) bool {
	s := &v.scans[lane]
	return seq < s.pos || seq > s.end
}

// keepValues has q keep last values by another key, "" none. It looks at what is in
// memory, and begins to look at the rest.
func (q *Queue) keepValues(key string) {
	if q.values != nil {
		for i := range q.lanes {
			q.lanes[i].settled++ // what is being read may have been replaced
		}
	}
	if q.values = nil; key == "" {
		return
	}
	q.values = newValues(key, len(q.lanes))
	for i := range q.lanes {
		l := &q.lanes[i]
		if l.gap.count > 0 {
			q.values.scans[i] = valueScan{pos: l.gap.first, end: l.gap.last}
			q.kind.loader.add(func() { q.scanValues(l, q.values) })
		} else {
			q.values.scans[i] = valueScan{pos: 1}
		}
	}
	for i := range q.lanes {
		for _, w := range []*line{&q.lanes[i].head, &q.lanes[i].tail} {
			q.claimAll(w)
		}
	}
	q.passOn(nil)
}

// claimAll claims what is in w.
func (q *Queue) claimAll(w *line) {
	for i := 0; i < w.len(); {
		e, n := *w.at(i), w.len()
		if !e.gone && e.m != nil && q.claim(&e) {
			if i, ok := w.has(e.seq); ok {
				q.removeReplaced(w, i)
			}
		}
		if w.len() == n { // the line has not moved together
			i++
		} else {
			i = 0
		}
	}
}

// incoming is the key of a message that comes, and what it replaces.
type incoming struct {
	key             valueKey
	old             value
	keyed, replaces bool
}

func (q *Queue) incoming(m *message.Message) (in incoming) {
	if in.key, in.keyed = q.values.key(m); in.keyed {
		in.old, in.replaces = q.current(in.key)
	}
	return in
}

// current is the newest ready message of a key.
func (q *Queue) current(k valueKey) (x value, ok bool) {
	if x, ok = q.values.newest[k]; !ok {
		return x, false
	}
	_, lapsed := q.values.lapsed[q.position(x.lane, x.seq)]
	return x, !lapsed && q.lanes[x.lane].holds(x.seq)
}

// replace puts e, which came in just now, in the place of an older message.
func (q *Queue) replace(in *incoming, e *entry) {
	if in.replaces {
		q.supersede(in.old)
	}
	if in.keyed {
		q.noteValue(in.key, e)
	}
}

// noteValue makes e the newest of its key.
func (q *Queue) noteValue(k valueKey, e *entry) {
	v := q.values
	if len(v.newest)+len(v.lapsed) > 2*q.ready+manyStale {
		q.pruneValues()
	}
	v.newest[k] = value{e.seq, e.size, e.lane, e.persistent}
}

// pruneValues forgets the keys of which nothing is ready.
func (q *Queue) pruneValues() {
	v := q.values
	for k := range v.newest {
		if _, ok := q.current(k); !ok {
			delete(v.newest, k)
		}
	}
	for at := range v.lapsed {
		if l, seq := q.at(at); !l.gap.has(seq) {
			delete(v.lapsed, at)
		}
	}
}

// unitFor is the unit of what q is about to do, if it needs one and u is none:
// what replaces a message and that it is gone are stored together.
func (q *Queue) unitFor(u queue.Unit) store.Unit {
	if q.values == nil || u != nil || !q.Durable || q.closed {
		return nil
	}
	return q.kind.store.Begin()
}

// passOn tells the log and the indexes what was replaced, as a part of u.
func (q *Queue) passOn(u queue.Unit) {
	if q.values != nil {
		q.forgetSettled(u)
		q.forgetReplaced()
	}
}

// claim decides between e, whose message is there and which becomes ready, and
// another of its key that is: the newer one stays. It reports whether e goes.
func (q *Queue) claim(e *entry) (outdated bool) {
	k, keyed := q.values.key(e.m)
	if !keyed {
		return false
	}
	x, ok := q.current(k)
	switch {
	case ok && x.seq > e.seq:
		return true
	case ok && x.seq < e.seq:
		q.supersede(x)
	}
	q.noteValue(k, e)
	return false
}

// supersede takes the message at x, which is ready, out of the queue.
func (q *Queue) supersede(x value) {
	l := &q.lanes[x.lane]
	if i, ok := l.head.has(x.seq); ok {
		q.removeReplaced(&l.head, i)
	} else if i, ok := l.tail.has(x.seq); ok {
		q.hole(l)
		q.removeReplaced(&l.tail, i)
	} else {
		q.hole(l)
		e := entry{seq: x.seq, size: x.size, lane: x.lane, persistent: x.persistent, logged: true}
		q.dropDeep(l, &e)
	}
}

// removeReplaced takes the i-th of w out.
func (q *Queue) removeReplaced(w *line, i int) {
	e := w.remove(i)
	q.vanish(&e)
	q.count(&e, -1)
	q.hold(&e, -1)
	q.replaced(&e)
}

// dropDeep takes e out of the gap of l.
func (q *Queue) dropDeep(l *lane, e *entry) {
	q.count(e, -1)
	l.gap.add(e, -1)
	if l.gap.count == 0 {
		l.gap.first = l.gap.last + 1
		l.picked.passed(l.gap.first)
	}
	q.drained(l)
	if l.scan != nil {
		l.settled++ // what it has just read may be this
	}
	if s := &q.values.scans[e.lane]; !q.values.scanned(e.lane, e.seq) {
		s.disturbed = true
	}
	q.replaced(e)
}

// replaced lets go of e, which is out: a newer message has its place.
func (q *Queue) replaced(e *entry) {
	q.kind.dropped.count(queue.Replaced)
	q.graveyard().mortality.Dropped.Count(queue.Replaced)
	if e.logged {
		q.settled(e.seq)
	}
	q.values.left = append(q.values.left, e.seq)
}

// forgetReplaced takes what was replaced out of the indexes, before these are
// asked again.
func (q *Queue) forgetReplaced() {
	v := q.values
	if v == nil || len(v.left) == 0 {
		return
	}
	gone := make(map[uint64]struct{}, len(v.left))
	for _, seq := range v.left {
		gone[seq] = struct{}{}
	}
	v.left = v.left[:0]
	for i := range q.lanes {
		if x := &q.lanes[i].index; len(x.heap) > 0 {
			x.forget(func(seq uint64) bool {
				_, ok := gone[seq]
				return ok
			})
		}
	}
}

// present reports whether e, which was read from the gap of l a moment ago, is
// still in it, as far as it could have been replaced.
func (q *Queue) present(l *lane, e *entry) bool {
	if q.values == nil || !q.values.scanned(l.number, e.seq) {
		return true
	}
	if _, lapsed := q.values.lapsed[q.position(l.number, e.seq)]; lapsed {
		return true // it expires, and was not replaced
	}
	k, keyed := q.values.key(e.m)
	return !keyed || q.values.newest[k].seq == e.seq
}

// riseValue decides what becomes of e, which was read from the gap of l on its
// way to the head: false when it is not, or no longer, in the queue.
func (q *Queue) riseValue(l *lane, e *entry) bool {
	if q.values.scanned(l.number, e.seq) {
		return q.present(l, e)
	}
	if e.expiry > 0 && e.expiry <= q.kind.clock() || !q.claim(e) { // what has expired goes by itself
		return true
	}
	q.dropDeep(l, e)
	return false
}

// claimBack claims es, which came back to the heads of their lanes. What has
// expired meanwhile is about to go, and takes no other along.
func (q *Queue) claimBack(es []entry) {
	now := q.kind.clock()
	for i := range es {
		if e := &es[i]; e.m != nil && e.expiry > 0 && e.expiry <= now {
			q.values.unnote(e.m, e.seq)
		}
	}
	for i := range es {
		e := &es[i]
		if e.m == nil || e.expiry > 0 && e.expiry <= now {
			continue
		}
		if _, there := q.lanes[e.lane].head.has(e.seq); there && q.claim(e) { // another of them may have replaced it
			q.supersede(value{e.seq, e.size, e.lane, e.persistent})
		}
	}
}

// comesBack decides what becomes of e, which was picked and comes back: false
// when a newer message has its place. What has expired meanwhile dies as ever.
func (q *Queue) comesBack(e *entry) bool {
	if q.values == nil || e.m == nil || e.expiry > 0 && e.expiry <= q.kind.clock() || !q.claim(e) {
		return true
	}
	delete(q.lanes[e.lane].picked, e.seq)
	q.replaced(e)
	return false
}

// unnote forgets e, which leaves where nothing else tells that it has left.
func (v *values) unnote(m *message.Message, seq uint64) {
	if k, keyed := v.key(m); keyed && v.newest[k].seq == seq {
		delete(v.newest, k)
	}
}

// scanValues is the loader's part of looking at the gap of l: one chunk.
func (q *Queue) scanValues(l *lane, v *values) {
	var then after
	q.mu.Lock()
	defer func() {
		q.mu.Unlock()
		q.finish(&then)
	}()
	s := &v.scans[l.number]
	if q.closed || q.values != v {
		return
	}
	if s.pos = max(s.pos, l.gap.first); l.gap.count == 0 || s.pos > s.end {
		s.pos = s.end + 1
		return
	}
	number, from, end, settled, log := l.number, s.pos, s.end, l.settled, q.log
	s.disturbed = false
	q.mu.Unlock()
	es, err := q.read(log, number, from, end, q.kind.limits.chunk)
	q.mu.Lock()
	switch {
	case q.closed || q.values != v:
		return
	case err != nil:
		slog.With("category", "queue").Error("cannot read a backlog", "queue", q.Name, "vhost", q.Vhost, "error", err)
		time.AfterFunc(retryAfter, func() { q.kind.loader.add(func() { q.scanValues(l, v) }) })
		return
	case !s.disturbed && s.pos == from && l.settled == settled:
		q.claimDeep(l, s, es)
	}
	q.kind.loader.add(func() { q.scanValues(l, v) })
	q.passOn(nil)
	q.advance(q.kind.clock(), &then)
}

// claimDeep claims es, which were read from the gap of l.
func (q *Queue) claimDeep(l *lane, s *valueScan, es []entry) {
	now := q.kind.clock()
	for i := range es {
		e := &es[i]
		switch {
		case !l.gap.has(e.seq) || l.picked.has(e.seq):
		case e.expiry > 0 && e.expiry <= now: // it goes by itself
			q.values.lapsed[q.position(l.number, e.seq)] = struct{}{}
		case q.claim(e):
			q.hole(l)
			q.dropDeep(l, e)
		}
		s.pos = e.seq + 1
	}
	if len(es) == 0 {
		s.pos = s.end + 1
	}
}
