package vhost

import (
	"log/slog"
	"maps"
	"slices"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

// A queue that was deleted may leave what it holds to its dead-letter exchange
// (x-dead-letter-on-delete). Its name is free at once; the queue itself stays in
// the estate of its vhost until nothing is left of it, and that it is there is
// kept like what is durable: its will.

// bequest is why q goes, if it leaves something then. A vhost that is deleted
// has nobody to leave it to.
func (q *Queue) bequest() (why queue.Reason, ok bool) {
	t, can := q.Queue.(queue.Testator)
	if !can || q.vhost.closed {
		return "", false
	}
	return t.Bequest()
}

func (q *Queue) bequeaths() bool {
	_, ok := q.bequest()
	return ok
}

// Will is why q, which is being deleted, goes, and the arguments under which it
// goes on dying after a restart: whatever policies say by then, what it holds
// goes where it would go now.
func (q *Queue) Will() (why queue.Reason, args amqp.Table) {
	why, _ = q.bequest()
	args = amqp.Table{}
	maps.Copy(args, q.Current())
	for _, key := range []string{"dead-letter-exchange", "dead-letter-routing-key", "dead-letter-on-delete"} {
		if v, ok := q.Effective().Definition[key]; ok && args["x-"+key] == nil {
			args["x-"+key] = v
		}
	}
	return why, args
}

// end closes q for good, at once or when it has left what it holds. The topology
// lock is held.
func (q *Queue) end() {
	why, ok := q.bequest()
	if !ok {
		q.Close(true)
		return
	}
	q.perish(why)
}

func (q *Queue) perish(why queue.Reason) {
	v := q.vhost
	v.mu.Lock()
	if v.dying == nil {
		v.dying = map[*Queue]struct{}{}
	}
	v.dying[q] = struct{}{}
	v.mu.Unlock()
	q.Queue.(queue.Testator).Perish(why, func() { v.settleEstate(q) })
}

// settleEstate forgets q, of which nothing is left. While the vhost closes, it
// stays for the next start: it may only seem so.
func (v *Vhost) settleEstate(q *Queue) {
	if v.begin() != nil {
		return
	}
	defer v.topology.Unlock()
	if q.durable() {
		if err := v.keep([]Change{{Forget: true, Will: true, Queue: q}}); err != nil {
			slog.With("category", "queue").Error("cannot forget a deleted queue", "queue", q.Name, "vhost", v.Name, "error", err)
			return
		}
	}
	v.mu.Lock()
	delete(v.dying, q)
	v.mu.Unlock()
	q.Close(true)
}

// estate lists the queues that are gone but for what they hold.
func (v *Vhost) estate() []*Queue {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return slices.Collect(maps.Keys(v.dying))
}

// RestoreWill takes up a queue that was deleted and has left something, with the
// arguments that Will gave. Restored must follow.
func (v *Vhost) RestoreWill(d queue.Declaration, kind string, why queue.Reason) error {
	v.letters.hold()
	d.Vhost = v.Name
	t := v.options.QueueTypes[kind]
	if t == nil {
		return amqp.UnknownType.New(d, kind)
	}
	q := &Queue{Declaration: d, Kind: kind, vhost: v}
	q.marks.Store(&Marks{})
	if err := q.open(t); err != nil {
		return err
	}
	q.perish(why)
	return nil
}
