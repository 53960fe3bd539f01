// Package delay holds messages until they are due: one Holder a vhost, a log
// for what is held and an index of when it is due. It knows a log, records and
// the time, and nothing of exchanges, queues or users.
package delay

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/store"
)

// Held is a message on its way into a Holder.
type Held struct {
	Message *message.Message
	Due     int64 // Unix milliseconds
	Receipt queue.Receipt
}

// Due is something whose time has come.
type Due struct {
	ID      uint64
	At      int64            // when it was due, Unix milliseconds
	Message *message.Message // nil of a note; it is the receiver's, and was held: see message.Undelayed
	Note    []byte           // what was given to Plan
}

// Target is where things go that are due: a vhost.
type Target interface {
	// Fire routes what is due, in this order, into queues that store it as a
	// part of u, and says how many of the messages went nowhere. It is called
	// by one goroutine at a time, without a lock of the Holder.
	Fire(u queue.Unit, list []Due) (dropped int)
}

// Delays are the Holders of a node.
type Delays struct {
	store  store.Store
	nextID func(durable bool) (uint64, error) // of logs
	limits limits
	clock  func() time.Time
	once   sync.Once // closes stop
	stop   chan struct{}
	done   sync.WaitGroup
}

// New keeps what is held in st. nextID numbers its logs.
func New(st store.Store, nextID func(durable bool) (uint64, error)) *Delays {
	return &Delays{store: st, nextID: nextID, limits: defaultLimits, clock: time.Now, stop: make(chan struct{})}
}

// Close ends what goes on behind the Holders' backs. They are closed.
func (d *Delays) Close() {
	d.once.Do(func() { close(d.stop) })
	d.done.Wait()
}

// limits bound what a Holder has in memory, and at once.
type limits struct {
	near      int           // of the next to be due, in memory
	crowd     int           // that came and are not in the index
	batch     int           // fired together
	sweep     int           // read together, sooner than they are due
	ahead     time.Duration // how much sooner at most,
	lead      time.Duration // and at least
	bytes     int           // of bodies read together, about
	pieces    int           // of the index written together
	ripe      time.Duration // after which what came goes into the index
	recheck   time.Duration // between looks at the clock, which may jump
	patience  time.Duration // before what failed is tried again
	seqsAhead uint64        // that a start passes over: they may have been given out
}

var defaultLimits = limits{
	near: 64 << 10, crowd: 16 << 10, batch: 512, sweep: 4 << 10, ahead: time.Second, lead: 400 * time.Millisecond,
	bytes: 8 << 20, pieces: 1900,
	ripe: time.Second, recheck: time.Second, patience: time.Second, seqsAhead: 1 << 20,
}

// The lanes of the log.
const (
	messages uint8 = iota
	notes
	signs // that a unit is on disk: see parting
)

// Holder holds what is to be routed later in one vhost. All methods may be
// called concurrently.
//
// Lock order: reading, firing, indexing, mu, then the log's. What follows in each is
// guarded by it.
type Holder struct {
	d     *Delays
	Vhost string
	to    Target
	id    uint64 // of the log
	log   store.Log
	found store.Lane // of messages
	noted store.Lane // of notes

	reading sync.Mutex // held while what is due soon is read
	firing  sync.Mutex // held while something leaves

	indexing sync.Mutex // held while the index is read or written
	indexed  uint64     // all up to here is in the index, or gone for good
	stock    map[string]Count

	mu        sync.Mutex
	closed    bool
	forgotten bool // closed for good
	failed    error
	next      uint64 // sequence number
	began     uint64 // what has a smaller one came before the start; constant
	stored    uint64 // all up to here is on disk
	receipts  queueOf[receipt]
	near      heap
	horizon   place    // what is due there or later need not be in near
	fresh     []fresh  // what is not in the index, by seq
	soon      []leaver // what is read, in the order of being due; nobody has claimed it
	soonBytes int
	leaving   map[uint64]struct{} // what is on its way out
	partings  queueOf[parting]
	gone      []gone // for good, to be taken out of the index
	held      map[string]*Count

	counters Counters
	readers  chan struct{} // something may be due earlier
	kick     chan struct{} // something was read
	index    chan struct{} // the index needs care
	ready    chan struct{} // closed when the index has what was found
	stop     chan struct{}
	done     sync.WaitGroup
}

// receipt waits for the log to have stored seq.
type receipt struct {
	seq uint64
	queue.Receipt
}

// Hold takes a burst, as a part of u if that is not nil. Each receipt that
// wants one gets one Confirm: for a persistent message when it is on disk. The
// slice is the caller's again.
func (h *Holder) Hold(u queue.Unit, burst []Held) {
	var at, refused []queue.Receipt
	h.mu.Lock()
	if h.closed || h.failed != nil {
		failed, forgotten := h.failed != nil, h.forgotten
		h.mu.Unlock()
		for i := range burst {
			refused = append(refused, burst[i].Receipt)
		}
		if failed || forgotten { // one that will be back has handled nothing
			confirm(refused, !failed)
		}
		return
	}
	es := make([]store.Entry, 0, len(burst))
	now := h.d.clock().UnixMilli()
	earlier := false
	for i := range burst {
		b := &burst[i]
		f := fresh{
			item: item{place: place{b.Due, h.next}, lane: messages}, came: now, bytes: len(b.Message.Body),
			exchange: b.Message.Exchange, key: b.Message.RoutingKey, transient: !b.Message.Persistent,
		}
		es = append(es, store.Entry{Seq: h.next, Lane: messages, Transient: f.transient, Time: now, Expiry: b.Due, Item: b.Message})
		earlier = h.take(f) || earlier
		switch {
		case b.Receipt.To == nil:
		case f.transient:
			at = append(at, b.Receipt)
		default:
			h.receipts.push(receipt{f.Seq, b.Receipt})
		}
	}
	h.put(u, es)
	h.mu.Unlock()
	h.counters.Delayed.Add(uint64(len(burst)))
	if earlier {
		wake(h.readers)
	}
	confirm(at, true)
}

// Plan holds a note until at (Unix milliseconds), as a part of u if that is not
// nil, and gives its number. Fire gives it back, to whoever knows what it says.
func (h *Holder) Plan(u queue.Unit, at int64, text []byte) (id uint64) {
	h.mu.Lock()
	if h.closed || h.failed != nil {
		h.mu.Unlock()
		return 0
	}
	id = h.next
	now := h.d.clock().UnixMilli()
	e := store.Entry{Seq: h.next, Lane: notes, Time: now, Expiry: at, Item: note(text)}
	earlier := h.take(fresh{item: item{place: place{at, h.next}, lane: notes}, came: now})
	h.put(u, []store.Entry{e})
	h.mu.Unlock()
	if earlier {
		wake(h.readers)
	}
	return id
}

// put hands entries to the log.
func (h *Holder) put(u queue.Unit, es []store.Entry) {
	if u != nil {
		h.log.PutIn(u, es)
	} else {
		h.log.Put(es)
	}
}

// take notes what has just come under the number h.next, and tells whether it
// is the next to be due.
func (h *Holder) take(f fresh) (first bool) {
	h.next++
	h.fresh = append(h.fresh, f)
	h.count(&f, 1)
	if f.place.before(h.horizon) {
		h.near.push(f.item)
		first = h.near.first().Seq == f.Seq
		h.trim()
	}
	if len(h.fresh) == h.d.limits.crowd {
		wake(h.index)
	}
	return first
}

// trim moves the horizon closer when too much is in near. What lies behind it
// is in the index, or will be.
func (h *Holder) trim() {
	if len(h.near) > h.d.limits.near {
		h.horizon = h.near.halve()
	}
}

// Stored implements store.Owner.
func (h *Holder) Stored(through uint64, err error) {
	var told []queue.Receipt
	h.mu.Lock()
	if err != nil {
		h.failed = err
	} else {
		h.stored = max(h.stored, through)
	}
	for h.receipts.len() > 0 && h.receipts.first().seq <= through {
		told = append(told, h.receipts.pop().Receipt)
	}
	var signs []uint64
	for err == nil && h.partings.len() > 0 && h.partings.first().sign <= through {
		p := h.partings.pop()
		h.parted(p.list)
		signs = append(signs, p.sign)
	}
	due := len(h.near) > 0 && h.near.first().Seq <= through
	h.mu.Unlock()
	if len(signs) > 0 {
		h.log.Settle(signs)
	}
	if due {
		wake(h.readers)
	}
	confirm(told, err == nil)
}

// Close ends the Holder. With forget, what it holds goes too; else it is there
// after the next start.
func (h *Holder) Close(forget bool) error {
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()
		return nil
	}
	h.closed, h.forgotten = true, forget
	h.mu.Unlock()
	close(h.stop)
	h.done.Wait()
	h.reading.Lock() // nobody cancels any more
	defer h.reading.Unlock()
	h.firing.Lock()
	defer h.firing.Unlock()
	if forget {
		h.log.Drop()
		return h.d.forget(h.Vhost, h.id)
	}
	h.indexing.Lock()
	defer h.indexing.Unlock()
	err := h.flush(all, true)
	h.log.Close()
	if err != nil {
		return fmt.Errorf("delayed messages of vhost %s: %w", h.Vhost, err)
	}
	return nil
}

// WaitRoom blocks a publisher while the index is far behind what came.
func (h *Holder) WaitRoom() {
	for h.crowded() {
		wake(h.index)
		select {
		case <-time.After(time.Millisecond):
		case <-h.stop:
			return
		}
	}
}

func (h *Holder) crowded() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.fresh) > 2*h.d.limits.crowd && h.failed == nil && !h.closed
}

// say logs what went wrong behind everybody's back.
func (h *Holder) say(what string, err error) {
	if err != nil && !errors.Is(err, errStopped) {
		slog.With("category", "queue").Error(what, "vhost", h.Vhost, "error", err)
	}
}

var errStopped = errors.New("stopped")

// confirm tells each confirmer of rs once for each run of its receipts.
func confirm(rs []queue.Receipt, stored bool) {
	seqs := make([]uint64, 0, len(rs))
	for i := range rs {
		if rs[i].To == nil {
			continue
		}
		seqs = append(seqs, rs[i].Seq)
		if i+1 == len(rs) || rs[i+1].To != rs[i].To {
			rs[i].To.Confirm(seqs, stored)
			seqs = seqs[:0]
		}
	}
}

// wake tells a goroutine that there is something to do.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
