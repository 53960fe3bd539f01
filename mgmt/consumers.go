package mgmt

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/definitions"
)

func (a *API) consumerRoutes(r chi.Router) {
	r.Get("/api/consumers", a.inVhost(a.consumers))
	r.Get("/api/consumers/{vhost}", a.inVhost(a.consumers))
}

// consumer is a consumer as RabbitMQ's API shows it.
type consumer struct {
	Tag            string             `json:"consumer_tag"`
	Queue          resource           `json:"queue"`
	Channel        channelRef         `json:"channel_details"`
	AckRequired    bool               `json:"ack_required"`
	Exclusive      bool               `json:"exclusive"`
	Prefetch       int                `json:"prefetch_count"`
	Arguments      definitions.Object `json:"arguments"`
	Active         bool               `json:"active"`
	ActivityStatus string             `json:"activity_status"`         // "up", "single_active" or "waiting"
	Timeout        int64              `json:"consumer_timeout"`        // milliseconds; 0: none
	Unacked        int                `json:"messages_unacknowledged"` // ours
	Priority       int                `json:"priority"`                // ours
}

func (a *API) showConsumer(c *broker.Consumer) consumer {
	return consumer{
		Tag: c.Tag, Queue: resource{c.Queue.Name, c.Queue.Vhost}, Channel: a.refer(c.Session), AckRequired: !c.NoAck,
		Exclusive: c.Exclusive, Prefetch: c.Prefetch, Arguments: broker.Plain(c.Arguments), Active: c.Active,
		ActivityStatus: string(c.Status), Timeout: c.TimeoutMs, Unacked: c.Unacked, Priority: c.Priority,
	}
}

// consumerKeys are what consumers are sorted by without rendering them.
var consumerKeys = map[string]func(*broker.Consumer) sorter{
	"queue.vhost":             func(c *broker.Consumer) sorter { return byText(c.Queue.Vhost) },
	"queue.name":              func(c *broker.Consumer) sorter { return byText(c.Queue.Name) },
	"consumer_tag":            func(c *broker.Consumer) sorter { return byText(c.Tag) },
	"prefetch_count":          func(c *broker.Consumer) sorter { return byNumber(c.Prefetch) },
	"messages_unacknowledged": func(c *broker.Consumer) sorter { return byNumber(c.Unacked) },
}

func (a *API) consumers(w http.ResponseWriter, r *http.Request, u *auth.User) {
	vhosts, ok := a.vhostsOf(w, r, u)
	if !ok {
		return
	}
	rows := []*broker.Consumer{}
	for _, v := range vhosts {
		for _, c := range broker.Consumers(v) {
			rows = append(rows, &c)
		}
	}
	list[*broker.Consumer]{
		name: func(c *broker.Consumer) string { return c.Tag }, keys: consumerKeys,
		order: []string{"queue.vhost", "queue.name", "consumer_tag"},
		show:  func(c *broker.Consumer) any { return a.showConsumer(c) },
	}.answer(w, r, rows)
}
