package dedup

import (
	"time"

	"github.com/hutchmq/hutchmq/store"
)

// Bounds of an index.
type Bounds struct {
	MaxKeys int   // beyond it the oldest go
	TTLMs   int64 // how long a key is remembered if its message says nothing; 0: until it has to go
}

// MaxKeys is the most that an index may hold.
const MaxKeys = 10_000_000

// Index is the keys that an exchange remembers. It may be used from anywhere.
type Index struct {
	book
	hasher  *Hasher
	bounds  Bounds
	clock   func() int64
	table   Table // an entry's Mark is its fate
	pending map[Key]*KeyClaim
	spent   []uint64 // left the table; the log does not know yet
	staging []store.Entry
	evicted uint64
}

// fate is when a key is forgotten, Unix milliseconds, 0 never; and in the lowest
// bit whether the log has it.
type fate int64

func newFate(expiry int64, lasting bool) fate {
	f := fate(expiry) << 1
	if lasting {
		f |= 1
	}
	return f
}

func (f fate) expiry() int64 { return int64(f) >> 1 }
func (f fate) lasting() bool { return f&1 != 0 }

func (f fate) expired(now int64) bool { return f.expiry() > 0 && f.expiry() <= now }

// KeyClaim is a Claim to a key.
type KeyClaim struct {
	Claim
	key     Key
	expiry  int64
	lasting bool
}

// AppendMeta implements store.Item.
func (c *KeyClaim) AppendMeta(b []byte) []byte { return c.key.append(b) }

// Payload implements store.Item.
func (c *KeyClaim) Payload() []byte { return nil }

// Index opens the index with that number, with what is stored of it if it is
// durable. One of a number may be open at a time.
func (s *Shelf) Index(id uint64, durable bool, o Bounds) (*Index, error) {
	x := &Index{hasher: s.hasher, bounds: o, clock: s.clock, pending: map[Key]*KeyClaim{}}
	if !durable {
		return x, nil
	}
	log, err := s.store.Log(id, true, x)
	if err != nil {
		return nil, err
	}
	x.log = log
	return x, x.recover()
}

// recover takes up what the log holds.
func (x *Index) recover() error {
	for _, n := range x.log.Lanes() {
		x.next = max(x.next, n.Last)
	}
	x.stored = x.next
	now := x.clock()
	err := readAll(x.log, func(s store.Stored) {
		k, ok := parseKey(s.Meta)
		if f := newFate(s.Expiry, true); ok && !f.expired(now) {
			x.remove(k)
			x.table.Add(Entry{k, s.Seq, int64(f)})
		} else {
			x.spent = append(x.spent, s.Seq)
		}
	})
	x.shrink(now)
	x.forgetSpent(nil)
	return err
}

// chunkBytes is how much of a log is read at a time.
const chunkBytes = 1 << 20

// readAll yields all that was stored when the log was opened.
func readAll(log store.Log, yield func(store.Stored)) error {
	for _, n := range log.Lanes() {
		for from := n.First; from <= n.Last; {
			last := n.Last
			err := log.Read(n.Lane, from, chunkBytes, func(s store.Stored) bool {
				last = s.Seq
				yield(s)
				return true
			})
			if err != nil {
				return err
			}
			from = last + 1
		}
	}
	return nil
}

// Sum is the Key of a text of a class, in this index.
func (x *Index) Sum(class byte, text []byte) Key { return x.hasher.Sum(class, text) }

// Claim claims k for a message, which is remembered for ttlMs; -1 is as long as
// the index says. c is nil when o came before.
func (x *Index) Claim(k Key, ttlMs int64) (c *KeyClaim, o Original) {
	now := x.clock()
	x.mu.Lock()
	defer x.mu.Unlock()
	if p := x.pending[k]; p != nil {
		return nil, Original{b: &x.book, claim: &p.Claim}
	}
	if e := x.table.Find(k); e != nil {
		f := fate(e.Mark)
		if !f.expired(now) {
			o = Original{b: &x.book}
			if f.lasting() {
				o.seq = e.Seq
			}
			return nil, o
		}
		x.remove(k)
	}
	c = &KeyClaim{Claim: Claim{b: &x.book}, key: k, expiry: x.expiryAt(now, ttlMs)}
	x.pending[k] = c
	return c, o
}

func (x *Index) expiryAt(now, ttlMs int64) int64 {
	if ttlMs < 0 {
		ttlMs = x.bounds.TTLMs
	}
	if ttlMs == 0 {
		return 0
	}
	return now + ttlMs
}

// Put remembers what was claimed, as a part of u, in which its message is; those
// that are not lasting only until the process ends.
func (x *Index) Put(u store.Unit, c *KeyClaim, lasting bool) {
	var out answers
	now := x.clock()
	x.mu.Lock()
	x.next++
	c.lasting = lasting && x.log != nil
	delete(x.pending, c.key)
	x.table.Add(Entry{c.key, x.next, int64(newFate(c.expiry, c.lasting))})
	x.shrink(now)
	if c.lasting {
		x.staging = append(x.staging[:0], store.Entry{Seq: x.next, Time: now, Expiry: c.expiry, Item: c})
		x.put(u, x.staging)
		clear(x.staging)
		c.end(done, x.next, &out)
	} else {
		c.end(done, 0, &out)
	}
	x.forgetSpent(u)
	x.mu.Unlock()
	out.give()
}

// Drop gives up what was claimed: it may come again.
func (x *Index) Drop(c *KeyClaim) {
	var out answers
	x.mu.Lock()
	delete(x.pending, c.key)
	c.end(dropped, 0, &out)
	x.mu.Unlock()
	out.give()
}

// maxShrink bounds how many expired keys one call forgets.
const maxShrink = 64

// shrink forgets the oldest: those that are too many, and some that expired.
func (x *Index) shrink(now int64) {
	for n := 0; ; n++ {
		e := x.table.Oldest()
		switch {
		case e == nil:
			return
		case x.table.Len() > x.bounds.MaxKeys:
			if !fate(e.Mark).expired(now) {
				x.evicted++
			}
		case n >= maxShrink || !fate(e.Mark).expired(now):
			return
		}
		x.remove(e.Key)
	}
}

// remove takes k out of the table, if it is there.
func (x *Index) remove(k Key) {
	e := x.table.Find(k)
	if e == nil {
		return
	}
	if fate(e.Mark).lasting() {
		x.spent = append(x.spent, e.Seq)
	}
	x.table.Remove(k)
}

// forgetSpent tells the log what left the table.
func (x *Index) forgetSpent(u store.Unit) {
	x.settle(u, x.spent)
	x.spent = x.spent[:0]
}

// Has reports whether k is remembered, and until when, Unix milliseconds, 0 for
// as long as there is room.
func (x *Index) Has(k Key) (expiry int64, ok bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	e := x.table.Find(k)
	if e == nil || fate(e.Mark).expired(x.clock()) {
		return 0, false
	}
	return fate(e.Mark).expiry(), true
}

// Forget forgets k, and tells whether it was there.
func (x *Index) Forget(k Key) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	there := x.table.Find(k) != nil
	x.remove(k)
	x.forgetSpent(nil)
	return there
}

// Clear forgets all keys, and says how many they were.
func (x *Index) Clear() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	n := x.table.Len()
	x.table = Table{}
	if x.log != nil {
		x.log.SettleRange(0, 0, x.next)
	}
	return n
}

// Size is an index in numbers.
type Size struct {
	Keys    int // those that have expired and were not looked at since included
	Bytes   int64
	Evicted uint64 // since the start: they had to go before their time
	Bounds
}

// Size is x in numbers.
func (x *Index) Size() Size {
	x.mu.Lock()
	defer x.mu.Unlock()
	return Size{x.table.Len(), x.table.Bytes(), x.evicted, x.bounds}
}

// Close ends the index; with forget what is stored of it goes too.
func (x *Index) Close(forget bool) { x.close(forget) }

// now is the time in Unix milliseconds.
func now() int64 { return time.Now().UnixMilli() }
