package policy

import (
	"maps"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

// Effective is what the policies of a vhost give to one queue or exchange. It
// never changes.
type Effective struct {
	// Definition is all that is set, by key.
	Definition amqp.Table
	// Sources tells, for each key of Definition, which policy has set it.
	Sources map[string]Source
	// Policy and Operator are the names of the first policy of each author
	// that applies; "" none.
	Policy, Operator string
}

// Source names a policy.
type Source struct {
	By   Author
	Name string
}

// Of merges what applies to the queue or exchange of that kind and name.
func (s *Set) Of(kind queue.Kinds, name string) *Effective {
	e := s.said(User, kind, name)
	op := s.said(Operator, kind, name)
	for k, v := range op.Definition {
		if current, ok := e.Definition[k]; !ok || keys[k].arg.Prevails(v, current) {
			e.set(k, v, op.Sources[k])
		}
	}
	e.Operator = op.Operator
	if e.Policy == "" && e.Operator == "" {
		return &nothing
	}
	return e
}

// nothing is what most queues get, and share.
var nothing Effective

// said merges what one author says.
func (s *Set) said(by Author, kind queue.Kinds, name string) *Effective {
	e := &Effective{}
	first := [...]*string{User: &e.Policy, Operator: &e.Operator}[by]
	for _, r := range s.rules[by] {
		if !r.applies(kind, name) {
			continue
		}
		if *first == "" {
			*first = r.Name
		}
		e.add(r, kind)
		if !s.merge {
			break
		}
	}
	return e
}

// add takes from r what nobody has set yet.
func (e *Effective) add(r *rule, kind queue.Kinds) {
	for k, v := range r.Definition {
		if _, taken := e.Definition[k]; !taken && keys[k].kinds&kind != 0 {
			e.set(k, v, Source{r.By, r.Name})
		}
	}
}

func (e *Effective) set(k string, v any, from Source) {
	if e.Definition == nil {
		e.Definition, e.Sources = amqp.Table{}, map[string]Source{}
	}
	e.Definition[k], e.Sources[k] = v, from
}

// Same reports whether f gives the same settings as e, wherever they come from.
func (e *Effective) Same(f *Effective) bool {
	return maps.EqualFunc(e.Definition, f.Definition, amqp.Equivalent)
}
