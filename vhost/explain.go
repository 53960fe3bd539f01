package vhost

import (
	"github.com/hutchmq/hutchmq/exchange"
	"github.com/hutchmq/hutchmq/message"
)

// Step is a part of a message's way: from an exchange to what is bound to it.
type Step struct {
	From      *Exchange
	To        exchange.Destination // a *Queue or an *Exchange
	Binding   *Binding             // nil: by the name of the queue, or to the alternate exchange
	Alternate bool                 // nothing else was reached
}

// Explain is how m, published to x, would go, step by step, with at most so many
// steps; whole tells that these are all. Nothing is published. Where an exchange
// decides by chance or by what came before, the next message may go elsewhere.
func (v *Vhost) Explain(x *Exchange, m *message.Message, most int) (steps []Step, whole bool, err error) {
	copies, err := message.CopyKeys(nil, m.Header)
	if err != nil {
		return nil, false, err
	}
	var set, part exchange.Set
	set.Add(x)
	for i := 0; i < set.Len(); i++ {
		from, ok := set.List()[i].(*Exchange)
		if !ok {
			continue
		}
		if len(steps) >= most {
			return steps, false, nil
		}
		if err := from.explain(m, copies, &part); err != nil {
			return nil, false, err
		}
		reached := part.List()
		steps = append(steps, from.stepsTo(reached, m, copies, most-len(steps))...)
		for _, d := range reached {
			set.Add(d)
		}
		if len(reached) > 0 {
			continue
		}
		if name := from.alternateExchange(); name != "" {
			if a, err := v.Exchange(name); err == nil {
				steps = append(steps, Step{From: from, To: a, Alternate: true})
				set.Add(a)
			}
		}
	}
	return steps, len(steps) < most, nil
}

// explain is what x reaches with m. An exchange that remembers messages is not
// asked itself, but one like it.
func (x *Exchange) explain(m *message.Message, copies []string, into *exchange.Set) error {
	into.Reset()
	r := x.router
	if _, remembers := r.(exchange.Recalling); remembers {
		var err error
		if r, err = x.vhost.router(x.Kind, x.Arguments); err != nil {
			return err
		}
		for _, b := range x.Bindings() {
			r.Bind(b.Binding)
		}
	}
	routeBy(r, x.single, m, copies, into)
	return nil
}

// stepsTo are the steps from x to what was reached: one for each binding that
// alone would have led there.
func (x *Exchange) stepsTo(reached []exchange.Destination, m *message.Message, copies []string, most int) []Step {
	steps := make([]Step, 0, len(reached))
	bindings := map[exchange.Destination][]*Binding{}
	for _, b := range x.Bindings() {
		bindings[b.Destination] = append(bindings[b.Destination], b)
	}
	for _, d := range reached {
		found := false
		for _, b := range bindings[d] {
			if len(steps) < most && x.leads(b, m, copies) {
				steps, found = append(steps, Step{From: x, To: d, Binding: b}), true
			}
		}
		if !found && len(steps) < most {
			steps = append(steps, Step{From: x, To: d})
		}
	}
	return steps
}

// leads reports whether m would take b if it were the only binding of x.
func (x *Exchange) leads(b *Binding, m *message.Message, copies []string) bool {
	r, err := x.vhost.router(x.Kind, x.Arguments)
	if err != nil {
		return false
	}
	r.Bind(b.Binding)
	var set exchange.Set
	routeBy(r, x.single, m, copies, &set)
	return set.Len() > 0
}

// Alternate is where x sends what it cannot route, "" nowhere.
func (x *Exchange) Alternate() string { return x.alternateExchange() }

// DeadLetters is the exchange to which q sends what dies in it, and the routing
// key, nil when each message keeps its own. ok is false when it has none.
func (q *Queue) DeadLetters() (to string, key *string, ok bool) {
	if to, ok = q.setting("dead-letter-exchange"); !ok {
		return "", nil, false
	}
	if k, given := q.setting("dead-letter-routing-key"); given {
		key = &k
	}
	return to, key, true
}

// setting is a text that an argument says of q, or else a policy.
func (q *Queue) setting(name string) (string, bool) {
	if s, ok := q.Current()["x-"+name].(string); ok {
		return s, true
	}
	s, ok := q.Effective().Definition[name].(string)
	return s, ok
}
