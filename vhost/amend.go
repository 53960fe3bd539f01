package vhost

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/policy"
	"github.com/hutchmq/hutchmq/queue"
)

// ErrCannotAmend is what Amend returns, wrapped, for an argument that stays as
// it was declared, or a kind of queue that is not a queue.Amendable.
var ErrCannotAmend = errors.New("cannot be changed")

// Current are the arguments that hold: those declared, or what Amend made of
// them. They must not be changed.
func (q *Queue) Current() amqp.Table {
	if args := q.Marks().Amended; args != nil {
		return *args
	}
	return q.Arguments
}

// Amended is q as it is declared, with arguments changed: a nil value takes
// one away. It refuses arguments that only a declaration can set with
// ErrCannotAmend, and values that no declaration may have with an *amqp.Error.
func (q *Queue) Amended(changes amqp.Table) (queue.Declaration, error) {
	d := q.Declaration
	if _, ok := q.Queue.(queue.Amendable); !ok {
		return d, fmt.Errorf("arguments of %s: %w", q, ErrCannotAmend)
	}
	d.Arguments = maps.Clone(q.Current())
	if d.Arguments == nil {
		d.Arguments = amqp.Table{}
	}
	for _, key := range slices.Sorted(maps.Keys(changes)) {
		if !queue.Mutable(key, policy.KindOf(q.Kind)) {
			return d, fmt.Errorf("argument '%s' of %s: %w", key, q, ErrCannotAmend)
		}
		if changes[key] == nil {
			delete(d.Arguments, key)
		} else {
			d.Arguments[key] = changes[key]
		}
	}
	return d, q.vhost.options.QueueTypes[q.Kind].Check(d)
}

// Amend changes arguments of q, which follows them at once: see Amended. Who
// declares q again may do so with those that hold now, or as it was declared
// first: clients that do not know of the change need not notice.
func (v *Vhost) Amend(q *Queue, changes amqp.Table) error {
	v.follow.Lock() // one after the other, policies too
	defer v.follow.Unlock()
	d, err := q.Amended(changes)
	if err != nil {
		return err
	}
	if err := v.mark(q, func(m *Marks) { m.Amended = &d.Arguments }); err != nil {
		return err
	}
	q.Queue.(queue.Amendable).Amend(d.Arguments, q.Effective().Definition)
	return nil
}

// sameArgument refuses received unless it says of key what holds, or what was
// declared.
func (q *Queue) sameArgument(where, key string, received amqp.Table) error {
	err := sameArgument(where, key, received, q.Current())
	if err != nil && sameArgument(where, key, received, q.Arguments) == nil {
		return nil
	}
	return err
}
