package classic

import (
	"sort"

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
type lane struct {
	number  uint8
	head    ring[entry]
	gap     gap
	tail    ring[entry]
	loading bool
}

// gap is a stretch of messages that are on disk only.
type gap struct {
	first, last uint64 // where to read; sequence numbers between may be missing
	count       int
	persistent  int
	bytes       int64
}

// add counts e in, or with -1 out.
func (g *gap) add(e *entry, by int) {
	g.count += by
	g.bytes += int64(by) * int64(e.size)
	if e.persistent {
		g.persistent += by
	}
}

func (l *lane) deep() bool { return l.gap.count > 0 || l.tail.len() > 0 }

func (l *lane) ready() int { return l.head.len() + l.gap.count + l.tail.len() }

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
func (l *lane) restore(es []entry) {
	n := l.head.len()
	switch {
	case n == 0 || es[0].seq > l.head.at(n-1).seq:
		for _, e := range es {
			l.head.pushBack(e)
		}
	case es[len(es)-1].seq < l.head.at(0).seq:
		for i := len(es) - 1; i >= 0; i-- {
			l.head.pushFront(es[i])
		}
	default:
		l.merge(es)
	}
}

// merge sorts es into the head. Only the entries in front of the last of es
// have to move.
func (l *lane) merge(es []entry) {
	last := es[len(es)-1].seq
	n := sort.Search(l.head.len(), func(i int) bool { return l.head.at(i).seq > last })
	front := make([]entry, 0, n+len(es))
	for len(es) > 0 {
		if n > 0 && l.head.at(0).seq < es[0].seq {
			front = append(front, l.head.popFront())
			n--
			continue
		}
		front = append(front, es[0])
		es = es[1:]
	}
	for i := len(front) - 1; i >= 0; i-- {
		l.head.pushFront(front[i])
	}
}
