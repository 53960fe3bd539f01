package dedup

import (
	"cmp"
	"slices"

	"github.com/hutchmq/hutchmq/store"
)

// Producers keeps, for each producer of a vhost, its epoch and the highest
// number it gave a message. It may be used from anywhere.
type Producers struct {
	l              *ledger // whose lock guards what follows
	vhost          string
	all            map[string]*producer
	oldest, newest *producer // by when they published last
	missing        int       // numbers, of all of them
	evicted        uint64
}

// producer is one of them.
type producer struct {
	id          string
	epoch, last int64
	missing     []int64 // below last, and may still come: queues refused them. Ascending
	pending     []*NumberClaim
	usedMs      int64
	seq         uint64 // of its record, 0 when there is none
	dirty       bool   // its record is to be written
	prev, next  *producer
}

// How many refused numbers may come again: those of a producer, and of all in a
// vhost.
const (
	maxMissing    = 1000
	maxMissingAll = 1_000_000
)

// NumberClaim is a Claim to a number.
type NumberClaim struct {
	Claim
	p        *producer
	epoch, n int64
}

// Verdict is what is to become of a message with a number.
type Verdict uint8

// The verdicts.
const (
	Fresh   Verdict = iota // it is new
	Again                  // it came before
	Fenced                 // a later epoch has begun
	Refused                // too many of the producer's messages were refused and not sent again
)

// Claim claims number n of a producer. Whether it is Fresh, with a claim, or
// came before, with an original, the epoch is the one that holds now.
func (v *Producers) Claim(id []byte, epoch, n int64) (c *NumberClaim, o Original, now int64, what Verdict) {
	v.l.mu.Lock()
	defer v.l.mu.Unlock()
	p := v.producer(id, epoch)
	switch {
	case epoch < p.epoch:
		return nil, o, p.epoch, Fenced
	case epoch > p.epoch:
		v.missing -= len(p.missing)
		p.epoch, p.last, p.missing = epoch, -1, nil
	}
	if n > p.last {
		if len(p.missing) >= maxMissing || v.missing >= maxMissingAll && len(p.missing) > 0 {
			return nil, o, epoch, Refused
		}
		p.last = n
	} else if i, ok := slices.BinarySearch(p.missing, n); ok {
		p.missing = slices.Delete(p.missing, i, i+1)
		v.missing--
	} else {
		return nil, p.original(&v.l.book, n), epoch, Again
	}
	c = &NumberClaim{Claim: Claim{b: &v.l.book}, p: p, epoch: epoch, n: n}
	p.pending = append(p.pending, c)
	return c, o, epoch, Fresh
}

// original is what brought number n of the epoch of p.
func (p *producer) original(b *book, n int64) Original {
	for _, c := range p.pending {
		if c.epoch == p.epoch && c.n == n {
			return Original{b: b, claim: &c.Claim}
		}
	}
	return Original{b: b, seq: p.seq}
}

// producer finds the producer, or makes it.
func (v *Producers) producer(id []byte, epoch int64) *producer {
	now := v.l.clock()
	p := v.all[string(id)]
	if p == nil || len(p.pending) == 0 && v.idle(p, now) {
		v.remove(p)
		p = &producer{id: string(id), epoch: epoch, last: -1}
		v.makeRoom(now)
		v.add(p)
	} else if v.newest != p {
		v.unlink(p)
		v.link(p)
	}
	p.usedMs = now
	return p
}

func (v *Producers) idle(p *producer, now int64) bool {
	return p.usedMs+v.l.bounds.Load().IdleMs <= now
}

// makeRoom lets those go that have been idle for too long, and whoever has been
// so for longest if there are still too many. Who has a claim stays.
func (v *Producers) makeRoom(now int64) {
	for p, n := v.oldest, 0; p != nil && n < maxShrink; n++ {
		old, full := v.idle(p, now), len(v.all) >= v.l.bounds.Load().Max
		if !old && !full {
			return
		}
		next := p.next
		if len(p.pending) == 0 {
			v.remove(p)
			if !old {
				v.evicted++
			}
		}
		p = next
	}
}

func (v *Producers) add(p *producer) {
	v.all[p.id] = p
	v.missing += len(p.missing)
	v.link(p)
}

func (v *Producers) link(p *producer) {
	p.prev, p.next = v.newest, nil
	if v.newest != nil {
		v.newest.next = p
	} else {
		v.oldest = p
	}
	v.newest = p
}

func (v *Producers) unlink(p *producer) {
	if p.prev != nil {
		p.prev.next = p.next
	} else {
		v.oldest = p.next
	}
	if p.next != nil {
		p.next.prev = p.prev
	} else {
		v.newest = p.prev
	}
}

// remove forgets p, which may be nil.
func (v *Producers) remove(p *producer) {
	if p == nil {
		return
	}
	delete(v.all, p.id)
	v.unlink(p)
	v.missing -= len(p.missing)
	if p.seq > 0 {
		v.l.spent = append(v.l.spent, p.seq)
	}
	p.seq = 0
}

// Put remembers the numbers that were claimed, as a part of u, in which their
// messages are. lasting tells of each whether its message is to survive the
// process: what does not is not stored of its producer either.
func (v *Producers) Put(u store.Unit, cs []*NumberClaim, lasting func(i int) bool) {
	var out answers
	l := v.l
	l.mu.Lock()
	var dirty []*producer
	for i, c := range cs {
		c.p.drop(c)
		if lasting(i) && l.log != nil && !l.closed && v.all[c.p.id] == c.p && c.epoch == c.p.epoch && !c.p.dirty {
			c.p.dirty = true
			dirty = append(dirty, c.p)
		}
	}
	entries := make([]store.Entry, 0, len(dirty))
	for _, p := range dirty {
		if p.seq > 0 {
			l.spent = append(l.spent, p.seq)
		}
		l.next++
		p.seq, p.dirty = l.next, false
		entries = append(entries, store.Entry{Seq: p.seq, Time: p.usedMs, Item: v.record(p).encode()})
	}
	l.put(u, entries)
	l.forgetSpent(u)
	for i, c := range cs {
		seq := uint64(0)
		if lasting(i) {
			seq = c.p.seq
		}
		c.end(done, seq, &out)
	}
	l.mu.Unlock()
	out.give()
}

// drop takes c from what is pending.
func (p *producer) drop(c *NumberClaim) {
	switch i := slices.Index(p.pending, c); {
	case i == 0: // as mostly
		p.pending = p.pending[1:]
	case i > 0:
		p.pending = slices.Delete(p.pending, i, i+1)
	}
}

// record is what is to be stored of p. What is pending is not on its way to the
// disk with it, and so may come again after a crash.
func (v *Producers) record(p *producer) *record {
	r := &record{vhost: v.vhost, id: p.id, epoch: p.epoch, last: p.last, missing: p.missing}
	if len(p.pending) == 0 {
		return r
	}
	r.missing = slices.Clone(p.missing)
	for _, c := range p.pending {
		if c.epoch == p.epoch {
			r.missing = append(r.missing, c.n)
		}
	}
	slices.Sort(r.missing)
	return r
}

// Drop gives up numbers that were claimed, which may come again: higher ones may
// have come meanwhile.
func (v *Producers) Drop(cs []*NumberClaim) {
	if len(cs) == 0 {
		return
	}
	var out answers
	v.l.mu.Lock()
	for _, c := range cs {
		c.p.drop(c)
		c.end(dropped, 0, &out)
		if i, there := slices.BinarySearch(c.p.missing, c.n); c.epoch == c.p.epoch && !there && v.all[c.p.id] == c.p {
			c.p.missing = slices.Insert(c.p.missing, i, c.n)
			v.missing++
		}
	}
	v.l.mu.Unlock()
	out.give()
}

// Producer is a producer as people look at it.
type Producer struct {
	ID          string
	Epoch, Last int64
	Missing     int   // numbers below Last that were refused, and may come again
	UsedMs      int64 // when it published last, Unix milliseconds
}

// List lists the producers, sorted by ID.
func (v *Producers) List() []Producer {
	v.l.mu.Lock()
	list, now := make([]Producer, 0, len(v.all)), v.l.clock()
	for _, p := range v.all {
		if !v.idle(p, now) {
			list = append(list, Producer{p.id, p.epoch, p.last, len(p.missing), p.usedMs})
		}
	}
	v.l.mu.Unlock()
	slices.SortFunc(list, func(a, b Producer) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// Forget forgets a producer, whose next message may have any number, and tells
// whether it was there.
func (v *Producers) Forget(id string) bool {
	v.l.mu.Lock()
	defer v.l.mu.Unlock()
	p := v.all[id]
	v.remove(p)
	v.l.forgetSpent(nil)
	return p != nil
}

// Counts says how many producers there are, and how many have had to go before
// their time since the start.
func (v *Producers) Counts() (now int, evicted uint64) {
	v.l.mu.Lock()
	defer v.l.mu.Unlock()
	return len(v.all), v.evicted
}
