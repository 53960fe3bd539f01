package metrics

import "github.com/hutchmq/hutchmq/queue"

// Every name, with its type and what it says, and where its value comes from.
// Names, types and texts are RabbitMQ's; those that are ours are in own.go.
// What only Erlang has is left out.

// everything is on /metrics, summed up, and on /metrics/per-object. Families
// are the rest of what /metrics/detailed has.
var (
	everything = []table{
		churnMetrics, nodeCoarseMetrics, nodeMetrics, persisterMetrics, authMetrics, authDetailedMetrics,
		queueMetrics, queueCoarseMetrics, queueDeliveryMetrics, queueExchangeMetrics, queueInfo,
		exchangeMetrics, channelMetrics, channelExchangeMetrics, channelQueueMetrics, channelQueueExchangeMetrics,
		connectionMetrics, connectionCoarseMetrics,
		totals, globalMetrics, globalKindMetrics, deathMetrics, messageSizes, alarmMetrics,
		ownNode, ownRepeats, ownQueue, ownExchange, ownQueueDeaths, ownOldest, ownDelayed, ownSchedules, ownCertificates, confirmLatency, syncLatency, routeLatency,
	}
	families = []table{
		queueConsumerCount, vhostStatus, exchangeBindings, exchangeNames,
		nothing("channel_process_metrics"), nothing("stream_consumer_metrics"), nothing("ra_metrics"),
	}
)

// scalars is a table without rows: there is one value a name.
func scalars[T any](family string, find func(*snapshot) T, metrics ...metric[T]) *tableOf[T] {
	return &tableOf[T]{family: family, rows: func(s *snapshot) []T { return []T{find(s)} }, metrics: metrics}
}

// nothing is a family of RabbitMQ's that has nothing to tell here.
func nothing(family string) *tableOf[struct{}] {
	return &tableOf[struct{}]{family: family, rows: func(*snapshot) []struct{} { return nil }}
}

// did is the total of what channels did, those that are gone included: so it
// never shrinks.
func did(e queue.Event) func(*snapshot) float64 {
	return func(s *snapshot) float64 { return float64(s.activityNow().Traffic[e]) }
}

func flag(on bool) float64 {
	if on {
		return 1
	}
	return 0
}
