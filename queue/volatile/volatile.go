// Package volatile is the queue behind direct reply-to: it hands a message to
// its one consumer at once, or drops it. It keeps nothing and knows no disk.
package volatile

import (
	"sync"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

// Type is the type of volatile queues. They are not for declaring: the broker
// opens one for a channel that consumes replies.
var Type queue.Type = kind{}

type kind struct{}

// Name implements queue.Type.
func (kind) Name() string { return "volatile" }

// Check implements queue.Type.
func (kind) Check(queue.Declaration) error { return nil }

// Open implements queue.Type.
func (kind) Open(d queue.Declaration, _ queue.Host) (queue.Queue, error) {
	return &volatile{Declaration: d}, nil
}

type volatile struct {
	queue.Declaration

	mu       sync.Mutex
	consumer queue.Consumer
	next     uint64
}

// Publish implements queue.Queue. A message that the consumer has no room for
// is dropped, as nobody ever waits for it here; it counts as handled.
func (q *volatile) Publish(burst []queue.Publication) {
	q.mu.Lock()
	sender, _ := q.consumer.(queue.Sender)
	for i := range burst {
		if q.consumer == nil {
			break
		}
		q.next++
		m := burst[i].Message
		q.consumer.Deliver([]queue.Delivery{{Message: m, ID: q.next, Size: uint32(m.Size())}})
	}
	q.mu.Unlock()
	if sender != nil {
		sender.Send()
	}
	for i := range burst {
		if r := burst[i].Receipt; r.To != nil {
			r.To.Confirm([]uint64{r.Seq}, true)
		}
	}
}

// Consume implements queue.Queue.
func (q *volatile) Consume(c queue.Consumer, _ queue.ConsumeOptions) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.consumer != nil {
		return amqp.ReplyConsumerSet.New()
	}
	q.consumer = c
	return nil
}

// Cancel implements queue.Queue.
func (q *volatile) Cancel(c queue.Consumer) {
	q.mu.Lock()
	if q.consumer == c {
		q.consumer = nil
	}
	q.mu.Unlock()
}

// Get implements queue.Queue: there is never anything to get.
func (q *volatile) Get(bool) (queue.Delivery, int, bool) { return queue.Delivery{}, 0, false }

// Resume, Settle and Purge implement queue.Queue; nothing waits here, and
// nothing is acknowledged.
func (q *volatile) Resume(queue.Consumer)                                  {}
func (q *volatile) Settle(queue.Consumer, []queue.Delivery, queue.Outcome) {}
func (q *volatile) Purge() int                                             { return 0 }

// Stat implements queue.Queue.
func (q *volatile) Stat() (s queue.Stat) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.consumer != nil {
		s.Consumers = 1
	}
	return s
}

// Close implements queue.Queue.
func (q *volatile) Close(bool) {
	q.mu.Lock()
	q.consumer = nil
	q.mu.Unlock()
}
