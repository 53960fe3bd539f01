package broker

import (
	"cmp"
	"reflect"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/policy"
)

// PutPolicy makes a policy, or changes the one with the same author, vhost and
// name; created tells which. Queues and exchanges follow it when it returns.
// What is wrong with r comes back as a *policy.Invalid.
func (b Acting) PutPolicy(by policy.Author, r *definitions.Policy) (created bool, err error) {
	b.topology.Lock()
	defer b.topology.Unlock()
	v, err := b.Vhost(r.Vhost)
	if err != nil {
		return false, err
	}
	p := policyOf(by, r)
	was, there := v.Policies().Policy(by, p.Name)
	if there && reflect.DeepEqual(was, p) {
		return false, nil // a definitions file is imported at every start
	}
	policies, err := v.Policies().With(p)
	if err != nil {
		return false, err
	}
	rec, err := policyRecord(by, policyDefinition(p))
	if err != nil {
		return false, err
	}
	if err := set(b.store, rec); err != nil {
		return false, err
	}
	if err := v.SetPolicies(policies); err != nil {
		return false, err
	}
	b.emit("policy.set", func() amqp.Table { return policyNotice(&p) })
	return !there, nil
}

// DeletePolicy removes a policy; there tells whether it was there.
func (b Acting) DeletePolicy(by policy.Author, vhostName, name string) (there bool, err error) {
	b.topology.Lock()
	defer b.topology.Unlock()
	v, err := b.Vhost(vhostName)
	if err != nil {
		return false, err
	}
	p, there := v.Policies().Policy(by, name)
	if !there {
		return false, nil
	}
	rec, err := policyRecord(by, policyDefinition(p))
	if err != nil {
		return true, err
	}
	if err := b.forget(rec); err != nil {
		return true, err
	}
	if err := v.SetPolicies(v.Policies().Without(by, name)); err != nil {
		return true, err
	}
	b.emit(clearedEvents[by], func() amqp.Table { return amqp.Table{"name": name, "vhost": vhostName} })
	return true, nil
}

// Policies lists the policies of an author in a vhost, in order of precedence.
func (b *Broker) Policies(by policy.Author, vhostName string) ([]*definitions.Policy, error) {
	v, err := b.Vhost(vhostName)
	if err != nil {
		return nil, err
	}
	var list []*definitions.Policy
	for _, p := range v.Policies().Policies(by) {
		list = append(list, policyDefinition(p))
	}
	return list, nil
}

// restorePolicy puts back a policy that was stored.
func (b *Broker) restorePolicy(by policy.Author, r *definitions.Policy) error {
	v, err := b.Vhost(r.Vhost)
	if err != nil {
		return err
	}
	policies, err := v.Policies().With(policyOf(by, r))
	if err != nil {
		return err
	}
	return v.SetPolicies(policies)
}

func (b *Broker) restoreOperatorPolicy(r *definitions.Parameter) error {
	p, err := r.Policy()
	if err != nil {
		return err
	}
	return b.restorePolicy(policy.Operator, p)
}

func (b Acting) importPolicy(r *definitions.Policy) error {
	_, err := b.PutPolicy(policy.User, r)
	return err
}

func (b Acting) importOperatorPolicy(r *definitions.Parameter) error {
	p, err := r.Policy()
	if err != nil {
		return err
	}
	_, err = b.PutPolicy(policy.Operator, p)
	return err
}

func policyOf(by policy.Author, r *definitions.Policy) policy.Policy {
	return policy.Policy{
		By: by, Vhost: r.Vhost, Name: r.Name, Pattern: r.Pattern, ApplyTo: cmp.Or(r.ApplyTo, "all"),
		Priority: r.Priority, Definition: table(r.Definition),
	}
}

func policyDefinition(p policy.Policy) *definitions.Policy {
	return &definitions.Policy{
		Vhost: p.Vhost, Name: p.Name, Pattern: p.Pattern, ApplyTo: p.ApplyTo,
		Priority: p.Priority, Definition: object(p.Definition),
	}
}

// policyRecord is p as it is stored and exported.
func policyRecord(by policy.Author, p *definitions.Policy) (definitions.Record, error) {
	if by == policy.Operator {
		return p.Parameter()
	}
	return p, nil
}
