package classic

import (
	"log/slog"
	"sort"
	"time"

	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/store"
)

// retryAfter is how long a backlog that could not be read is left alone.
const retryAfter = time.Second

// stage prepares e for the log.
func (q *Queue) stage(e *entry, l *lane, now int64, transient bool) {
	w := q.scratch()
	w.staging = append(w.staging, store.Entry{
		Seq: e.seq, Lane: l.number, Transient: transient, Time: now, Expiry: e.expiry, Item: e.m,
	})
}

// record hands what is staged to the log, as a part of u.
func (q *Queue) record(u queue.Unit) {
	w := q.work
	if w == nil || len(w.staging) == 0 {
		return
	}
	if s := inStore(u); s != nil {
		q.log.PutIn(s, w.staging)
	} else {
		q.log.Put(w.staging)
	}
	q.traffic[queue.DiskWrites] += uint64(len(w.staging))
	q.kind.diskWrites.Add(uint64(len(w.staging)))
	clear(w.staging)
	w.staging = w.staging[:0]
}

// openLog makes sure there is a log to spill to.
func (q *Queue) openLog() bool {
	if q.log != nil {
		return true
	}
	log, err := q.kind.store.Log(q.ID, q.Durable, q)
	if err != nil {
		slog.With("category", "queue").Error("cannot spill to disk", "queue", q.Name, "vhost", q.Vhost, "error", err)
		return false
	}
	q.log = log
	return true
}

// Stored implements store.Owner: everything up to through is safe, or err
// says that it is not.
func (q *Queue) Stored(through uint64, err error) {
	q.mu.Lock()
	n := sort.Search(q.receipts.len(), func(i int) bool { return q.receipts.at(i).seq > through })
	then := after{most: n}
	for range n {
		if r := q.receipts.popFront().Receipt; err == nil {
			then.confirm(r)
		} else {
			then.refuse(r)
		}
	}
	if err != nil {
		q.failed = true
	} else {
		q.stored = max(q.stored, through)
		q.sinkRetries()
	}
	if !q.closed {
		for i := range q.lanes {
			q.settleTail(&q.lanes[i], through)
		}
		q.advance(q.kind.clock(), &then)
	}
	q.mu.Unlock()
	q.finish(&then)
}

// settleTail moves what is stored of the tail of l out of memory, unless it is
// wanted at once.
func (q *Queue) settleTail(l *lane, through uint64) {
	if l.tail.len() == 0 || q.failed {
		return
	}
	if l.head.len() == 0 && q.wanted() {
		l.surface()
	}
	for l.tail.len() > 0 && l.tail.at(0).seq <= through {
		e := l.sink()
		q.hold(&e, -1)
	}
}

// wanted reports whether somebody waits for messages.
func (q *Queue) wanted() bool { return q.consumers.Len() > 0 && !q.paused }

// readAhead asks for the next chunk of each lane that runs low and is wanted.
func (q *Queue) readAhead() {
	if q.selection != nil {
		q.readOn()
		return
	}
	for i := range q.lanes {
		l := &q.lanes[i]
		blind := q.blind(l)
		low := l.gap.count > 0 && (l.head.len() == 0 || q.resident <= q.kind.limits.lowWater)
		if l.loading || !blind && !low && !l.hollow() {
			continue
		}
		if blind || q.wanted() || q.overlong() {
			l.loading = true
			q.kind.loader.add(func() { q.load(l) })
		}
	}
}

// blind reports whether nobody knows when the first of the gap of l expires.
func (q *Queue) blind(l *lane) bool {
	if !q.expiring || l.gap.count == 0 {
		return false
	}
	w, _ := l.fresh()
	return w == nil
}

// load is the loader's part of reading ahead.
func (q *Queue) load(l *lane) {
	var then after
	q.mu.Lock()
	err := q.readFor(l, q.appetite())
	if err == nil {
		l.loading = false
		q.advance(q.kind.clock(), &then)
	} else if !q.closed {
		slog.With("category", "queue").Error("cannot read a backlog", "queue", q.Name, "vhost", q.Vhost, "error", err)
		time.AfterFunc(retryAfter, func() { q.kind.loader.add(func() { q.load(l) }) })
	}
	q.mu.Unlock()
	q.finish(&then)
}

// appetite is how much to read of a backlog: little when it is only to see
// when its first message expires.
func (q *Queue) appetite() int {
	if !q.wanted() && !q.overlong() {
		return q.kind.limits.peek
	}
	return q.kind.limits.chunk
}

// loadNow reads the next chunk of the first lane that has nothing in memory;
// false when there is none or it cannot be read.
func (q *Queue) loadNow() bool {
	if q.selection != nil {
		return q.readNow()
	}
	for i := len(q.lanes) - 1; i >= 0; i-- {
		if l := &q.lanes[i]; l.hollow() || l.head.len() == 0 && l.gap.count > 0 {
			return q.readFor(l, q.kind.limits.chunk) == nil
		}
	}
	return false
}

// readFor reads what l needs first: the messages of hollow entries, or more of
// the gap.
func (q *Queue) readFor(l *lane, max int) error {
	if q.selection != nil {
		return q.readMore(l, max)
	}
	if l.hollow() && (q.wanted() || !q.blind(l)) {
		return q.refill(l, max)
	}
	return q.fetch(l, max)
}

// fetch reads about max bytes of the gap of l into its head. It lets go of the
// lock while it reads; when someone else was quicker, what was read is dropped.
func (q *Queue) fetch(l *lane, max int) error {
	if q.closed || l.gap.count == 0 {
		return nil
	}
	number, from, last, settled, log := l.number, l.gap.first, l.gap.last, l.settled, q.log
	q.mu.Unlock()
	es, err := q.read(log, number, from, last, max)
	q.mu.Lock()
	if err != nil {
		return err
	}
	if q.closed || l.gap.first != from || l.settled != settled { // a gap never begins at one place twice
		return nil
	}
	if m := q.recalled.Swap(nil); m != nil {
		q.age.recall(*m)
	}
	q.rise(l, es)
	return nil
}

// rise moves es, which were read from the gap of l, to its head.
func (q *Queue) rise(l *lane, es []entry) {
	for i := range es {
		e := &es[i]
		l.base, l.gap.first = l.climb(l.base, e), e.seq+1
		if l.picked.has(e.seq) {
			continue
		}
		missed := l.misses(e.seq, e.expiry)
		if !l.holed && e.early && !missed && e.expiry <= q.expired {
			continue // it expired in the gap
		}
		if l.gap.add(e, -1); !q.resume(l, e) {
			l.head.pushBack(*e)
			q.hold(e, 1)
		}
		if s := l.scan; s != nil && s.pos <= e.seq {
			s.pos, s.peak = e.seq+1, l.base
		}
		if e.early && missed {
			q.index(l, e)
		}
	}
	l.picked.passed(l.gap.first)
	q.drained(l)
	if (len(es) == 0 || l.gap.first > l.gap.last) && l.gap.count != 0 {
		slog.With("category", "queue").Error("stored messages are missing", "queue", q.Name, "vhost", q.Vhost, "count", l.gap.count)
		q.ready -= l.gap.count
		q.readyBytes -= l.gap.bytes
		q.persistent -= l.gap.persistent
		q.persistentBytes -= l.gap.persistentBytes
		q.forgetRange(l.number, 0, l.gap.last)
		l.gap = gap{}
	}
}

// drained forgets what the gap of l was estimated too big, once it is empty.
func (q *Queue) drained(l *lane) {
	if l.gap.count == 0 {
		q.readyBytes -= l.gap.bytes
		q.persistentBytes -= l.gap.persistentBytes
		l.gap.bytes, l.gap.persistentBytes = 0, 0
	}
}

// read decodes about max bytes of stored messages in [from, last].
func (q *Queue) read(log store.Log, number uint8, from, last uint64, max int) (es []entry, err error) {
	var slab []message.Message
	var broken error
	err = log.Read(number, from, max, func(s store.Stored) bool {
		if s.Seq > last {
			return false
		}
		if len(es) == 0 {
			q.recalled.Store(&mark{s.Seq, s.Time})
		}
		if len(slab) == 0 {
			slab = make([]message.Message, 64)
		}
		m := &slab[0]
		if broken = message.Decode(m, s.Meta, s.Payload); broken != nil {
			return false
		}
		slab = slab[1:]
		e := newEntry(m, number)
		e.persistent = q.kind.persists(m)
		e.seq, e.expiry, e.count, e.logged = s.Seq, s.Expiry, s.Count, true
		e.redelivered = s.Seq <= q.marked || s.Count > 0
		es = append(es, e)
		return true
	})
	if err == nil && len(es) == 0 {
		err = broken
	}
	q.diskReads.Add(uint64(len(es)))
	q.kind.diskReads.Add(uint64(len(es)))
	return es, err
}
