package mgmt

import (
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	contract "github.com/hutchmq/hutchmq/queue"
)

// view is as much of the node as a user sees: all of it, or some
// vhosts and its own connections.
type view struct {
	totals  broker.Totals
	traffic contract.Traffic
	past    history
}

func (a *API) view(u *auth.User) view {
	if has(u, "monitoring") {
		return view{a.broker.Totals(), a.broker.Activity().Traffic, history{{a.broker.Past(), a.broker.Row}}}
	}
	vhosts := a.visible(u)
	s := view{totals: a.broker.TotalsFor(u.Name, vhosts)}
	for _, v := range vhosts {
		t := a.broker.ActivityIn(v.Name).Traffic
		s.traffic.Add(&t)
		s.past = append(s.past, a.pastOf(v))
	}
	return s
}

// pastOf is the history of a vhost.
func (a *API) pastOf(v *broker.Vhost) track {
	return track{&v.Past, func() []uint64 { return a.broker.VhostRow(v.Name) }}
}
