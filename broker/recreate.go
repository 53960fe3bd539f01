package broker

import (
	"errors"
	"fmt"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/vhost"
)

// NotEmptyError refuses to delete a queue for its messages.
type NotEmptyError int

// Error implements error.
func (e NotEmptyError) Error() string {
	return fmt.Sprintf("it holds messages, which would be lost: %d", int(e))
}

// recreate deletes what is there otherwise, makes it anew, and binds it as it
// was bound.
func (w *work) recreate(i *Intent) error {
	b := w.b
	bound, err := b.boundTo(i.was)
	if err != nil {
		return err
	}
	again := func(r definitions.Record) error {
		if err := errors.Join(b.remove(r), b.importRecord(r)); err != nil {
			return err
		}
		return b.bindAll(bound)
	}
	owner := b.Owner(i.was)
	w.undoing(func() error { return errors.Join(again(i.was), b.own(owner, i.was)) })
	return again(i.is)
}

// boundTo are the bindings that go when r goes, in the names of their owners.
func (b *Broker) boundTo(r definitions.Record) (bound []want, err error) {
	v, err := b.Vhost(definitions.VhostOf(r))
	if err != nil {
		return nil, err
	}
	var list []*vhost.Binding
	switch r := r.(type) {
	case *definitions.Queue:
		q, err := v.Queue(r.Name, 0)
		if err != nil {
			return nil, err
		}
		list = q.Inbound()
	case *definitions.Exchange:
		x, err := v.Exchange(r.Name)
		if err != nil {
			return nil, err
		}
		list = append(x.Bindings(), x.Inbound()...)
	}
	for _, one := range list {
		if one.Source.Name != "" {
			r := bindingRecord(one)
			bound = append(bound, want{r, b.Owner(r)})
		}
	}
	return bound, nil
}

// bindAll binds again.
func (b Acting) bindAll(bound []want) error {
	for _, w := range bound {
		if err := errors.Join(b.own(w.owner, w.r), b.importRecord(w.r)); err != nil {
			return err
		}
	}
	return nil
}

// amend changes arguments of a queue that is there.
func (w *work) amend(i *Intent) error {
	r := i.is.(*definitions.Queue)
	v, err := w.b.Vhost(r.Vhost)
	if err != nil {
		return err
	}
	q, err := v.Queue(r.Name, 0)
	if err != nil {
		return err
	}
	back := amqp.Table{}
	current := q.Current()
	for key := range i.amend {
		back[key] = current[key]
	}
	w.undoing(func() error { return errors.Join(v.Amend(q, back), w.b.restoreMarks(i.was.(*definitions.Queue))) })
	if err := v.Amend(q, i.amend); err != nil {
		return err
	}
	w.b.Note("queue.amended", amqp.Table{"name": q.Name, "vhost": q.Vhost, "arguments": i.amend})
	return w.b.mark(v, q, r)
}
