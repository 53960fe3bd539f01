package vhost

import (
	"github.com/hutchmq/hutchmq/policy"
	"github.com/hutchmq/hutchmq/queue"
)

// Policies is the set that holds now.
func (v *Vhost) Policies() *policy.Set { return v.policies.Load() }

// SetPolicies has all queues and exchanges follow s from now on. Queues that
// can only follow it when they are opened do so then. The caller keeps s.
func (v *Vhost) SetPolicies(s *policy.Set) error {
	v.follow.Lock()
	defer v.follow.Unlock()
	changed, err := v.adopt(s)
	// The topology lock is free again: a queue may drop and dead-letter a lot,
	// and may ask to be deleted.
	for _, q := range changed {
		if r, ok := q.Queue.(queue.Reconfigurer); ok {
			r.Reconfigure(q.Effective().Definition)
		}
	}
	return err
}

// adopt puts s in its place, and returns the queues that have to be told. What
// is declared meanwhile waits, and begins with s.
func (v *Vhost) adopt(s *policy.Set) (changed []*Queue, err error) {
	if err := v.begin(); err != nil {
		return nil, err
	}
	defer v.topology.Unlock()
	v.policies.Store(s)
	for _, q := range v.Queues() {
		if before := q.Effective(); !before.Same(q.adopt()) {
			changed = append(changed, q)
		}
	}
	rerouted := false
	for _, x := range v.Exchanges() {
		before := x.alternateExchange()
		x.adopt()
		rerouted = rerouted || x.alternateExchange() != before
	}
	if rerouted {
		v.version.Add(1)
	}
	return changed, nil
}

// adopt works out what policies say of q. None is for a queue of direct
// reply-to, whose kind no policy knows.
func (q *Queue) adopt() *policy.Effective {
	e := q.vhost.Policies().Of(policy.KindOf(q.Kind), q.Name)
	q.effective.Store(e)
	return e
}

// adopt works out what policies say of x. None is for the default exchange.
func (x *Exchange) adopt() {
	e := &policy.Effective{}
	if x.Name != "" {
		e = x.vhost.Policies().Of(policy.Exchange, x.Name)
	}
	x.effective.Store(e)
}

// Effective is what policies say of q, and which of them.
func (q *Queue) Effective() *policy.Effective { return q.effective.Load() }

// Effective is what policies say of x, and which of them.
func (x *Exchange) Effective() *policy.Effective { return x.effective.Load() }

// alternateExchange is where x sends what it cannot route, "" nowhere. The
// argument of its declaration goes before a policy.
func (x *Exchange) alternateExchange() string {
	if x.argued {
		return x.alternate
	}
	name, _ := x.Effective().Definition[policy.AlternateExchange].(string)
	return name
}
