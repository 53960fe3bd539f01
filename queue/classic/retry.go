package classic

import (
	"slices"
	"time"

	"github.com/hutchmq/hutchmq/queue"
)

// retries are messages that came back and wait before they are ready again. They
// are out of the lanes, so that they are in nobody's way: those that are on disk
// without what they say, and each with the moment at which it goes back to its
// place, or has expired.
type retries struct {
	heap  []retry // the first to move in front
	bytes int64   // of bodies
	fresh int64   // bytes in memory of those that are on their way to disk
	timer *time.Timer
	due   int64 // when the timer runs, Unix milliseconds; 0 not at all
}

// retry is a message that waits.
type retry struct {
	entry
	due int64 // Unix milliseconds
}

// at is when something happens to r.
func (r *retry) at() int64 { return sooner(r.due, r.expiry) }

func (r *retry) before(o *retry) bool {
	if a, b := r.at(), o.at(); a != b {
		return a < b
	}
	return r.seq < o.seq
}

const (
	// maxRevived is how many go back at a time; others follow at once.
	maxRevived = 4096
	// manyFresh is how many bytes of what waits are in memory before it is
	// worth to look for those that are on disk by now.
	manyFresh = 1 << 20
)

func (r *retries) len() int {
	if r == nil {
		return 0
	}
	return len(r.heap)
}

func (r *retries) push(x retry) {
	r.heap = append(r.heap, x)
	h := r.heap
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if !h[i].before(&h[up]) {
			break
		}
		h[up], h[i] = h[i], h[up]
		i = up
	}
}

// pop takes the first out. The memory of many goes with the last.
func (r *retries) pop() retry {
	h := r.heap
	first, last := h[0], len(h)-1
	h[0], h[last] = h[last], retry{}
	h = h[:last]
	for i := 0; ; {
		down := 2*i + 1
		if down+1 < last && h[down+1].before(&h[down]) {
			down++
		}
		if down >= last || !h[down].before(&h[i]) {
			break
		}
		h[i], h[down] = h[down], h[i]
		i = down
	}
	if r.heap = h; last == 0 && cap(h) > ringKeep {
		r.heap = nil
	}
	return first
}

// delayed is how many messages wait for their retry.
func (q *Queue) delayed() (n int, bytes int64) {
	if q.retries == nil {
		return 0, 0
	}
	return len(q.retries.heap), q.retries.bytes
}

// putOff has es, which came back just now, wait.
func (q *Queue) putOff(es []entry) {
	now := q.kind.clock()
	for i := range es {
		q.wait(&es[i], now+q.options.Retry.WaitMs(es[i].count, q.salt(es[i].seq)))
	}
}

// salt spreads the waits of the messages of all queues.
func (q *Queue) salt(seq uint64) uint64 { return q.ID<<32 ^ seq }

// wait has e, which is out, go back to its place at due.
func (q *Queue) wait(e *entry, due int64) {
	if q.retries == nil {
		q.retries = new(retries)
	}
	r, x := q.retries, retry{*e, due}
	if x.logged && x.seq <= q.stored && q.values == nil {
		x.m = nil
	}
	q.hold(&x.entry, 1)
	if x.logged && x.m != nil {
		r.fresh += int64(x.m.Footprint())
	}
	r.bytes += int64(x.size)
	r.push(x)
}

// leave takes the first out of what waits.
func (q *Queue) leave() entry {
	r := q.retries
	e := r.pop().entry
	r.bytes -= int64(e.size)
	if e.logged && e.m != nil {
		r.fresh -= int64(e.m.Footprint())
	}
	return e
}

// revive puts those back that have waited long enough, and takes out what has
// expired meanwhile.
func (q *Queue) revive(now int64, then *after) {
	r := q.retries
	var es []entry
	for len(r.heap) > 0 && r.heap[0].at() <= now && len(es) < maxRevived {
		e := q.leave()
		if e.expiry > 0 && e.expiry <= now {
			q.hold(&e, -1)
			q.die(e, queue.Expired, then)
			continue
		}
		q.count(&e, 1)
		es = append(es, e)
	}
	for i := range es {
		if l := &q.lanes[es[i].lane]; es[i].seq > l.passed { // it waits since recovery
			q.pass(l, es[i].seq)
			es[i].early = true
		}
	}
	q.restoreAll(es)
	q.passOn(then.unit)
	q.forgetSettled(then.unit)
	q.awaitRetry(now)
}

// awaitRetry sets the timer for the first of what waits.
func (q *Queue) awaitRetry(now int64) {
	r := q.retries
	if len(r.heap) == 0 || r.heap[0].at() == r.due {
		return
	}
	r.due = r.heap[0].at()
	run(&r.timer, time.Duration(r.due-now)*time.Millisecond, q.retryTick)
}

// retryTick is the timer of what waits.
func (q *Queue) retryTick() {
	var then after
	q.mu.Lock()
	if q.retries != nil {
		q.retries.due = 0
	}
	q.advance(q.kind.clock(), &then)
	q.mu.Unlock()
	q.finish(&then)
}

// sinkRetries lets go of messages that are on disk by now, when there are many.
func (q *Queue) sinkRetries() {
	r := q.retries
	if r == nil || q.values != nil || r.fresh < manyFresh+16*int64(len(r.heap)) {
		return
	}
	for i := range r.heap {
		e := &r.heap[i].entry
		if e.m != nil && e.logged && e.seq <= q.stored {
			r.fresh -= int64(e.m.Footprint())
			q.hold(e, -1)
			e.m = nil
		}
	}
}

// reschedule has what waits follow a changed rule: nothing waits longer than
// it did.
func (q *Queue) reschedule(now int64) {
	r, rule := q.retries, &q.options.Retry
	if r == nil {
		return
	}
	for i := range r.heap {
		x := &r.heap[i]
		due := now
		if rule.On() {
			due += rule.WaitMs(x.count, q.salt(x.seq))
		}
		x.due = min(x.due, due)
	}
	slices.SortFunc(r.heap, func(a, b retry) int {
		if a.before(&b) {
			return -1
		}
		return 1
	})
}

// resume has e, which was read for the first time since recovery and is not in
// memory yet, go on waiting: nobody knows any more since when it waits, so that
// its wait begins with this run.
func (q *Queue) resume(l *lane, e *entry) bool {
	rule := &q.options.Retry
	if !rule.Failed || e.count == 0 || e.seq > l.recovered {
		return false
	}
	due := q.kind.started.UnixMilli() + rule.WaitMs(e.count, q.salt(e.seq))
	if due <= q.kind.clock() {
		return false
	}
	q.count(e, -1)
	q.wait(e, due)
	q.awaitRetry(q.kind.clock())
	return true
}

// dropRetries lets go of all that waits, and says how many that is.
func (q *Queue) dropRetries() (n int) {
	for ; q.retries.len() > 0; n++ {
		e := q.leave()
		q.hold(&e, -1)
		q.forget(e.seq)
		if e.logged {
			q.settled(e.seq)
		}
	}
	return n
}
