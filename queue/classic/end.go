package classic

import (
	"log/slog"
	"time"

	"github.com/hutchmq/hutchmq/queue"
)

// drainStep is how many messages of a queue that ends die together.
const drainStep = maxBurial

// demise is a queue on its way out that leaves what it holds to its dead-letter
// exchange (x-dead-letter-on-delete). It takes and delivers nothing any more.
// What is ready dies bit by bit, and what is unacked when it comes back.
type demise struct {
	why  queue.Reason
	done func()
	told bool // done is called, or about to be
}

// Bequest implements queue.Testator.
func (q *Queue) Bequest() (why queue.Reason, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	why = queue.QueueDeleted
	if q.overdue {
		why = queue.QueueExpired
	}
	return why, q.options.DeadOnDelete && q.options.DeadExchange != nil && !q.closed
}

// Perish implements queue.Testator.
func (q *Queue) Perish(why queue.Reason, done func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.shut {
		return
	}
	q.shut, q.ending = true, &demise{why: why, done: done}
	stop(q.idle)
	q.consumers.Each(func(m *queue.Member) { m.Cancelled() })
	q.consumers = queue.Consumers{}
	q.browsers.each(func(b *browser) { b.c.Cancelled() })
	q.browsers.each((*browser).end)
	q.unselect() // it dies in the order in which it came
	q.changed(q.kind.clock())
	q.kind.ending.Go(q.drain)
}

// drain has everything die that is ready, at the pace of the disk.
func (q *Queue) drain() {
	for q.drainSome() {
		q.kind.store.WaitRoom()
	}
}

// drainSome has a few messages die; false when none is left, or the node closes.
func (q *Queue) drainSome() (more bool) {
	var then after
	q.mu.Lock()
	err := q.dieSome(&then)
	q.forgetSettled(nil)
	q.changed(q.kind.clock())
	more = !q.closed && q.ready+q.retries.len() > 0
	q.mu.Unlock()
	q.finish(&then)
	if err != nil && more {
		slog.With("category", "queue").Error("cannot read a backlog", "queue", q.Name, "vhost", q.Vhost, "error", err)
		time.Sleep(retryAfter)
	}
	q.mu.Lock()
	q.noteEnd()
	q.mu.Unlock()
	return more
}

// dieSome takes a few messages out, in order; it may let go of the lock to read
// them.
func (q *Queue) dieSome(then *after) error {
	if q.closed {
		return nil
	}
	if q.retries != nil {
		for i := range q.retries.heap {
			q.retries.heap[i].due = 1
		}
		q.reviveAll(then)
	}
	for i := len(q.lanes) - 1; i >= 0; i-- {
		l := &q.lanes[i]
		if !l.waiting() {
			continue
		}
		if l.head.len() == 0 || l.hollow() {
			err := q.readFor(l, q.kind.limits.chunk)
			if err != nil || q.closed {
				return err
			}
		}
		for n := 0; n < drainStep && l.head.len() > 0 && !l.hollow(); n++ {
			q.remove(&l.head, 0, q.ending.why, then)
		}
		return nil
	}
	return nil
}

// reviveAll puts back whatever waits for its retry.
func (q *Queue) reviveAll(then *after) {
	for q.retries.len() > 0 {
		q.revive(q.kind.clock(), then)
	}
}

// noteEnd finds out whether nothing is left of a queue that ends, and tells so
// once.
func (q *Queue) noteEnd() {
	e := q.ending
	if e == nil || e.told || q.closed || q.ready+q.unacked+q.retries.len() > 0 {
		return
	}
	if b := q.burials; b != nil && (b.busy || b.waiting.len()+len(b.graves) > 0) {
		return
	}
	e.told = true
	q.kind.ending.Go(e.done)
}
