package broker

import (
	"context"
	"slices"

	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// try tells what would become of list.
func (r *mover) try(list []queue.Seen) {
	for i := range list {
		if r.options.Verb == Delete {
			r.count(nil)
			continue
		}
		reached, why := r.send(list[i].Message, queue.Receipt{})
		if why != "" {
			r.keep(why, 1)
			continue
		}
		r.count(reached)
	}
	r.Drop()
}

func (r *mover) remove(list []queue.Seen) {
	ds := r.pick(list)
	r.from.Settle(nil, ds, queue.Ack)
	for range ds {
		r.count(nil)
	}
}

// pick takes list out of the queue, and notes what was gone.
func (r *mover) pick(list []queue.Seen) []queue.Delivery {
	ds := r.picker.Pick(list)
	r.move.note(func(s *MoveStatus) { s.Missing += len(list) - len(ds) })
	return ds
}

// copy publishes list, and waits until it is stored.
func (r *mover) copy(ctx context.Context, list []queue.Seen) error {
	r.slips.begin(len(list))
	for i := range list {
		r.hand(list[i].Message, i)
	}
	r.Flush()
	for _, s := range r.slips.judge() {
		r.note(s)
	}
	return r.settled(ctx)
}

// carry moves list: what is published and what is taken out is one unit. A
// message that is not wanted goes back to its place.
func (r *mover) carry(ctx context.Context, list []queue.Seen) error {
	ds := r.pick(list)
	r.slips.begin(len(ds))
	u := r.Begin()
	for i := range ds {
		r.hand(ds[i].Message, i)
	}
	r.FlushIn(u)
	var gone, back []queue.Delivery
	for i, s := range r.slips.judge() {
		if r.note(s) {
			gone = append(gone, ds[i])
		} else {
			back = append(back, ds[i])
		}
	}
	r.from.SettleIn(u, nil, gone, queue.Ack)
	u.Commit()
	r.from.Settle(nil, back, queue.Requeue)
	return r.settled(ctx)
}

// hand publishes m as number i of the batch.
func (r *mover) hand(m *message.Message, i int) {
	reached, why := r.send(m, queue.Receipt{To: &r.slips, Seq: uint64(i)})
	r.slips.set(i, slip{reached, why})
}

// note counts what became of a message, and tells whether its target has it.
// One that was deleted by now may have been deleted before, and taken nothing.
func (r *mover) note(s slip) bool {
	if s.why == "" && !slices.ContainsFunc(s.reached, r.there) {
		s.why = vanished
	}
	if s.why != "" {
		r.keep(s.why, 1)
		return false
	}
	r.count(s.reached)
	return true
}

// there reports whether q is not deleted.
func (r *mover) there(q *Queue) bool {
	now, err := r.v.Queue(q.Name, 0)
	return err == nil && now == q
}

// settled waits until what was published is stored.
func (r *mover) settled(ctx context.Context) error {
	r.c.b.WaitRoom()
	return r.slips.wait(ctx)
}

// count notes a message that moved.
func (r *mover) count(reached []*Queue) {
	r.left--
	if !r.options.DryRun {
		r.c.b.moves.counter(r.options).Add(1)
	}
	r.move.note(func(s *MoveStatus) {
		s.Moved++
		for _, q := range reached {
			tell(s.Targets, q.Name, 1)
		}
	})
}

// keep notes messages that stay where they are.
func (r *mover) keep(why string, n int) {
	r.move.note(func(s *MoveStatus) { tell(s.Kept, why, n) })
}

// maxTold bounds how many reasons or targets a move tells apart.
const maxTold = 200

func tell(m map[string]int, key string, n int) {
	if _, ok := m[key]; !ok && len(m) >= maxTold {
		key = "others"
	}
	m[key] += n
}
