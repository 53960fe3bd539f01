package dedup

import (
	"slices"
	"sort"
	"sync"

	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/store"
)

// book is what indexes and producers have in common: a log of what they
// remember, and who waits until something of it is on disk.
//
// Lock order: a book's lock, then that of its log. Receipts are answered
// without either.
type book struct {
	mu     sync.Mutex
	log    store.Log // nil: nothing of it outlives the process
	next   uint64    // the number of the next entry, from 1
	stored uint64    // all up to here is on disk
	failed bool      // the disk has
	closed bool
	waits  []wait // ascending
}

// wait is a receipt that is answered once seq is on disk.
type wait struct {
	seq uint64
	queue.Receipt
}

// Stored implements store.Owner.
func (b *book) Stored(through uint64, err error) {
	b.mu.Lock()
	n := sort.Search(len(b.waits), func(i int) bool { return b.waits[i].seq > through })
	told := slices.Clone(b.waits[:n])
	if b.waits = b.waits[n:]; len(b.waits) == 0 {
		b.waits = nil
	}
	if err != nil {
		b.failed = true
	} else {
		b.stored = max(b.stored, through)
	}
	b.mu.Unlock()
	for _, w := range told {
		answer(w.Receipt, err == nil)
	}
}

func answer(r queue.Receipt, stored bool) {
	if r.To != nil {
		r.To.Confirm([]uint64{r.Seq}, stored)
	}
}

// close ends the book, and what it stored if it is to be forgotten. Who waits
// is refused: nobody will tell them more.
func (b *book) close(forget bool) {
	b.mu.Lock()
	waits, log := b.waits, b.log
	b.waits, b.closed = nil, true
	b.mu.Unlock()
	switch {
	case log == nil:
	case forget:
		log.Drop()
	default:
		log.Close()
	}
	for _, w := range waits {
		answer(w.Receipt, false)
	}
}

// await answers r as soon as entry seq is on disk. b.mu is held, and is let go
// of.
func (b *book) await(seq uint64, r queue.Receipt) {
	switch {
	case seq <= b.stored:
		b.mu.Unlock()
		answer(r, true)
	case b.failed || b.closed:
		b.mu.Unlock()
		answer(r, false)
	default:
		if n := len(b.waits); n > 0 {
			seq = max(seq, b.waits[n-1].seq) // they are answered in order
		}
		b.waits = append(b.waits, wait{seq, r})
		b.mu.Unlock()
	}
}

// put stages entries, as a part of u unless that is nil. b.mu is held, as for
// settle.
func (b *book) put(u store.Unit, entries []store.Entry) {
	switch {
	case len(entries) == 0:
	case u == nil:
		b.log.Put(entries)
	default:
		b.log.PutIn(u, entries)
	}
}

// settle has the log forget entries, likewise.
func (b *book) settle(u store.Unit, seqs []uint64) {
	switch {
	case b.log == nil || len(seqs) == 0:
	case u == nil:
		b.log.Settle(seqs)
	default:
		b.log.SettleIn(u, seqs)
	}
}

// Claim is somebody's right to bring something for the first time. Whoever
// made it ends it soon, by Put or by Drop.
type Claim struct {
	b       *book
	state   state
	seq     uint64          // of the entry, 0 when there is nothing to wait for
	waiting []queue.Receipt // of those who brought it again meanwhile
}

type state uint8

const (
	open state = iota
	done
	dropped
)

// end notes what became of c: seq is what to wait for, 0 nothing. What can be
// told at once goes to out. The book's lock is held.
func (c *Claim) end(s state, seq uint64, out *answers) {
	c.state, c.seq = s, seq
	for _, r := range c.waiting {
		switch {
		case s == dropped || seq > 0 && (c.b.closed || c.b.failed):
			out.refused = append(out.refused, r)
		case seq == 0:
			out.stored = append(out.stored, r)
		default:
			c.b.waits = append(c.b.waits, wait{seq, r})
		}
	}
	c.waiting = nil
}

// answers are to be given once no lock is held.
type answers struct{ stored, refused []queue.Receipt }

func (a *answers) give() {
	for _, r := range a.stored {
		answer(r, true)
	}
	for _, r := range a.refused {
		answer(r, false)
	}
}

// Original is what came before.
type Original struct {
	b     *book
	claim *Claim // nil when it was put
	seq   uint64
}

// Await answers r, as the one who brought the same thing again, with a single
// Confirm: once the original is on disk, or with false when it did not make it.
func (o Original) Await(r queue.Receipt) {
	o.b.mu.Lock()
	if c := o.claim; c != nil {
		switch c.state {
		case open:
			c.waiting = append(c.waiting, r)
			o.b.mu.Unlock()
			return
		case dropped:
			o.b.mu.Unlock()
			answer(r, false)
			return
		}
		o.seq = c.seq
	}
	o.b.await(o.seq, r)
}
