package vhost

import (
	"errors"
	"fmt"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

// Marks are what an operator says of a queue, beside its declaration.
type Marks struct {
	Protected bool // it is not deleted when a client asks
	Paused    bool // it delivers nothing
	// Amended are the arguments that hold in place of the declared ones; nil
	// when those hold. They do not change.
	Amended *amqp.Table
}

// ErrCannotPause is what Pause returns, wrapped, for a kind of queue that is
// not a queue.Pausable.
var ErrCannotPause = errors.New("queues of this type cannot be paused")

// Marks are the marks of q.
func (q *Queue) Marks() Marks {
	if m := q.marks.Load(); m != nil {
		return *m
	}
	return Marks{}
}

// Protect says whether DeleteQueue refuses q. What q does by itself, it still
// does: to expire, or to go with its last consumer or its connection.
func (v *Vhost) Protect(q *Queue, on bool) error {
	return v.mark(q, func(m *Marks) { m.Protected = on })
}

// Pause stops the deliveries of q, or lets them go on.
func (v *Vhost) Pause(q *Queue, on bool) error {
	if _, ok := q.Queue.(queue.Pausable); !ok {
		return fmt.Errorf("%s: %w", q, ErrCannotPause)
	}
	if err := v.mark(q, func(m *Marks) { m.Paused = on }); err != nil {
		return err
	}
	q.obeyPause()
	return nil
}

// mark changes the marks of q, and keeps them if q is kept.
func (v *Vhost) mark(q *Queue, edit func(*Marks)) error {
	if err := v.begin(); err != nil {
		return err
	}
	defer v.topology.Unlock()
	if v.queue[q.Name] != q {
		return amqp.NoQueue.New(q)
	}
	old := q.Marks()
	now := old
	edit(&now)
	if now == old {
		return nil
	}
	q.marks.Store(&now)
	if !q.durable() {
		return nil
	}
	err := v.keep([]Change{{Queue: q}})
	if err != nil {
		q.marks.Store(&old)
	}
	return err
}

// obeyPause makes the queue do what its mark says. It may call the host, so it
// is called without the topology lock, and whoever comes last does what is
// marked last.
func (q *Queue) obeyPause() {
	q.pausing.Lock()
	defer q.pausing.Unlock()
	if p, ok := q.Queue.(queue.Pausable); ok {
		p.Pause(q.Marks().Paused)
	}
}
