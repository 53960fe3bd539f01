package classic

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

// Reconfigure implements queue.Reconfigurer.
func (q *Queue) Reconfigure(policy amqp.Table) {
	q.follow(func(d *queue.Declaration) { d.Policy = policy })
}

// Amend implements queue.Amendable.
func (q *Queue) Amend(args, policy amqp.Table) {
	q.follow(func(d *queue.Declaration) { d.Arguments, d.Policy = args, policy })
}

// follow puts a changed declaration into effect.
func (q *Queue) follow(change func(d *queue.Declaration)) {
	var then after
	q.mu.Lock()
	d := q.Declaration
	change(&d)
	o, err := queue.Parse(d, q.kind.kind, q.kind.errName)
	if err != nil { // not of arguments that were accepted
		q.mu.Unlock()
		return
	}
	q.Arguments = d.Arguments
	renew, retry := o.ExpiresMs != q.options.ExpiresMs, o.Retry != q.options.Retry
	q.options = q.kind.share(o)
	if retry {
		q.reschedule(q.kind.clock())
	}
	q.timeout.Store(o.ConsumerTimeout)
	q.lease.Store(o.LeaseMs)
	if renew {
		stop(q.idle)
		q.used()
	}
	now := q.kind.clock()
	q.reselect(now)
	q.advance(now, &then)
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
