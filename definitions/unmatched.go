package definitions

import (
	"fmt"

	"github.com/hutchmq/hutchmq/pattern"
)

// maxMatches bounds how many names patterns are tried on; beyond that nobody is
// told of those that match nothing.
const maxMatches = 1_000_000

// systemExchanges are in every vhost.
var systemExchanges = []string{"amq.direct", "amq.fanout", "amq.topic", "amq.headers", "amq.match"}

// unmatched finds policies that match nothing of what the files describe. Where
// they describe nothing of that sort, clients do, and nobody can tell.
type unmatched struct {
	*crossing
	matches int
}

// look looks at a policy, or at an operator policy among the parameters.
func (u *unmatched) look(d *Document, r Record) {
	switch r := r.(type) {
	case *Policy:
		u.policy(d, r, r)
	case *Parameter:
		if r.Component != OperatorPolicy {
			return
		}
		if p, err := r.Policy(); err == nil { // otherwise the broker says what is wrong
			u.policy(d, r, p)
		}
	}
}

func (u *unmatched) policy(d *Document, at Record, p *Policy) {
	names, what := u.queues[p.Vhost], "queues"
	switch p.ApplyTo {
	case "exchanges":
		names, what = u.exchanges[p.Vhost], "exchanges"
	case "all", "":
		names, what = append(names[:len(names):len(names)], u.exchanges[p.Vhost]...), "queues and exchanges"
	}
	expression, err := pattern.Compile(p.Pattern)
	if err != nil || len(names) == 0 || what != "queues" && u.any(expression, systemExchanges) || u.any(expression, names) {
		return
	}
	u.find(d, at, Problem{Text: fmt.Sprintf("its pattern '%s' matches none of the %s in '%s' that are described", p.Pattern, what, p.Vhost), Doubt: true})
}

// any reports whether one of the names matches, or nobody can tell any more.
func (u *unmatched) any(p *pattern.Pattern, names []string) bool {
	for _, name := range names {
		if u.matches++; u.matches > maxMatches || p.Match(name) {
			return true
		}
	}
	return false
}
