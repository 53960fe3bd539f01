package mgmt

import (
	"net/url"

	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/policy"
)

// queue is a queue as RabbitMQ's API shows it. The sources are ours: which
// policy has set each key. What is nil is left out.
type queue struct {
	Name            string             `json:"name"`
	Vhost           string             `json:"vhost"`
	Type            string             `json:"type"`
	Durable         bool               `json:"durable"`
	AutoDelete      bool               `json:"auto_delete"`
	Exclusive       bool               `json:"exclusive"`
	Internal        bool               `json:"internal"`
	InternalOwner   bool               `json:"internal_owner"`
	Arguments       definitions.Object `json:"arguments"`
	Node            string             `json:"node"`
	State           string             `json:"state"`                   // "running" or "paused"
	Protected       bool               `json:"protected_from_deletion"` // ours
	Policy          *string            `json:"policy"`
	OperatorPolicy  *string            `json:"operator_policy"`
	EffectivePolicy definitions.Object `json:"effective_policy_definition"`
	PolicySources   map[string]source  `json:"effective_policy_sources"`
	*messageTotals
	*queueNumbers
	*queueTraffic
}

// source names a policy.
type source struct {
	Component string `json:"component"` // "policy" or "operator_policy"
	Name      string `json:"name"`
}

// queueDetail is how much of a queue is shown.
type queueDetail uint8

const (
	everything queueDetail = iota
	totals                 // what it is, and its messages
	bare                   // what it is
)

// detailOf is what a request wants to see of queues.
func detailOf(q url.Values) queueDetail {
	switch {
	case q.Get("disable_stats") != "true":
		return everything
	case q.Get("enable_queue_totals") == "true":
		return totals
	}
	return bare
}

func (a *API) showQueue(q *broker.Queue, detail queueDetail, asked *ranges) queue {
	e, state := q.Effective(), "running"
	if q.Marks().Paused {
		state = "paused"
	}
	shown := queue{
		Name: q.Name, Vhost: q.Vhost, Type: q.Kind, Durable: q.Durable, AutoDelete: q.AutoDelete,
		Exclusive: q.Exclusive, Arguments: broker.Plain(q.Current()), Node: a.node, State: state,
		Protected: q.Marks().Protected, Policy: orNull(e.Policy), OperatorPolicy: orNull(e.Operator),
		EffectivePolicy: broker.Plain(e.Definition), PolicySources: showSources(e),
	}
	switch detail {
	case everything:
		a.addNumbers(&shown, q, asked)
	case totals:
		s := q.Stat()
		t := sumTotals(s.Ready, s.Unacked, s.Delayed)
		shown.messageTotals = &t
	}
	return shown
}

func showSources(e *policy.Effective) map[string]source {
	sources := make(map[string]source, len(e.Sources))
	for key, from := range e.Sources {
		sources[key] = source{from.By.String(), from.Name}
	}
	return sources
}

func orNull(name string) *string {
	if name == "" {
		return nil
	}
	return &name
}
