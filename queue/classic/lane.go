package classic

import (
	"math"

	"github.com/hutchmq/hutchmq/message"
)

// entry is a message in a queue.
type entry struct {
	m           *message.Message // nil when it is on disk only: the entry is hollow
	seq         uint64
	expiry      int64 // Unix milliseconds; 0 never
	count       uint32
	size        uint32 // of the body
	lane        uint8
	redelivered bool
	logged      bool // the log knows it
	persistent  bool
	early       bool // it expires before one that came before it
	gone        bool // it has left, but for its place in the line
	parked      bool // a selection has noted it
}

// newEntry is m in its lane.
func newEntry(m *message.Message, lane uint8) entry {
	return entry{m: m, size: uint32(m.Size()), lane: lane, persistent: m.Persistent}
}

// lane holds the ready messages of one priority, in order of their sequence
// numbers, in three parts:
//
//	head (memory)  |  gap (disk only)  |  tail (staged for disk, still in memory)
//
// While the gap and the tail are empty a message goes to the head. Once the
// lane is deep, it goes to the tail, and into the gap as soon as it is stored;
// the gap is read back into the head chunk by chunk.
//
// The head may also have hollow entries: their messages were handed out, their
// holder kept only the ticket, and they came back.
//
// What expires is found at the head, as long as it comes in the order in which
// it expires. The index has what does not: what expires early, and what came
// back. Which messages of the gap are early is found out again, when they are
// read, from those before them.
type lane struct {
	number  uint8
	head    line
	gap     gap
	tail    line
	loading bool
	picked  picks
	holed   bool   // something was picked since the lane was deep
	settled uint32 // grows when something of the gap is settled that somebody may just have read

	passed uint64 // what is in the head up to here came back
	peak   int64  // the latest expiry of what came, since the lane was empty
	base   int64  // the same, of what came before the gap
	index  index
	scan   *scan // nil when none is under way

	recovered uint64 // the last that recovery found,
	bound     int64  // and no expiry of those is later
}

// forever is the expiry of what does not expire, to compare with others.
const forever = math.MaxInt64

// gap is a stretch of messages that are on disk only.
type gap struct {
	first, last uint64 // where to read; sequence numbers between may be missing
	count       int
	persistent  int
	bytes       int64

	persistentBytes int64
}

// add counts e in, or with -1 out.
func (g *gap) add(e *entry, by int) {
	g.count += by
	g.bytes += int64(by) * int64(e.size)
	if e.persistent {
		g.persistent += by
		g.persistentBytes += int64(by) * int64(e.size)
	}
}

// has reports whether seq, which is neither in the head nor in the tail nor
// picked, is in the gap.
func (g *gap) has(seq uint64) bool { return g.count > 0 && g.first <= seq && seq <= g.last }

func (l *lane) deep() bool { return l.gap.count > 0 || l.tail.len() > 0 }

func (l *lane) ready() int { return l.head.waiting() + l.gap.count + l.tail.waiting() }

// append puts e behind all others: into the tail if it goes to disk.
func (l *lane) append(e entry, deep bool) {
	if !l.deep() {
		if n := l.head.len(); n == 0 || l.head.at(n-1).seq <= l.passed {
			l.peak, l.bound = 0, 0
		}
		l.base, l.holed = l.peak, false
	}
	l.peak = l.climb(l.peak, &e)
	if deep {
		l.tail.pushBack(e)
	} else {
		l.head.pushBack(e)
	}
}

// climb tells e whether it is early, behind others with that peak, and returns
// the peak of all of them.
func (l *lane) climb(peak int64, e *entry) int64 {
	at := e.expiry
	if at == 0 {
		at = forever
	}
	if e.seq <= l.recovered {
		e.early = at < peak
		return min(max(peak, at), l.bound)
	}
	peak = max(peak, l.bound)
	e.early = at < peak
	return max(peak, at)
}

// pop takes the first entry of the head, to hand it out.
func (l *lane) pop() entry {
	e := l.head.popFront()
	l.passed = max(l.passed, e.seq)
	return e
}

// fresh is the place of the first message behind all that came back; with w
// nil there is none in memory, or one on disk before it.
func (l *lane) fresh() (w *line, i int) {
	i = l.head.find(l.passed + 1)
	for i < l.head.len() && l.head.at(i).gone {
		l.passed = l.head.at(i).seq
		i++
	}
	switch {
	case i < l.head.len():
		return &l.head, i
	case l.gap.count == 0 && l.tail.len() > 0:
		return &l.tail, 0
	}
	return nil, 0
}

// unruly reports whether e, in memory, belongs into the index.
func (l *lane) unruly(e *entry) bool { return e.expiry > 0 && (e.early || e.seq <= l.passed) }

// waits reports whether the message seq is in the lane, or was picked and may
// come back into its gap.
func (l *lane) waits(seq uint64) bool {
	if l.gap.has(seq) {
		return true
	}
	_, inHead := l.head.has(seq)
	_, inTail := l.tail.has(seq)
	return inHead || inTail
}

// sink moves the first entry of the tail, which is stored now, into the gap.
func (l *lane) sink() entry {
	e := l.tail.popFront()
	if l.gap.count == 0 {
		l.gap.first = e.seq
	}
	l.gap.last = e.seq
	l.gap.add(&e, 1)
	return e
}

// hollow reports whether the first message has to be read.
func (l *lane) hollow() bool { return l.head.len() > 0 && l.head.at(0).m == nil }

// surface moves entries of the tail to the head, once nothing lies between.
func (l *lane) surface() {
	for l.gap.count == 0 && l.tail.len() > 0 {
		l.head.pushBack(l.tail.popFront())
	}
}

// restore puts es, which were taken from the head and are sorted, back to
// their places.
func (l *lane) restore(es []entry) { l.head.restore(es) }
