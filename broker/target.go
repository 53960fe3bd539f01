package broker

import (
	"errors"
	"slices"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/vhost"
)

// Origin is a target that differs from message to message: where it was.
type Origin string

// The origins. A message that goes there is redriven: see message.Redrive.
const (
	OriginQueue    Origin = "queue"    // the queue where it died last
	OriginExchange Origin = "exchange" // the exchange it was published to first, under its keys then
)

// Target is where messages go: an origin, a queue, or else an exchange.
type Target struct {
	Origin   Origin
	Queue    string // straight into it: the message stays as it is
	Exchange string
	Key      *string // nil: each under its own
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

// Why messages stay, beside what an error says.
const (
	unroutable = "no queue is bound for it"
	refused    = "the target is full"
	vanished   = "the target is gone"
	notDead    = "it does not tell where it comes from"
)

// send publishes m to the target with the next Flush. why tells that it cannot
// go there.
func (r *mover) send(m *message.Message, receipt queue.Receipt) (reached []*Queue, why string) {
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
		return []*Queue{to}, ""
	}
	if err = r.MayPublish(x, m); err == nil {
		_, err = r.publisher.Publish(x, m, receipt)
	}
	if err != nil {
		return nil, reason(err)
	}
	reached = slices.Clone(r.publisher.Reached()) // before the copy for a trace
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
