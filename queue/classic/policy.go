package classic

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

// Reconfigure implements queue.Reconfigurer.
func (q *Queue) Reconfigure(policy amqp.Table) {
	d := q.Declaration
	d.Policy = policy
	o, err := queue.Parse(d, q.kind.kind, q.kind.errName)
	if err != nil {
		return // not of arguments that were accepted
	}
	var then after
	q.mu.Lock()
	renew := o.ExpiresMs != q.options.ExpiresMs
	q.options = o
	q.timeout.Store(o.ConsumerTimeout)
	if renew {
		stop(q.idle)
		q.used()
	}
	q.advance(q.kind.clock(), &then)
	q.mu.Unlock()
	q.finish(&then)
}

// Pause implements queue.Pausable.
func (q *Queue) Pause(paused bool) {
	var then after
	q.mu.Lock()
	q.paused = paused
	q.advance(q.kind.clock(), &then)
	q.mu.Unlock()
	q.finish(&then)
}
