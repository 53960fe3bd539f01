package broker

import (
	"context"
	"errors"
	"time"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/vhost"
)

const (
	moverBatch      = 200     // messages that are moved together
	moverBatchBytes = 4 << 20 // of messages that are looked at together, about
	moverLooks      = 10_000  // messages that are looked at together
	// moverPatience is how long a move waits for the disk to have what it
	// moved before it gives up.
	moverPatience = time.Minute
)

// ErrCannotBrowse is returned for a queue whose kind cannot be looked into.
var ErrCannotBrowse = errors.New("queues of this type cannot be browsed")

// errDisk is why a move ends that the disk does not take.
var errDisk = errors.New("the disk does not take what is moved")

// mover carries out a move, in one goroutine.
type mover struct {
	*Session
	options *MoveOptions
	move    *Move
	from    *vhost.Queue
	browser queue.Browser
	picker  queue.Picker
	to      *vhost.Queue    // of Target.Queue
	x       *vhost.Exchange // of Target.Exchange
	slips   slips
	left    int       // messages that Limit lets it move
	newest  uint64    // what came to the queue later is not meant
	due     time.Time // when the rate lets it go on
}

func newMover(s *Session, o *MoveOptions) (*mover, error) {
	r := &mover{Session: s, options: o, left: o.Limit, due: time.Now()}
	s.publisher.Unchecked()
	if o.Limit == 0 {
		r.left = 1 << 62
	}
	var err error
	if r.from, err = s.queue(auth.Read, o.Queue); err != nil {
		return nil, err
	}
	if r.browser, err = browserOf(r.from); err != nil {
		return nil, err
	}
	var ok bool
	if r.picker, ok = r.from.Queue.(queue.Picker); !ok && o.Verb != Copy {
		return nil, ErrCannotBrowse
	}
	return r, r.aim()
}

func browserOf(q *vhost.Queue) (queue.Browser, error) {
	b, ok := q.Queue.(queue.Browser)
	if !ok {
		return nil, ErrCannotBrowse
	}
	return b, nil
}

// mayStill checks what newMover did, since permissions change, and queues go.
func (r *mover) mayStill() error {
	if err := r.needQueue(auth.Read, r.from.Name); err != nil {
		return err
	}
	return r.aim()
}

// run moves until nothing is left to move, ctx is cancelled or the disk fails.
func (r *mover) run(ctx context.Context) error {
	after, ids := uint64(0), r.options.IDs
	for r.left > 0 {
		if err := r.wait(ctx); err != nil {
			return err
		}
		if err := r.mayStill(); err != nil {
			return err
		}
		var v queue.View
		var err error
		if r.options.IDs != nil {
			v, ids, err = r.named(ids)
		} else {
			v, err = r.look(after)
			after = v.Next
		}
		if err == nil {
			err = r.batch(ctx, v.List)
		}
		if err != nil || v.End {
			return err
		}
	}
	return nil
}

// look finds the next messages that are meant.
func (r *mover) look(after uint64) (queue.View, error) {
	now := time.Now()
	v, err := r.browser.Browse(queue.Browse{
		After: after, Limit: r.room(), MaxLooks: moverLooks, MaxBytes: moverBatchBytes,
		Want: func(s *queue.Seen) bool {
			return (r.newest == 0 || s.Seq <= r.newest) && r.options.Filter.matches(s.Message, now)
		},
	})
	if r.newest == 0 {
		r.newest = v.Newest
	}
	r.move.note(func(s *MoveStatus) { s.Looked += v.Looked })
	return v, err
}

// named finds the next messages that are named; some ids are left.
func (r *mover) named(ids []uint64) (v queue.View, left []uint64, err error) {
	n := min(len(ids), r.room())
	missing := 0
	for _, id := range ids[:n] {
		if id == 0 {
			missing++
			continue
		}
		one, err := r.browser.Browse(queue.Browse{After: id - 1, Limit: 1, MaxLooks: 1, MaxBytes: 1})
		if err != nil {
			return v, nil, err
		}
		if len(one.List) == 1 && one.List[0].ID == id {
			v.List = append(v.List, one.List[0])
		} else {
			missing++
		}
	}
	v.End = n == len(ids)
	r.move.note(func(s *MoveStatus) {
		s.Looked += n
		s.Meant += missing
		s.Missing += missing
	})
	return v, ids[n:], nil
}

// room is how many messages the next batch may have.
func (r *mover) room() int {
	n := min(moverBatch, r.left)
	if p := r.options.PerSecond; p > 0 {
		n = min(n, max(1, p/5))
	}
	return n
}

// wait waits while the move is paused, and as its rate asks.
func (r *mover) wait(ctx context.Context) error {
	t := time.NewTimer(time.Until(r.due))
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	for r.move.Status().State == Paused {
		select {
		case <-r.move.wake:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return ctx.Err()
}

// batch moves list, and notes what became of it.
func (r *mover) batch(ctx context.Context, list []queue.Seen) error {
	if len(list) == 0 {
		return nil
	}
	r.move.note(func(s *MoveStatus) { s.Meant += len(list) })
	var err error
	switch {
	case r.options.DryRun:
		r.try(list)
	case r.options.Verb == Delete:
		r.remove(list)
	case r.options.Verb == Copy:
		err = r.copy(ctx, list)
	default:
		err = r.carry(ctx, list)
	}
	if p := r.options.PerSecond; p > 0 {
		r.due = latest(r.due, time.Now()).Add(time.Duration(len(list)) * time.Second / time.Duration(p))
	}
	return err
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
