package drain

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/amqp/dial"
)

// product is what brokers are told of us.
const product = "hutchmq drain"

// channel is the only one on each connection.
const channel = 1

// worker moves one queue at a time. It has a connection to each broker, which it
// keeps from queue to queue of a vhost, and is for one goroutine.
type worker struct {
	*drain
	vhost          string
	source, target *dial.Conn // nil when not open
	blocked        atomic.Bool
}

// to has both connections open for a vhost. The target comes first: its limit
// of frames is also the source's, so that frames pass as they are.
func (w *worker) to(ctx context.Context, vhost string) (err error) {
	if w.source != nil && w.target != nil && w.vhost == vhost {
		return nil
	}
	w.close()
	w.vhost = vhost
	source, target := w.Source, w.Target
	source.Vhost, target.Vhost = vhost, w.targetVhost(vhost)
	if w.target, err = dial.Open(ctx, target, product, amqp.DefaultFrameMax); err != nil {
		return fmt.Errorf("%wtarget: %w", ErrLost, err)
	}
	if w.source, err = dial.Open(ctx, source, product, w.target.FrameMax); err != nil {
		return fmt.Errorf("%wsource: %w", ErrLost, err)
	}
	return nil
}

// unlessVhost gives q up, and forgets err, if that is a broker that keeps us out
// of a vhost and not of all.
func (w *worker) unlessVhost(q Queue, err error) error {
	if refused, ok := errors.AsType[*dial.CloseError](err); ok && refused.Code == amqp.NotAllowed {
		w.leave(q, err.Error())
		return nil
	}
	return err
}

// close ends both connections. What the source has not been told of goes back
// to its queue.
func (w *worker) close() {
	for _, c := range []*dial.Conn{w.source, w.target} {
		if c != nil {
			c.SetDeadline(time.Now().Add(time.Second))
			c.Send(0, &amqp.ConnectionClose{ReplyCode: amqp.ReplySuccess, ReplyText: "done"})
			c.Close()
		}
	}
	w.source, w.target = nil, nil
}

// count is how many messages are ready in a queue at the source. A queue that
// does not show them is given up.
func (w *worker) count(ctx context.Context, q Queue) (uint64, error) {
	if err := w.to(ctx, q.Vhost); err != nil {
		return 0, w.unlessVhost(q, err)
	}
	n, err := messages(w.source, q.Name)
	if refused, ok := errors.AsType[*dial.ChannelError](err); ok {
		if refused.Code != amqp.NotFound || w.API == nil { // it may have gone since it was listed
			w.leave(q, "source: "+refused.Text)
		}
		return 0, nil
	}
	if err != nil {
		w.close()
		return 0, fmt.Errorf("%wsource: %w", ErrLost, err)
	}
	return n, nil
}

// missing gives q up if the target does not have it.
func (w *worker) missing(ctx context.Context, q filled) error {
	if err := w.to(ctx, q.Vhost); err != nil {
		return w.unlessVhost(q.Queue, err)
	}
	w.report.holds(q)
	_, err := messages(w.target, q.Name)
	if refused, ok := errors.AsType[*dial.ChannelError](err); ok {
		w.leave(q.Queue, "target: "+refused.Text)
		return nil
	}
	if err != nil {
		w.close()
		return fmt.Errorf("%wtarget: %w", ErrLost, err)
	}
	return nil
}

// messages is how many messages are ready in a queue. The channel is open only
// meanwhile.
func messages(c *dial.Conn, queue string) (uint64, error) {
	if err := c.OpenChannel(channel); err != nil {
		return 0, err
	}
	ok, err := dial.Call[*amqp.QueueDeclareOk](c, channel, &amqp.QueueDeclare{Queue: queue, Passive: true})
	if _, refused := errors.AsType[*dial.ChannelError](err); refused {
		return 0, errors.Join(err, c.Send(channel, &amqp.ChannelCloseOk{}))
	}
	if err != nil {
		return 0, err
	}
	return uint64(ok.MessageCount), closeChannel(c)
}

func closeChannel(c *dial.Conn) error {
	_, err := dial.Call[*amqp.ChannelCloseOk](c, channel, &amqp.ChannelClose{ReplyCode: amqp.ReplySuccess})
	return err
}

// visit moves as many messages of q as it held when somebody looked. A queue
// that it cannot move is given up; an error is that of a connection.
func (w *worker) visit(ctx context.Context, q filled) error {
	if ctx.Err() != nil {
		return nil
	}
	if err := w.missing(ctx, q); err != nil || w.report.gaveUp(q.Queue) {
		return err
	}
	v := newVisit(w, q)
	err := v.run(ctx)
	moved := v.moved.Load()
	w.report.moved(q.Queue, moved)
	w.blocked.Store(false)
	if err != nil {
		w.close()
	}
	if left, ok := errors.AsType[*leftError](err); ok {
		w.leave(q.Queue, left.why)
		return nil
	}
	if moved > 0 {
		w.say("%v: %d moved", q.Queue, moved)
	}
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("%w%w", ErrLost, err)
	}
	return nil
}

// leave gives a queue up for the rest of the run. It is not tried again: each
// time messages go back to a quorum queue counts against its delivery limit.
func (d *drain) leave(q Queue, why string) {
	if d.report.leave(q, why) {
		d.say("%v: the rest stays at the source: %s", q, why)
	}
}
