// Package classic is the queue of one node: first in, first out within a
// priority, in memory near its head and on disk behind it. It knows a log, and
// no exchange, no channel and no file.
package classic

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/stats"
	"github.com/hutchmq/hutchmq/store"
)

// Queue is a classic queue. Lock order: Queue.mu, then the log's and the
// consumers' locks. Confirmers and the host are called without Queue.mu.
type Queue struct {
	queue.Declaration
	options *queue.Options // shared with others, never changed
	kind    *Type
	host    queue.Host
	timeout atomic.Int64 // options.ConsumerTimeout, for who holds no lock
	lease   atomic.Int64 // options.LeaseMs, likewise
	behind  atomic.Bool  // publishers are to be held back

	mu        sync.Mutex
	log       store.Log // nil until something of a transient queue has to spill
	lanes     []lane    // by priority
	next      uint64    // sequence number of the next message
	delivered uint64    // highest that was handed out
	stored    uint64    // all up to here that the log knows is on disk
	marked    uint64    // what recovery found up to here may have been delivered before
	receipts  ring[receipt]
	consumers queue.Consumers
	selection *selection // nil: the first message goes next
	browsers  *browsers  // nil: nobody has browsed yet
	paused    bool
	closed    bool
	shut      bool // it takes and delivers nothing any more: it is closed, or ends
	overdue   bool // x-expires is over
	forgotten bool // closed for good, not only until the next start
	failed    bool // the disk is; nothing sinks any more

	ready, unacked           int
	readyBytes, unackedBytes int64
	persistent               int   // ready ones
	persistentBytes          int64 // of them
	unackedPersistent        int
	unackedPersistentBytes   int64
	resident                 int64 // bytes of messages held in memory
	taken                    int64 // bytes of bodies that ever left, to consumers
	pace                     pace
	share                    share
	expiring                 bool  // some ready message may expire
	expired                  int64 // what should have expired by then did, Unix milliseconds

	traffic   queue.Traffic
	diskReads stats.Counter // the traffic's, for who does not hold the lock
	changes   atomic.Uint64 // written with the lock held
	active    int64         // when something last happened, Unix milliseconds
	stall     stall
	age       ages
	recalled  atomic.Pointer[mark] // of the chunk read last

	keys    *keys       // nil unless it takes no message twice
	burials *burials    // nil while nothing has died
	work    *scratch    // nil at rest
	expiry  *time.Timer // nil before it is needed
	due     int64       // when expiry runs, Unix milliseconds; 0 not at all
	idle    *time.Timer // x-expires; likewise
	retries *retries    // nil until something waits for its retry
	ending  *demise     // nil while the queue lives
}

// receipt waits for the log to have stored seq.
type receipt struct {
	seq uint64
	queue.Receipt
}

// after is what a method has to do once it has let go of the lock.
type after struct {
	unit               queue.Unit // what all is a part of; nil if of none
	confirmed, refused []queue.Receipt
	most               int // receipts, about
	repeated           int // messages that were there already
	died               bool
	gone               bool
	sending            queue.Sending
}

// Publish implements queue.Queue.
func (q *Queue) Publish(burst []queue.Publication) { q.PublishIn(nil, burst) }

// PublishIn implements queue.Transactional. A nil unit is none.
func (q *Queue) PublishIn(u queue.Unit, burst []queue.Publication) {
	then := after{unit: u, most: len(burst)}
	q.mu.Lock()
	now := q.kind.clock()
	q.arrive(len(burst), now)
	for i := range burst {
		q.enqueue(&burst[i], now, &then)
	}
	q.record(u)
	q.advance(now, &then)
	q.mu.Unlock()
	q.finish(&then)
}

// arrive counts n messages that come now.
func (q *Queue) arrive(n int, now int64) {
	if q.shut {
		return
	}
	q.traffic[queue.Published] += uint64(n)
	if q.ready == 0 && q.unacked == 0 && q.retries.len() == 0 {
		q.age.reset()
	}
	if q.age.due(now) {
		q.age.note(q.next, now, q.oldest())
	}
}

// enqueue gives p its number and its place.
func (q *Queue) enqueue(p *queue.Publication, now int64, then *after) {
	m := p.Message
	if q.shut {
		// A queue that is gone has handled its messages (RabbitMQ: confirms);
		// one that will be back has not, and nobody is left to be told.
		if q.forgotten || q.ending != nil {
			then.confirm(p.Receipt)
		} else {
			p.Message = nil
		}
		return
	}
	if q.keys != nil && q.repeats(p, then) {
		return
	}
	if q.full(m) && !q.relieve(m, now, then) {
		then.refuse(p.Receipt)
		p.Message = nil
		if q.options.Overflow == queue.RejectPublishDLX {
			q.die(newEntry(m, 0), queue.MaxLen, then)
		}
		return
	}
	l := q.lane(m)
	e := newEntry(m, l.number)
	e.seq, e.expiry = q.next, q.expiryOf(m, now)
	q.next++
	e.persistent = q.kind.persists(m)
	durable := q.Durable && e.persistent
	deep := q.deepen(l, m, durable)
	if durable || deep {
		e.logged = true
		q.stage(&e, l, now, !durable)
	}
	l.append(e, deep)
	if q.keys != nil {
		q.remember(&e, durable)
	}
	q.count(&e, 1)
	q.hold(&e, 1)
	if e.expiry > 0 && e.expiry < l.peak {
		q.index(l, &e)
	}
	switch {
	case p.Receipt.To == nil:
	case durable:
		q.receipts.pushBack(receipt{e.seq, p.Receipt})
	default:
		then.confirm(p.Receipt)
	}
}

// persists reports whether m is a persistent message to t: to quorum queues
// all are.
func (t *Type) persists(m *message.Message) bool {
	return m.Persistent || t.kind == queue.Quorum
}

// lane is where messages of m's priority wait, as far as the queue tells
// priorities apart.
func (q *Queue) lane(m *message.Message) *lane {
	return &q.lanes[min(int(m.Priority), len(q.lanes)-1)]
}

// count adds or takes e from what is ready.
func (q *Queue) count(e *entry, by int) {
	q.ready += by
	q.readyBytes += int64(by) * int64(e.size)
	if e.persistent {
		q.persistent += by
		q.persistentBytes += int64(by) * int64(e.size)
	}
	q.expiring = q.expiring || e.expiry > 0
}

// hold adds or takes e from what is in memory.
func (q *Queue) hold(e *entry, by int) {
	if e.m == nil {
		return
	}
	n := int64(by * e.m.Footprint())
	q.resident += n
	q.kind.resident.Add(n)
}

// advance does what became possible: deliver, expire, keep the bounds, read
// ahead.
func (q *Queue) advance(now int64, then *after) {
	if q.closed {
		return
	}
	if q.retries != nil {
		q.revive(now, then)
	}
	q.pump(now, then)
	waiting := q.ready
	q.expire(now, then)
	q.trim(then)
	if q.ready < waiting { // what left may have had to be read before the rest
		q.pump(now, then)
	}
	q.readAhead()
	if q.browsers != nil {
		q.browsers.announce(q.next)
	}
	q.changed(now)
	q.noteBehind(now)
	q.rest()
}

// finish carries out what had to wait for the lock to be free.
func (q *Queue) finish(then *after) {
	then.sending.Send()
	if then.died {
		q.bury(then.unit)
	}
	confirm(then.confirmed, true)
	confirm(then.refused, false)
	if h, ok := q.host.(queue.Repeated); then.repeated > 0 && ok {
		h.Repeated(then.repeated)
	}
	if then.gone {
		q.host.Gone()
	}
}

func (t *after) confirm(r queue.Receipt) { t.confirmed = t.add(t.confirmed, r) }

func (t *after) refuse(r queue.Receipt) { t.refused = t.add(t.refused, r) }

// add appends r, if anybody wants it, to a list that is allocated once.
func (t *after) add(list []queue.Receipt, r queue.Receipt) []queue.Receipt {
	if r.To == nil {
		return list
	}
	if list == nil {
		list = make([]queue.Receipt, 0, t.most)
	}
	return append(list, r)
}

// confirm tells each confirmer of rs once for each run of its receipts.
func confirm(rs []queue.Receipt, stored bool) {
	if len(rs) == 0 {
		return
	}
	seqs := make([]uint64, 0, len(rs))
	for i := range rs {
		seqs = append(seqs, rs[i].Seq)
		if i+1 == len(rs) || rs[i+1].To != rs[i].To {
			rs[i].To.Confirm(seqs, stored)
			seqs = seqs[:0]
		}
	}
}

// Consume implements queue.Queue.
func (q *Queue) Consume(c queue.Consumer, o queue.ConsumeOptions) error {
	wishes, err := q.newChooser(&o)
	if err != nil {
		return err
	}
	if b, err := q.newBrowser(c, o, wishes); err != nil {
		return err
	} else if b != nil {
		return q.browse(b)
	}
	var then after
	q.mu.Lock()
	if q.shut {
		q.mu.Unlock()
		return amqp.NoQueue.New(q.Declaration)
	}
	if err := q.admit(c, o, wishes); err != nil {
		q.mu.Unlock()
		return err
	}
	q.used()
	q.advance(q.kind.clock(), &then)
	q.mu.Unlock()
	q.finish(&then)
	return nil
}

// Cancel implements queue.Queue.
func (q *Queue) Cancel(c queue.Consumer) {
	var then after
	q.mu.Lock()
	if b := q.browsers.of(c); b != nil {
		b.end()
		q.used()
		q.changed(q.kind.clock())
	} else if q.dismiss(c) {
		q.used()
		then.gone = q.AutoDelete && q.consumers.Len() == 0 && !q.closed
		q.advance(q.kind.clock(), &then)
	}
	q.mu.Unlock()
	q.finish(&then)
}

// Resume implements queue.Queue.
func (q *Queue) Resume(c queue.Consumer) {
	var then after
	q.mu.Lock()
	if b := q.browsers.of(c); b != nil {
		b.resume()
	} else if q.consumers.Resume(c) {
		q.advance(q.kind.clock(), &then)
	}
	q.mu.Unlock()
	q.finish(&then)
}

// Renew implements queue.Leased.
func (q *Queue) Renew() {
	q.mu.Lock()
	q.used()
	q.mu.Unlock()
}

// ConsumerTimeoutMs implements queue.Timed.
func (q *Queue) ConsumerTimeoutMs() int64 { return q.timeout.Load() }

// LeaseMs implements queue.Lender.
func (q *Queue) LeaseMs() int64 { return q.lease.Load() }

// Stat implements queue.Queue.
func (q *Queue) Stat() queue.Stat {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.stat()
}

func (q *Queue) stat() queue.Stat {
	s := queue.Stat{
		Ready: q.ready, Unacked: q.unacked, ReadyBytes: q.readyBytes, UnackedBytes: q.unackedBytes,
		Persistent: q.persistent, Consumers: q.consumers.Len() + q.browsers.len(), ResidentBytes: q.resident, Paused: q.paused,
	}
	s.Delayed, s.DelayedBytes = q.delayed()
	for i := range q.lanes {
		s.Resident += q.lanes[i].head.waiting() + q.lanes[i].tail.waiting()
	}
	return s
}

// Close implements queue.Queue.
func (q *Queue) Close(forget bool) {
	var then after
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return
	}
	q.closed, q.shut, q.forgotten = true, true, forget
	stop(q.expiry)
	stop(q.idle)
	if q.retries != nil {
		stop(q.retries.timer)
	}
	q.unselect()
	q.kind.resident.Add(-q.resident)
	q.resident = 0
	q.changed(q.kind.clock())
	if forget {
		q.consumers.Each(func(m *queue.Member) { m.Cancelled() })
		q.browsers.each(func(b *browser) { b.c.Cancelled() })
		for q.receipts.len() > 0 {
			then.confirm(q.receipts.popFront().Receipt)
		}
		for i := range q.lanes {
			q.lanes[i] = lane{number: uint8(i)}
		}
		q.retries = nil
	}
	q.browsers.each((*browser).end)
	if q.log != nil && forget {
		q.log.Drop()
	} else if q.log != nil {
		q.log.Mark(q.delivered)
		q.log.Close()
	}
	q.mu.Unlock()
	q.finish(&then)
}
