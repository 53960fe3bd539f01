package vhost

import (
	"log/slog"
	"time"

	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// host is what a queue sees of its vhost.
type host struct{ q *Queue }

// Gone implements queue.Host.
func (h host) Gone() {
	if err := h.q.vhost.deleteUnused(h.q); err != nil {
		slog.Warn("cannot delete an unused queue", "queue", h.q.Name, "vhost", h.q.Vhost, "error", err)
	}
}

// DeadLetter implements queue.Host: m goes to the exchange with its history
// brought up to date, under its own keys or under key. It goes nowhere when
// the exchange does not exist, nor into a queue that has dead-lettered it
// before with nobody rejecting it in between (RabbitMQ: "automatic" cycles).
func (h host) DeadLetter(m *message.Message, exchangeName string, key *string, why queue.Reason) {
	v := h.q.vhost
	x, err := v.Exchange(exchangeName)
	if err != nil {
		return
	}
	dead, err := message.DeadLetter(m, message.Death{
		Queue: h.q.Name, Reason: string(why), Time: time.Now(),
	}, exchangeName, key)
	var copies []string
	if err == nil {
		copies, err = message.CopyKeys(nil, dead.Header)
	}
	if err != nil {
		slog.Error("cannot dead-letter a message", "queue", h.q.Name, "vhost", v.Name, "error", err)
		return
	}
	var w walk
	w.run(x, dead, copies)
	for _, q := range w.queues {
		if message.Cycle(dead.Header, q.Name) {
			continue
		}
		q.Publish([]queue.Publication{{Message: dead}})
	}
}
