package vhost

import (
	"sync"

	"github.com/hutchmq/hutchmq/amqp"
)

// Quota counts what there is of something, and may bound it. The zero Quota
// has no bound. Its methods may be called concurrently.
type Quota struct {
	mu   sync.Mutex
	used int
	most int // one more than the bound; 0 none
}

// SetMax bounds what may be taken from now on; a negative number is no bound.
// What is in use stays.
func (q *Quota) SetMax(n int) {
	q.mu.Lock()
	q.most = max(n, -1) + 1
	q.mu.Unlock()
}

// take counts one more, unless the bound, which it returns, is reached.
func (q *Quota) take() (bound int, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.most > 0 && q.used >= q.most-1 {
		return q.most - 1, false
	}
	q.used++
	return 0, true
}

// add counts n more, or fewer, whatever the bound.
func (q *Quota) add(n int) {
	q.mu.Lock()
	q.used += n
	q.mu.Unlock()
}

// SetMaxQueues bounds how many queues v may have when one is declared; a
// negative number is no bound.
func (v *Vhost) SetMaxQueues(n int) { v.queues.SetMax(n) }

// takeQueue counts a queue that is about to be, or refuses it.
func (v *Vhost) takeQueue(name string) error {
	if bound, ok := v.queues.take(); !ok {
		return amqp.TooManyVhostQueues.New(name, v.Name, bound)
	}
	if bound, ok := v.options.Queues.take(); !ok {
		v.queues.add(-1)
		return amqp.TooManyQueues.New(name, bound)
	}
	return nil
}

// countQueues counts n queues more, or fewer.
func (v *Vhost) countQueues(n int) {
	v.queues.add(n)
	v.options.Queues.add(n)
}
