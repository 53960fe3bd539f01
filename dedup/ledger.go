package dedup

import (
	"encoding/binary"
	"math"
	"slices"
	"sync/atomic"

	"github.com/hutchmq/hutchmq/store"
)

// ledgerID is the number of the log of all producers, which no queue has.
const ledgerID = 1 << 62

// ledger has the producers of all vhosts, and the log they share.
type ledger struct {
	book
	clock  func() int64
	vhosts map[string]*Producers
	spent  []uint64 // left; the log does not know yet
	bounds atomic.Pointer[ProducerBounds]
}

// ProducerBounds say for how many producers a vhost keeps count, and how long.
type ProducerBounds struct {
	Max    int   // beyond it those go that published longest ago
	IdleMs int64 // after so long without a message they are forgotten
}

// DefaultProducers are the bounds unless somebody sets others.
var DefaultProducers = ProducerBounds{Max: 100_000, IdleMs: 7 * 24 * 3600 * 1000}

func (l *ledger) open(st store.Store, clock func() int64) (err error) {
	l.clock, l.vhosts = clock, map[string]*Producers{}
	l.bounds.Store(&DefaultProducers)
	if l.log, err = st.Log(ledgerID, true, l); err != nil {
		return err
	}
	for _, n := range l.log.Lanes() {
		l.next = max(l.next, n.Last)
	}
	l.stored = l.next
	err = readAll(l.log, l.restore)
	l.forgetSpent(nil)
	return err
}

// restore takes up a record; a later one of the same producer goes before it.
func (l *ledger) restore(s store.Stored) {
	r, ok := parseRecord(s.Meta)
	if !ok {
		l.spent = append(l.spent, s.Seq)
		return
	}
	v := l.vhost(r.vhost)
	v.remove(v.all[r.id])
	p := &producer{id: r.id, epoch: r.epoch, last: r.last, missing: r.missing, usedMs: s.Time, seq: s.Seq}
	v.add(p)
}

func (l *ledger) vhost(name string) *Producers {
	v := l.vhosts[name]
	if v == nil {
		v = &Producers{l: l, vhost: name, all: map[string]*producer{}}
		l.vhosts[name] = v
	}
	return v
}

func (l *ledger) forgetSpent(u store.Unit) {
	l.settle(u, l.spent)
	l.spent = l.spent[:0]
}

// Producers are those of a vhost.
func (s *Shelf) Producers(vhost string) *Producers {
	s.ledger.mu.Lock()
	defer s.ledger.mu.Unlock()
	return s.ledger.vhost(vhost)
}

// SetProducers sets bounds from now on. What is there goes when the vhost's next
// message comes.
func (s *Shelf) SetProducers(b ProducerBounds) { s.ledger.bounds.Store(&b) }

// Retain forgets the producers of all vhosts but those.
func (s *Shelf) Retain(vhosts func(name string) bool) {
	l := &s.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, v := range l.vhosts {
		if !vhosts(name) {
			for _, p := range v.all {
				v.remove(p)
			}
			delete(l.vhosts, name)
		}
	}
	l.forgetSpent(nil)
}

// Forget forgets the producers of a vhost that goes.
func (s *Shelf) Forget(vhost string) { s.Retain(func(name string) bool { return name != vhost }) }

// record is what is stored of a producer.
type record struct {
	vhost, id   string
	epoch, last int64
	missing     []int64
}

// recordItem is one that is encoded.
type recordItem []byte

// AppendMeta implements store.Item.
func (r recordItem) AppendMeta(b []byte) []byte { return append(b, r...) }

// Payload implements store.Item.
func (r recordItem) Payload() []byte { return nil }

// encode gives the length and the text of the names, the epoch, the last number
// plus one, and how far each missing one is below the one before it, all as
// uvarints.
func (r *record) encode() recordItem {
	b := make([]byte, 0, 32+len(r.vhost)+len(r.id)+2*len(r.missing))
	for _, s := range [...]string{r.vhost, r.id} {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	b = binary.AppendUvarint(b, uint64(r.epoch))
	b = binary.AppendUvarint(b, uint64(r.last)+1)
	b = binary.AppendUvarint(b, uint64(len(r.missing)))
	above := r.last
	for _, n := range slices.Backward(r.missing) {
		b = binary.AppendUvarint(b, uint64(above-n))
		above = n
	}
	return b
}

func parseRecord(b []byte) (r record, ok bool) {
	c := cut{b, true}
	r.vhost, r.id = c.text(), c.text()
	r.epoch = int64(c.number(math.MaxInt64))
	r.last = int64(c.number(1<<63) - 1)
	n := c.number(uint64(len(c.rest)))
	above := r.last
	for range n {
		above -= int64(c.number(uint64(max(above, 0))))
		r.missing = append(r.missing, above)
	}
	slices.Reverse(r.missing)
	return r, c.ok && len(c.rest) == 0 && r.id != ""
}

// cut reads from the front of rest, as long as that is ok.
type cut struct {
	rest []byte
	ok   bool
}

func (c *cut) number(most uint64) uint64 {
	n, size := binary.Uvarint(c.rest)
	if !c.ok || size <= 0 || n > most {
		c.ok = false
		return 0
	}
	c.rest = c.rest[size:]
	return n
}

func (c *cut) text() string {
	n := c.number(uint64(len(c.rest)))
	if n > uint64(len(c.rest)) {
		c.ok = false
		return ""
	}
	s := string(c.rest[:n])
	c.rest = c.rest[n:]
	return s
}
