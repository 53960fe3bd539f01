package policy

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/hutchmq/hutchmq/pattern"
	"github.com/hutchmq/hutchmq/queue"
)

// Set is the policies of a vhost, compiled. It never changes: With and Without
// give another one.
type Set struct {
	merge bool
	rules [Operator + 1][]*rule // of each author, in order of precedence
}

// rule is a policy ready for use.
type rule struct {
	Policy
	pattern *pattern.Pattern
	kinds   queue.Kinds // of what it may apply to
}

// NewSet makes a set without policies. With merge, all policies of an author
// that match an object have a say, key by key; without, only the first of them
// has, as in RabbitMQ. A policy goes before those of lower priority, and
// before those of equal priority whose names come later.
func NewSet(merge bool) *Set { return &Set{merge: merge} }

// With is s with p, instead of the policy of the same author and name. It
// refuses with an *Invalid.
func (s *Set) With(p Policy) (*Set, error) {
	r, err := compile(&p, s.merge)
	if err != nil {
		return nil, err
	}
	with := s.Without(p.By, p.Name)
	if with == s {
		if len(s.rules[p.By]) >= maxPolicies {
			return nil, &Invalid{[]string{fmt.Sprintf("there are %d policies already", maxPolicies)}}
		}
		with = s.copy()
	}
	list := &with.rules[p.By]
	at, _ := slices.BinarySearchFunc(*list, r, precedence)
	*list = slices.Insert(*list, at, r)
	return with, nil
}

// Without is s without a policy, or s itself when it does not hold it.
func (s *Set) Without(by Author, name string) *Set {
	at := s.find(by, name)
	if at < 0 {
		return s
	}
	without := s.copy()
	without.rules[by] = slices.Delete(without.rules[by], at, at+1)
	return without
}

// Policy finds a policy.
func (s *Set) Policy(by Author, name string) (Policy, bool) {
	at := s.find(by, name)
	if at < 0 {
		return Policy{}, false
	}
	return s.rules[by][at].Policy, true
}

// Policies lists the policies of an author in order of precedence.
func (s *Set) Policies(by Author) []Policy {
	list := make([]Policy, len(s.rules[by]))
	for i, r := range s.rules[by] {
		list[i] = r.Policy
	}
	return list
}

func (s *Set) find(by Author, name string) int {
	return slices.IndexFunc(s.rules[by], func(r *rule) bool { return r.Name == name })
}

func (s *Set) copy() *Set {
	c := *s
	for by := range c.rules {
		c.rules[by] = slices.Clone(c.rules[by])
	}
	return &c
}

func precedence(a, b *rule) int {
	return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.Name, b.Name))
}

// compile checks p and makes a rule of it. RabbitMQ lists what is wrong in
// this order.
func compile(p *Policy, merge bool) (*rule, error) {
	var reasons []string
	if p.Name == "" || len(p.Name) > maxTextBytes {
		reasons = append(reasons, fmt.Sprintf("name should have 1 to %d bytes", maxTextBytes))
	}
	if why := p.checkDefinition(); why != "" {
		reasons = append(reasons, why)
	}
	if targets[p.ApplyTo] == 0 {
		reasons = append(reasons, "apply-to '"+p.ApplyTo+"' unrecognised; should be one of: "+
			"'queues', 'classic_queues', 'quorum_queues', 'streams', 'exchanges', or 'all'")
	}
	compiled, why := p.compilePattern()
	if why != "" {
		reasons = append(reasons, why)
	}
	if len(reasons) > 0 {
		return nil, &Invalid{reasons}
	}
	return &rule{Policy: *p, pattern: compiled, kinds: targets[p.ApplyTo] & p.suits(merge)}, nil
}

// suits tells the kinds p has something for. RabbitMQ passes over a policy as a
// whole when a key of it is for other kinds of queue only; where policies
// merge, one suitable key is enough.
func (p *Policy) suits(merge bool) queue.Kinds {
	some, all := queue.Kinds(0), queues|Exchange
	for name := range p.Definition {
		kinds := keys[name].kinds
		some |= kinds
		if kinds&queues != 0 {
			all &= kinds | Exchange
		}
	}
	if merge {
		return some
	}
	return all
}

func (r *rule) applies(kind queue.Kinds, name string) bool {
	return r.kinds&kind != 0 && r.pattern.Match(name)
}
