package broker

import (
	"errors"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/delay"
	"github.com/hutchmq/hutchmq/exchange"
	"github.com/hutchmq/hutchmq/message"
)

// What faces see of messages that are held.
type (
	DelayedMessage = delay.Listed
	DelayedCursor  = delay.Cursor
	DelayedPage    = delay.Page
)

// DelayedExchange is what the type of exchange is called that RabbitMQ's plugin
// for delayed messages brings.
const DelayedExchange = exchange.DelayedType

// ParseDelayedCursor reads a place in a list of delayed messages.
func ParseDelayedCursor(s string) (DelayedCursor, error) { return delay.ParseCursor(s) }

// maxDelayedLooks bounds how many messages one list looks at, and how many one
// cancelling by a filter goes through at a time.
const maxDelayedLooks = 10_000

// DelayedFilter says which held messages are meant: those for which everything
// that is set holds. The zero filter means all.
type DelayedFilter struct {
	Exchange *string
	Key      string // of the routing key: * stands for any text, ? for one character
}

func (f *DelayedFilter) matches(l *delay.Listed) bool {
	return (f.Exchange == nil || *f.Exchange == l.Exchange) && (f.Key == "" || glob(f.Key, l.Key))
}

// DelayedCounts is what a vhost holds, and what became of messages that were
// held since the start.
type DelayedCounts struct {
	Messages                           int
	Bytes                              int64
	Delayed, Fired, Cancelled, Dropped uint64
}

// DelayedIn counts for a vhost.
func DelayedIn(v *Vhost) (c DelayedCounts) {
	h := v.Delayed()
	if h == nil {
		return c
	}
	held, n := h.Held(), h.Counters()
	return DelayedCounts{held.Messages, held.Bytes, n.Delayed.Load(), n.Fired.Load(), n.Cancelled.Load(), n.Dropped.Load()}
}

// DelayedBy is how many of the messages published to x are held.
func DelayedBy(x *Exchange) int { return x.Delayed().Messages }

// Delayed lists messages that are held, of exchanges that the user may read, in
// the order of being due from behind a place on.
func (s *Session) Delayed(f *DelayedFilter, after DelayedCursor, limit int) (DelayedPage, error) {
	h := s.v.Delayed()
	if h == nil {
		return DelayedPage{End: true}, nil
	}
	return h.List(delay.Query{After: after, Limit: limit, MaxLooks: maxDelayedLooks, Want: func(l *delay.Listed) bool {
		return f.matches(l) && s.needExchange(auth.Read, l.Exchange) == nil
	}})
}

// ErrNotDelayed tells of a message that is not held, or no longer.
var ErrNotDelayed = errors.New("no such delayed message")

// DelayedMessage finds a message that is held. It wants the right to read from
// its exchange.
func (s *Session) DelayedMessage(id uint64) (DelayedMessage, *message.Message, error) {
	if h := s.v.Delayed(); h != nil {
		if l, m, ok := h.Get(id); ok {
			return l, m, s.needExchange(auth.Read, l.Exchange)
		}
	}
	return DelayedMessage{}, nil, ErrNotDelayed
}

// CancelDelayed drops messages that are held, as far as they are there. It
// wants the right to read from their exchanges.
func (s *Session) CancelDelayed(ids []uint64) (n int, err error) {
	return s.onDelayed(ids, "delayed.cancelled", []auth.Right{auth.Read}, (*delay.Holder).Cancel)
}

// FireDelayed routes messages that are held now, as far as they are there. It
// wants the rights to read from their exchanges, and to write to them.
func (s *Session) FireDelayed(ids []uint64) (n int, err error) {
	return s.onDelayed(ids, "delayed.delivered", []auth.Right{auth.Read, auth.Write}, (*delay.Holder).FireNow)
}

// onDelayed does something to messages, and puts it on record.
func (s *Session) onDelayed(ids []uint64, action string, rights []auth.Right,
	do func(*delay.Holder, []uint64) ([]delay.Listed, error)) (n int, err error) {
	h := s.v.Delayed()
	if h == nil {
		return 0, nil
	}
	there := make([]uint64, 0, len(ids))
	for _, id := range ids {
		l, _, ok := h.Get(id)
		if !ok {
			continue
		}
		for _, r := range rights {
			if err := s.needExchange(r, l.Exchange); err != nil {
				s.tried(action, l.Exchange, err)
				return 0, err
			}
		}
		there = append(there, id)
	}
	done, err := do(h, there)
	s.noteDelayed(action, done)
	return len(done), err
}

// noteDelayed puts on record what was done to messages, by exchange.
func (s *Session) noteDelayed(action string, list []delay.Listed) {
	counts := map[string]int{}
	for i := range list {
		counts[list[i].Exchange]++
	}
	for name, n := range counts {
		s.c.b.By(s.c.actor()).Note(action, amqp.Table{"name": name, "vhost": s.v.Name, "messages": int64(n)})
	}
}

// CancelDelayedWhere drops the messages that f means and that are held now, as
// CancelDelayed does.
func (s *Session) CancelDelayedWhere(f *DelayedFilter) (n int, err error) {
	var after DelayedCursor
	for {
		p, err := s.Delayed(f, after, maxDelayedLooks)
		if err != nil {
			return n, err
		}
		ids := make([]uint64, 0, len(p.List))
		for i := range p.List {
			ids = append(ids, p.List[i].ID)
		}
		gone, err := s.CancelDelayed(ids)
		if n += gone; err != nil || p.End {
			return n, err
		}
		after = p.Next
	}
}

// restoreDelayed takes up what vhosts hold, now that there are queues for it,
// and adds their logs to those that are somebody's.
func (b *Broker) restoreDelayed(logs map[uint64]bool) error {
	all, err := b.vopts.Delays.Logs()
	if err != nil {
		return err
	}
	var errs []error
	for name, id := range all {
		v, err := b.Vhost(name)
		if err != nil {
			continue // it is gone
		}
		logs[id] = true
		_, err = v.OpenDelayed()
		errs = append(errs, err)
	}
	errs = append(errs, b.vopts.Delays.Recover(func(name string) bool {
		v, _ := b.Vhost(name)
		return v != nil
	}))
	return errors.Join(errs...)
}

// resumeSchedules plans what is to be published again and again, once vhosts
// hold what they did.
func (b *Broker) resumeSchedules() error {
	var errs []error
	for _, v := range b.Vhosts() {
		if v.Delayed() != nil || b.schedules.any(v.Name) {
			errs = append(errs, b.schedules.resume(v))
		}
	}
	return errors.Join(errs...)
}
