package classic

import (
	"slices"

	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/store"
)

// death is a message that left the queue unwanted, and where it goes.
type death struct {
	entry
	why      queue.Reason
	exchange string
	key      *string
}

const (
	// maxDead is how many deaths may wait for the one who buries them. Beyond
	// it those who cause more take part, at the price of their order.
	maxDead = 1024
	// maxBurial is how many deaths one unit has.
	maxBurial = 256
)

// burials are a queue's dead.
type burials struct {
	waiting   ring[death] // to be buried, in order
	busy      bool        // somebody buries
	graves    [][]death   // what they just have in hand
	mortality queue.Mortality
}

// graveyard is the queue's, from its first death on.
func (q *Queue) graveyard() *burials {
	if q.burials == nil {
		q.burials = new(burials)
	}
	return q.burials
}

// burial is a unit in which messages move to where they are dead-lettered.
// What dies of it in other queues is buried after it: a chain of queues must
// not become a chain of calls.
type burial struct {
	store.Unit
	next []*Queue // where something died
}

// Within implements queue.Wrapped.
func (b *burial) Within() queue.Unit { return b.Unit }

// inStore is u as the store knows it, nil if there is none.
func inStore(u queue.Unit) store.Unit {
	if b, ok := u.(*burial); ok {
		return b.Unit
	}
	return u
}

// die has e buried once the lock is free; without a dead-letter exchange it is
// over at once.
func (q *Queue) die(e entry, why queue.Reason, then *after) {
	b := q.graveyard()
	q.forget(e.seq)
	switch x := q.options.DeadExchange; {
	case x != nil:
		q.kind.deadLettered.count(why)
		b.mortality.DeadLettered.Count(why)
		b.waiting.pushBack(death{e, why, *x, q.options.DeadKey})
		then.died = true
	default:
		q.kind.dropped.count(why)
		b.mortality.Dropped.Count(why)
		if e.logged {
			q.settled(e.seq)
		}
	}
}

// bury dead-letters what died in q, as a part of u, and what dies of that in
// turn. Inside a burial it only notes that there is something to bury.
func (q *Queue) bury(u queue.Unit) {
	if b, ok := u.(*burial); ok {
		if !slices.Contains(b.next, q) {
			b.next = append(b.next, q)
		}
		return
	}
	for todo := []*Queue{q}; len(todo) > 0; todo = todo[1:] {
		todo = append(todo, todo[0].buryOwn(u)...)
	}
}

// buryOwn buries what died in q, one goroutine at a time so that the order
// stays. It returns the queues where something died of it.
func (q *Queue) buryOwn(u store.Unit) (next []*Queue) {
	q.mu.Lock()
	defer q.mu.Unlock()
	o := q.graveyard()
	for o.waiting.len() > 0 && (!o.busy || o.waiting.len() > maxDead) {
		dead := q.nextDead(u)
		if len(dead) == 0 {
			if o.waiting.len() > 0 {
				q.kind.loader.add(func() { q.bury(nil) })
			}
			return next
		}
		first := !o.busy
		o.busy = true
		o.graves = append(o.graves, dead)
		q.mu.Unlock()
		b := &burial{Unit: u}
		q.deadLetter(b, dead)
		next = append(next, b.next...)
		q.mu.Lock()
		o.graves = slices.DeleteFunc(o.graves, func(g []death) bool { return &g[0] == &dead[0] })
		if first {
			o.busy = false
		}
	}
	q.noteEnd()
	return next
}

// nextDead takes what is to be buried together. A foreign unit must not wait
// for the disk, so that what has to be read ends it. Once the queue is closed
// that stays on disk, to die again, or went with the queue.
func (q *Queue) nextDead(u store.Unit) (dead []death) {
	for w := &q.burials.waiting; len(dead) < maxBurial && w.len() > 0; {
		hollow := w.at(0).m == nil
		if hollow && !q.closed && u != nil {
			break
		}
		if d := w.popFront(); !hollow || !q.closed {
			dead = append(dead, d)
		}
	}
	return dead
}

// deadLetter hands dead to the host in b, and settles what of it the log
// knows: a crash leaves a message here or there, and not in both places. If b
// has no unit, there is one of its own.
func (q *Queue) deadLetter(b *burial, dead []death) {
	if b.Unit == nil {
		q.recall(dead)
		b.Unit = q.kind.store.Begin()
		defer b.Commit()
	}
	var done []uint64
	for i := range dead {
		d := &dead[i]
		if d.m == nil || !q.host.DeadLetter(b, d.m, d.exchange, d.key, d.why) {
			continue // what is stored stays, to die after the next start
		}
		if d.logged {
			done = append(done, d.seq)
		}
	}
	q.mu.Lock()
	if len(done) > 0 && !q.forgotten {
		q.log.SettleIn(b.Unit, done)
		q.reveal(done)
	}
	q.mu.Unlock()
}

// recall reads the messages of hollow entries.
func (q *Queue) recall(dead []death) {
	for i := range dead {
		if d := &dead[i]; d.m == nil {
			d.m = q.reread(&d.entry)
		}
	}
}
