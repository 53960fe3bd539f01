package perf

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// ledger notes what came out of every queue, and what should not have.
type ledger struct {
	run     uint16
	lanes   int
	books   []*book
	arrived atomic.Uint64 // none counted twice
	foreign atomic.Uint64 // of other runs

	mu          sync.Mutex
	doubled     uint64
	disordered  uint64
	redelivered uint64
	examples    []string
}

// book is what came out of one queue. Its consumers share it.
type book struct {
	queue string
	mu    sync.Mutex
	lanes []*sequence
	came  []uint64 // by lane, none counted twice
}

// maxExamples of what went wrong are worth reading.
const maxExamples = 5

func newLedger(run uint16, lanes int, queues []string) *ledger {
	l := &ledger{run: run, lanes: lanes}
	for _, name := range queues {
		l.books = append(l.books, &book{queue: name, lanes: make([]*sequence, lanes), came: make([]uint64, lanes)})
	}
	return l
}

// entry is a message that came out of a queue.
type entry struct {
	book        *book
	seq         uint32
	lane        uint16
	redelivered bool
	behind      bool // on its consumer, a later one of its lane came before
}

// enter notes what came. Entries of one queue should stand together.
func (l *ledger) enter(entries []entry) {
	for len(entries) > 0 {
		b, n := entries[0].book, 1
		for n < len(entries) && entries[n].book == b {
			n++
		}
		l.arrived.Add(b.enter(l, entries[:n]))
		entries = entries[n:]
	}
}

func (b *book) enter(l *ledger, entries []entry) (arrived uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range entries {
		e := &entries[i]
		if b.lanes[e.lane] == nil {
			b.lanes[e.lane] = new(sequence)
		}
		first := b.lanes[e.lane].enter(e.seq)
		if first {
			arrived++
			b.came[e.lane]++
		}
		if !first || e.behind || e.redelivered {
			l.judge(e, first)
		}
	}
	return arrived
}

// judge takes what did not just come in order. Redelivered messages are beyond
// reproach.
func (l *ledger) judge(e *entry, first bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case e.redelivered:
		l.redelivered++
	case !first:
		l.doubled++
		l.example("message %d of lane %d came out of queue %s twice", e.seq, e.lane, e.book.queue)
	default:
		l.disordered++
		l.example("message %d of lane %d came out of queue %s after a later one", e.seq, e.lane, e.book.queue)
	}
}

func (l *ledger) example(format string, args ...any) {
	if len(l.examples) < maxExamples {
		l.examples = append(l.examples, fmt.Sprintf(format, args...))
	}
}

// lost counts what should have come and did not. It is called when nothing
// comes any more.
func (l *ledger) lost(lanes []*lane) (n uint64) {
	for _, x := range lanes {
		want := x.expected()
		for _, q := range x.route {
			b := l.books[q]
			if came := b.came[x.id]; came < want {
				n += want - came
				l.example("%d of %d messages of lane %d did not come out of queue %s", want-came, want, x.id, b.queue)
			}
		}
	}
	return n
}

// expected is how many messages of the lane the broker took on.
func (x *lane) expected() uint64 {
	return x.sent - min(x.sent, x.nacked+x.returned)
}

// expected is how many messages should come out of all queues.
func expected(lanes []*lane) (n uint64) {
	for _, x := range lanes {
		n += x.expected() * uint64(len(x.route))
	}
	return n
}
