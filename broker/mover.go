package broker

import (
	"context"
	"errors"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/message"
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

// aim finds the target, and checks the right to write there.
func (r *mover) aim() (err error) {
	to := &r.options.To
	switch {
	case r.options.Verb == Delete, to.Origin == OriginExchange:
		return nil
	case to.Queue != "":
		if r.to, err = r.v.Queue(to.Queue, 0); err != nil {
			return err
		}
		return r.needExchange(auth.Write, "")
	case to.Origin == OriginQueue:
		return r.needExchange(auth.Write, "")
	}
	r.x, err = r.Target([]byte(to.Exchange))
	return err
}

// run moves until nothing is left to move, ctx is cancelled or the disk fails.
func (r *mover) run(ctx context.Context) error {
	after, ids := uint64(0), r.options.IDs
	for r.left > 0 {
		if err := r.wait(ctx); err != nil {
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
func (r *mover) note(s slip) bool {
	if s.why != "" {
		r.keep(s.why, 1)
		return false
	}
	r.count(s.reached)
	return true
}

// settled waits until what was published is stored.
func (r *mover) settled(ctx context.Context) error {
	r.c.b.WaitRoom()
	return r.slips.wait(ctx)
}

// count notes a message that moved.
func (r *mover) count(reached []string) {
	r.left--
	if !r.options.DryRun {
		r.c.b.moves.counter(r.options).Add(1)
	}
	r.move.note(func(s *MoveStatus) {
		s.Moved++
		for _, q := range reached {
			tell(s.Targets, q, 1)
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

// Why messages stay, beside what an error says.
const (
	unroutable = "no queue is bound for it"
	refused    = "the target is full"
	notDead    = "it does not tell where it comes from"
)

// send publishes m to the target with the next Flush. why tells that it cannot
// go there.
func (r *mover) send(m *message.Message, receipt queue.Receipt) (reached []string, why string) {
	to, x := r.to, r.x
	var err error
	switch o := &r.options.To; {
	case o.Origin != "":
		m, to, x, err = r.origin(m)
	case x != nil:
		m = readdressed(m, x.Name, o.Key)
	}
	if err != nil {
		return nil, reason(err)
	}
	if to != nil {
		r.publisher.Put(to, m, receipt)
		return []string{to.Name}, ""
	}
	if err = r.MayPublish(x, m); err == nil {
		_, err = r.publisher.Publish(x, m, receipt)
	}
	if err != nil {
		return nil, reason(err)
	}
	for _, q := range r.publisher.Reached() { // before the copy for a trace
		reached = append(reached, q.Name)
	}
	if r.publisher.Traced() {
		r.tracePublish(m)
	}
	if len(reached) == 0 {
		return nil, unroutable
	}
	return reached, ""
}

func reason(err error) string {
	if errors.Is(err, message.ErrNotDead) {
		return notDead
	}
	if e, ok := errors.AsType[*amqp.Error](err); ok {
		return e.Reason
	}
	return err.Error()
}

// origin is m as it was, and where.
func (r *mover) origin(m *message.Message) (again *message.Message, to *vhost.Queue, x *vhost.Exchange, err error) {
	fromLast := r.options.To.Origin == OriginQueue
	again, name, err := message.Redrive(m, fromLast)
	if err != nil {
		return nil, nil, nil, err
	}
	if fromLast {
		to, err = r.v.Queue(name, 0)
		return again, to, nil, err
	}
	x, err = r.Target([]byte(again.Exchange))
	return again, nil, x, err
}

// readdressed is m on its way to an exchange, under key if that is not nil.
func readdressed(m *message.Message, exchange string, key *string) *message.Message {
	n := *m
	n.Exchange = exchange
	if key != nil {
		n.RoutingKey = *key
	}
	return &n
}
