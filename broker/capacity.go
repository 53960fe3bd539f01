package broker

import "github.com/hutchmq/hutchmq/queue"

// Capacity is the share of the last seconds in which messages of q, shown by p,
// did not have to wait for consumers that had no credit: RabbitMQ's
// consumer_capacity. More consumers, or a higher prefetch, help when it is below
// 1. Without consumers it is 0.
func Capacity(q *Queue, p *queue.Picture) float64 {
	if p.Consumers == 0 {
		return 0
	}
	return 1 - min(max(q.Past.Rate(StalledMs)/1000, 0), 1)
}
