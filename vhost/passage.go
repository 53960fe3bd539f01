package vhost

import (
	"sync"

	"github.com/hutchmq/hutchmq/stats"
)

// Passage counts the messages that were published to an exchange and went into
// a queue, whatever exchanges were in between.
type Passage struct {
	Exchange *Exchange
	Queue    *Queue
	Past     stats.Track // of the count: one column
	count    stats.Counter
}

// Count is how many messages went that way.
func (p *Passage) Count() uint64 { return p.count.Load() }

// passages are those of a vhost, in Exchange.to and Queue.from.
type passages struct{ sync.Mutex }

// between is the passage from x to q. When one of them is gone nobody will
// look at it.
func (ps *passages) between(x *Exchange, q *Queue) *Passage {
	ps.Lock()
	defer ps.Unlock()
	if p := x.to[q]; p != nil {
		return p
	}
	p := &Passage{Exchange: x, Queue: q}
	if x.gone || q.gone {
		return p
	}
	if x.to == nil {
		x.to = map[*Queue]*Passage{}
	}
	if q.from == nil {
		q.from = map[*Exchange]*Passage{}
	}
	x.to[q], q.from[x] = p, p
	return p
}

// forget ends the passages of what goes.
func (ps *passages) forget(xs map[*Exchange]struct{}, qs []*Queue) {
	ps.Lock()
	defer ps.Unlock()
	for x := range xs {
		x.gone = true
		for q := range x.to {
			delete(q.from, x)
		}
		x.to = nil
	}
	for _, q := range qs {
		q.gone = true
		for x := range q.from {
			delete(x.to, q)
		}
		q.from = nil
	}
}

// Gone reports whether q was deleted.
func (q *Queue) Gone() bool {
	q.vhost.passages.Lock()
	defer q.vhost.passages.Unlock()
	return q.gone
}

// Outgoing lists where messages that were published to x went, in no order.
func (x *Exchange) Outgoing() []*Passage {
	x.vhost.passages.Lock()
	defer x.vhost.passages.Unlock()
	list := make([]*Passage, 0, len(x.to))
	for _, p := range x.to {
		list = append(list, p)
	}
	return list
}

// Incoming lists where the messages of q came from, in no order.
func (q *Queue) Incoming() []*Passage { return q.AppendIncoming(nil) }

// AppendIncoming is Incoming into a slice of the caller's.
func (q *Queue) AppendIncoming(list []*Passage) []*Passage {
	q.vhost.passages.Lock()
	defer q.vhost.passages.Unlock()
	for _, p := range q.from {
		list = append(list, p)
	}
	return list
}
