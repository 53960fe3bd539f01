package classic

import (
	"log/slog"
	"slices"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/filter"
	"github.com/hutchmq/hutchmq/queue"
)

// browser gives a consumer with x-browse copies of what is ready, and of what
// comes later. It is a goroutine, which ends when the consumer is cancelled or
// the queue is closed.
type browser struct {
	q      *Queue
	c      queue.Consumer
	o      queue.ConsumeOptions
	sender queue.Sender   // the consumer, if it is one
	filter *filter.Filter // nil: everything
	wake   chan struct{}  // something came, there is credit, or it is over

	// Guarded by the queue's lock.
	gone    bool
	blocked bool     // no credit
	after   []uint64 // by lane: what was seen
	seen    uint64   // q.next when it last looked
}

// newBrowser reads what the arguments of a consumer say of browsing; nil if
// nothing. It refuses with an *amqp.Error.
func (q *Queue) newBrowser(c queue.Consumer, o queue.ConsumeOptions, wishes *chooser) (*browser, error) {
	v, ok := o.Arguments["x-browse"]
	if !ok || v == false {
		return nil, nil
	}
	switch {
	case v != true && v != "new":
		return nil, amqp.InvalidArg.New("x-browse", q.Declaration, "invalid_browse")
	case o.Exclusive:
		return nil, amqp.InvalidArg.New("x-browse", q.Declaration, "not_exclusive")
	}
	b := &browser{q: q, c: c, o: o, wake: make(chan struct{}, 1), after: make([]uint64, len(q.lanes))}
	b.sender, _ = c.(queue.Sender)
	if wishes != nil {
		if wishes.limit != nil {
			return nil, amqp.InvalidArg.New("x-browse", q.Declaration, "not_with_a_rate_limit")
		}
		b.filter = wishes.filter
	}
	return b, nil
}

// browse lets b begin.
func (q *Queue) browse(b *browser) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.shut {
		return amqp.NoQueue.New(q.Declaration)
	}
	if q.consumers.Exclusive() {
		return amqp.ExclusiveUse.New(q.Declaration)
	}
	if b.o.Arguments["x-browse"] == "new" {
		for i := range b.after {
			b.after[i] = q.next - 1
		}
	}
	if q.browsers == nil {
		q.browsers = &browsers{}
	}
	q.browsers.list = append(q.browsers.list, b)
	q.used()
	q.changed(q.kind.clock())
	q.kind.browsing.Go(b.run)
	return nil
}

// end has b stop. The lock is held.
func (b *browser) end() {
	b.gone = true
	o := b.q.browsers
	o.list = slices.DeleteFunc(slices.Clone(o.list), func(o *browser) bool { return o == b })
	b.rouse()
}

// rouse has b look again.
func (b *browser) rouse() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// resume tells b that there is credit.
func (b *browser) resume() {
	b.blocked = false
	b.rouse()
}

func (b *browser) run() {
	for {
		list, ok := b.next()
		if !ok {
			return
		}
		for len(list) > 0 {
			if list, ok = b.deliver(list); !ok {
				return
			}
			if len(list) > 0 {
				<-b.wake
			}
		}
	}
}

// next waits for something new, and reads it; ok is false when it is over.
func (b *browser) next() (list []queue.Delivery, ok bool) {
	for {
		es, more, err := b.q.following(b)
		if b.over() {
			return nil, false
		}
		if err != nil {
			slog.With("category", "queue").Error("cannot browse a backlog", "queue", b.q.Name, "vhost", b.q.Vhost, "error", err)
			time.Sleep(retryAfter)
			continue
		}
		if list = b.copies(es); len(list) > 0 {
			return list, true
		}
		if !more {
			<-b.wake
		}
	}
}

func (b *browser) over() bool {
	b.q.mu.Lock()
	defer b.q.mu.Unlock()
	return b.gone
}

// copies are deliveries of those of es that are wanted. The queue is to know
// them again, and what they become is nothing to it.
func (b *browser) copies(es []entry) []queue.Delivery {
	list := make([]queue.Delivery, 0, len(es))
	for i := range es {
		e := &es[i]
		if b.filter == nil || b.filter.Matches(e.m, e.redelivered) {
			list = append(list, queue.Delivery{
				Message: e.m, ID: e.seq, Expiry: e.expiry, Count: e.count, Size: e.size, Redelivered: e.redelivered,
				Lane: e.lane, Persistent: e.persistent, Copy: true,
			})
		}
	}
	return list
}

// deliver gives the consumer what it has credit for, and returns the rest; ok
// is false when it is over.
func (b *browser) deliver(list []queue.Delivery) (rest []queue.Delivery, ok bool) {
	q := b.q
	q.mu.Lock()
	if b.gone {
		q.mu.Unlock()
		return nil, false
	}
	taken := 0
	if !b.blocked {
		taken = b.c.Deliver(list)
		b.blocked = taken < len(list)
	}
	q.mu.Unlock()
	if taken > 0 && b.sender != nil {
		b.sender.Send()
	}
	return list[taken:], true
}

// following copies what was not seen yet and is ready, of the highest priority
// that has some. more tells that there may be more.
func (q *Queue) following(b *browser) (es []entry, more bool, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	b.seen = q.next
	for i := len(q.lanes) - 1; i >= 0 && !q.closed; i-- {
		l := &q.lanes[i]
		es, through, ok, err := q.look(l, b.after[i]+1, q.kind.limits.chunk)
		if !ok && err == nil {
			continue
		}
		b.after[i] = max(b.after[i], through)
		now := q.kind.clock()
		es = slices.DeleteFunc(es, func(e entry) bool { return e.expiry > 0 && e.expiry <= now })
		return es, true, err
	}
	return nil, false, nil
}

// originals are ds without copies, which are not the queue's.
func originals(ds []queue.Delivery) []queue.Delivery {
	if !slices.ContainsFunc(ds, isCopy) {
		return ds
	}
	return slices.DeleteFunc(slices.Clone(ds), isCopy)
}

func isCopy(d queue.Delivery) bool { return d.Copy }
