package broker

import (
	"strings"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/policy"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/vhost"
)

// replace finds out how what conflicts with i can make way for it: a queue has
// its arguments changed if that can be, or is made anew.
func (p *planner) replace(i *Intent) {
	v, err := p.b.Vhost(definitions.VhostOf(i.is))
	if err != nil {
		return
	}
	switch r := i.is.(type) {
	case *definitions.Queue:
		p.replaceQueue(i, v, r)
	case *definitions.Exchange:
		if x, err := v.Exchange(r.Name); err == nil && !systemExchange(x.Name) {
			i.Deed, i.err, i.Reason = Recreate, nil, ""
		}
	}
}

func (p *planner) replaceQueue(i *Intent, v *vhost.Vhost, r *definitions.Queue) {
	q, err := v.Queue(r.Name, 0)
	if err != nil {
		return
	}
	d := declarationOf(v, r)
	if changes := amendments(v, q, d); changes != nil {
		i.Deed, i.err, i.Reason, i.amend = Change, nil, "", changes
		return
	}
	if err := v.CheckNewQueue(d); err != nil {
		i.conflict(err)
		return
	}
	if why := p.mayDelete(q); why != nil {
		i.conflict(why)
		return
	}
	i.Deed, i.err, i.Reason = Recreate, nil, ""
}

// mayDelete tells why a queue stays.
func (p *planner) mayDelete(q *vhost.Queue) error {
	s := q.Stat()
	switch {
	case q.Marks().Protected:
		return amqp.ProtectedQueue.New(q)
	case !p.options.Discard && s.Ready+s.Unacked+s.Delayed > 0:
		return NotEmptyError(s.Ready + s.Unacked + s.Delayed)
	}
	return nil
}

// amendments are the changes that make q what d declares while it lives, or nil
// when there are none.
func amendments(v *vhost.Vhost, q *vhost.Queue, d queue.Declaration) amqp.Table {
	changes, current := amqp.Table{}, q.Current()
	for _, a := range queue.Args {
		is, set := d.Arguments[a.Key]
		was, there := current[a.Key]
		if a.Key == "" || a.Key == "x-queue-type" || set == there && same(definitions.Object{"v": plain(is)}, definitions.Object{"v": plain(was)}) {
			continue
		}
		if !queue.Mutable(a.Key, policy.KindOf(q.Kind)) {
			return nil
		}
		changes[a.Key] = is
	}
	if len(changes) == 0 {
		return nil
	}
	if _, err := q.Amended(changes); err != nil {
		return nil
	}
	otherwise := d
	otherwise.Arguments = amqp.Table{}
	for key, v := range d.Arguments {
		if _, changed := changes[key]; !changed {
			otherwise.Arguments[key] = v
		}
	}
	for key := range changes {
		if v, ok := current[key]; ok {
			otherwise.Arguments[key] = v
		}
	}
	if _, err := v.CheckQueue(otherwise); err != nil {
		return nil
	}
	return changes
}

// systemExchange reports whether each vhost has an exchange of that name.
func systemExchange(name string) bool {
	return name == "" || strings.HasPrefix(name, "amq.")
}
