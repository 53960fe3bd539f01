package classic

import (
	"cmp"
	"slices"
	"time"
	"unsafe"

	"github.com/hutchmq/hutchmq/queue"
)

// selection says which of the ready messages goes next, in a queue where that
// is not always the first: in one with groups or limits, or with a consumer
// that takes some messages only.
//
// It looks through the heads of the lanes ahead of deliveries, and parks what
// it sees: a parked message stays in its place in the head, so that whatever
// else may happen to a ready message happens to it as before, and the selection
// notes its position in a strand. It knows by what was noted only who may go;
// whether the message is still there it finds out when its turn comes.
type selection struct {
	groupHeader string
	groupMost   int
	keyHeader   string
	limiters    *limiters // nil when nothing is limited
	filters     []*taste  // by the bit that stands for them; nil where one was
	choosers    int       // consumers with wishes of their own

	shelves []shelf // by falling priority
	most    int     // how many of a lane may be parked
	parked  int     // entries in heads that are
	items   int     // noted in strands, some of which may have left
	groups  map[string]*strand
	others  map[trait]*strand // without a group
	flying  map[uint64]flight // what was delivered, by sequence number
	frozen  heap[*limiter]    // limiters that wait
	counts  [states]int       // groups
	clock   uint64            // of tickets
	plain   uint64            // the ticket of all that have no key
	epoch   uint32            // grows when items noted before mean nothing any more
	looks   int               // how many there may be before the lock is let go
	again   bool              // all has to be looked through again
	awaited []*strand         // whose first message is to be read
	sated   wants             // who found nothing, since something became ready
	stale   bool              // the first of some group may have left, and the next be another's
	hungry  bool              // somebody with credit did
	resting int64             // until then some consumer is to get nothing, Unix milliseconds; 0 none is
	key     []byte            // scratch

	throttle stall // while something ready waits for a limiter only
	timer    *time.Timer
	due      int64 // when it runs, Unix milliseconds; 0 not at all
}

// flight is what the queue remembers of a delivery, to park it again.
type flight struct {
	group *strand // nil if it has none
	trait
	epoch uint32
}

const (
	// fewParked are enough when all messages are alike.
	fewParked = 256
	// maxAwaited is how many strands wait for the disk at a time.
	maxAwaited = 64
)

// reselect puts the wishes of the declaration and of the consumers into effect.
// What is not known of the past counts as if it had used up everything by
// emptyAt, Unix milliseconds.
func (q *Queue) reselect(emptyAt int64) {
	var none queue.Selection
	o, s := cmp.Or(q.options.Selection, &none), q.selection
	if q.shut || o.GroupHeader == "" && len(o.Rates) == 0 && (s == nil || s.choosers == 0) {
		q.unselect()
		return
	}
	if s == nil {
		s = q.startSelection()
	}
	most := max(1, o.GroupMost)
	if s.groupHeader == o.GroupHeader && s.groupMost == most && s.keyHeader == o.RateKey && s.keeps(o.Rates) {
		return
	}
	if s.groupHeader != o.GroupHeader {
		s.groups, s.counts = map[string]*strand{}, [states]int{}
		for seq := range s.flying {
			s.flying[seq] = flight{}
		}
	}
	s.groupHeader, s.groupMost = o.GroupHeader, most
	if s.keyHeader != o.RateKey || !s.keeps(o.Rates) {
		s.keyHeader, s.limiters = o.RateKey, nil
		if len(o.Rates) > 0 {
			s.limiters = newLimiters(o.Rates, emptyAt)
		}
	}
	s.again = true
}

// keeps reports whether those are the rates that hold already.
func (s *selection) keeps(rates []queue.Rate) bool {
	if s.limiters == nil {
		return len(rates) == 0
	}
	return slices.Equal(s.limiters.rates, rates)
}

func (q *Queue) startSelection() *selection {
	q.selection = &selection{
		shelves: make([]shelf, len(q.lanes)), groups: map[string]*strand{}, others: map[trait]*strand{},
		flying: map[uint64]flight{}, again: true, looks: q.kind.limits.looks,
	}
	return q.selection
}

// unselect has messages go in the order in which they came.
func (q *Queue) unselect() {
	if q.selection == nil {
		return
	}
	stop(q.selection.timer)
	q.unmark()
	q.selection = nil
}

// unmark forgets of all entries that they were parked.
func (q *Queue) unmark() {
	for i := range q.lanes {
		w := &q.lanes[i].head
		for j := range w.len() {
			w.at(j).parked = false
		}
	}
}

// lookAgain forgets what is parked, so that it is looked at again.
func (q *Queue) lookAgain() {
	q.unmark()
	q.selection.clear()
	s := q.selection
	for i := range s.shelves {
		s.shelves[i].seen = 0
	}
	s.again = false
	s.epoch++ // 0 is that of nothing
	s.most = fewParked
	if s.groupHeader != "" || s.keyHeader != "" || len(s.filters) > 0 {
		s.most = max(q.kind.limits.parked/len(q.lanes), 1)
	}
}

// clear empties all strands: nothing is parked any more.
func (s *selection) clear() {
	for key, st := range s.groups {
		if st.flying == 0 {
			delete(s.groups, key)
			s.counts[st.state]--
			continue
		}
		s.become(st, idle)
		*st = strand{group: true, name: key, flying: st.flying}
	}
	s.others = map[trait]*strand{}
	for i := range s.shelves {
		h := &s.shelves[i]
		h.turns, h.plain, h.sunk, h.parked = nil, nil, 0, 0
	}
	for _, m := range s.frozen {
		m.until = 0
	}
	s.frozen, s.awaited = nil, nil
	s.parked, s.items, s.sated = 0, 0, 0
	if s.limiters != nil {
		s.limiters.unpark()
	}
}

// unpark forgets what waits for the limiters.
func (s *limiters) unpark() {
	for m := s.use.newer; m != &s.use; m = m.newer {
		m.items, m.waiting = 0, nil
	}
	s.shared.items, s.shared.waiting = 0, nil
}

// become changes what st waits for.
func (s *selection) become(st *strand, to state) {
	if st.group {
		s.counts[st.state]--
		s.counts[to]++
	}
	st.state = to
}

// push notes another message of st.
func (s *selection) push(st *strand, it spot) {
	st.spots.push(it)
	s.items++
	if it.limiter != nil {
		it.limiter.items++
	}
	if st.spots[0] == it {
		s.place(st)
	}
}

// drop forgets the first message of st.
func (s *selection) drop(st *strand) {
	it := st.spots.pop()
	s.items--
	if it.limiter != nil {
		it.limiter.items--
	}
}

// place puts st where its first message has to wait.
func (s *selection) place(st *strand) {
	s.displace(st)
	if len(st.spots) == 0 {
		if st.flying == 0 {
			s.forget(st)
		}
		return
	}
	m := st.spots[0].limiter
	switch {
	case st.group && st.flying >= s.groupMost:
		s.become(st, busy)
	case m != nil && (m.until > 0 || len(m.line(st.spots[0].class).heap) > 0):
		s.wait(st, m)
	default:
		s.enter(st)
	}
}

// forget drops st, of which there is nothing.
func (s *selection) forget(st *strand) {
	if st.group {
		s.counts[st.state]--
		delete(s.groups, st.name)
		return
	}
	delete(s.others, st.of)
}

// displace takes st from where it waits. If it was its limiter's choice, the
// next may go in its place.
func (s *selection) displace(st *strand) {
	was := st.state
	s.become(st, idle)
	switch was {
	case ready:
		s.shelves[st.shelf].leave(st)
		if st.released {
			st.released = false
			s.release(st.limiter, st.class)
		}
	case dry:
		st.ticket = 0 // so that its limiter forgets it
	}
}

// enter makes st ready.
func (s *selection) enter(st *strand) {
	it := st.spots[0]
	if s.become(st, ready); st.ticket == 0 {
		s.clock++
		st.ticket = s.clock
	}
	st.shelf, st.class, st.limiter = it.shelf(), it.class, it.limiter
	h := &s.shelves[st.shelf]
	if st.plain && len(h.plain) == 0 {
		s.clock++
		s.plain = s.clock
	}
	h.enter(st)
	s.sated = 0
}

// wait has st wait for m.
func (s *selection) wait(st *strand, m *limiter) {
	if s.become(st, dry); st.ticket == 0 {
		s.clock++
		st.ticket = s.clock
	}
	it := st.spots[0]
	m.line(it.class).heap.push(waiter{st, it.shelf(), st.ticket})
}

// freeze has nothing go that m limits before a time, st among it.
func (s *selection) freeze(st *strand, m *limiter, until int64) {
	if m.until == 0 {
		m.until = until
		s.frozen.push(m)
	}
	s.displace(st)
	s.wait(st, m)
}

// thaw makes ready what no longer has to wait for its limiter.
func (s *selection) thaw(now int64) {
	for len(s.frozen) > 0 && s.frozen[0].until <= now {
		m := s.frozen.pop()
		m.until = 0
		for i := range m.waiting {
			s.release(m, m.waiting[i].class)
		}
	}
}

// release makes ready what is next of those of a class that wait for m. The
// others stay where they are until it has gone: most of them would find that it
// took what there was.
func (s *selection) release(m *limiter, class uint32) {
	if m.until > 0 {
		return
	}
	h := &m.line(class).heap
	for len(*h) > 0 {
		w := h.pop()
		if w.state == dry && w.strand.ticket == w.ticket {
			s.enter(w.strand)
			w.released = true
			return
		}
	}
}

// picture is the selection as people look at it.
func (s *selection) picture(now int64) *queue.Parking {
	p := &queue.Parking{
		Parked: s.parked, Groups: len(s.groups), GroupsBlocked: s.counts[busy], LimitersBlocked: len(s.frozen),
		ThrottledMs: s.throttle.ms(now), Throttled: s.throttle.since != 0,
	}
	if s.limiters != nil {
		p.Limiters = len(s.limiters.byKey)
	}
	return p
}

// memory is about what the selection takes, in bytes.
func (s *selection) memory() int64 {
	return int64(s.items)*int64(unsafe.Sizeof(spot{})) + int64(len(s.groups)+len(s.others))*int64(unsafe.Sizeof(strand{}))
}
