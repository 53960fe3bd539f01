package mgmt

import (
	"net/http"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/policy"
)

// queue is a queue as RabbitMQ's API shows it. The sources are ours: which
// policy has set each key.
type queue struct {
	Name            string             `json:"name"`
	Vhost           string             `json:"vhost"`
	Type            string             `json:"type"`
	Durable         bool               `json:"durable"`
	AutoDelete      bool               `json:"auto_delete"`
	Exclusive       bool               `json:"exclusive"`
	Arguments       definitions.Object `json:"arguments"`
	State           string             `json:"state"`                   // "running" or "paused"
	Protected       bool               `json:"protected_from_deletion"` // ours
	Policy          *string            `json:"policy"`
	OperatorPolicy  *string            `json:"operator_policy"`
	EffectivePolicy definitions.Object `json:"effective_policy_definition"`
	PolicySources   map[string]source  `json:"effective_policy_sources"`
	Messages        int                `json:"messages"`
	Ready           int                `json:"messages_ready"`
	Unacked         int                `json:"messages_unacknowledged"`
	Consumers       int                `json:"consumers"`
}

// source names a policy.
type source struct {
	Component string `json:"component"` // "policy" or "operator_policy"
	Name      string `json:"name"`
}

func showQueue(q *broker.Queue) queue {
	s, e, state := q.Stat(), q.Effective(), "running"
	if q.Marks().Paused {
		state = "paused"
	}
	return queue{
		Name: q.Name, Vhost: q.Vhost, Type: q.Kind, Durable: q.Durable, AutoDelete: q.AutoDelete,
		Exclusive: q.Exclusive, Arguments: broker.Plain(q.Arguments), State: state, Protected: q.Marks().Protected,
		Policy: orNull(e.Policy), OperatorPolicy: orNull(e.Operator),
		EffectivePolicy: broker.Plain(e.Definition), PolicySources: showSources(e),
		Messages: s.Ready + s.Unacked, Ready: s.Ready, Unacked: s.Unacked, Consumers: s.Consumers,
	}
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

func (a *API) queue(w http.ResponseWriter, r *http.Request, _ *auth.User) {
	if q := a.needQueue(w, r); q != nil {
		answer(w, showQueue(q))
	}
}
