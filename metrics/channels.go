package metrics

import "github.com/hutchmq/hutchmq/queue"

type channelMetric = metric[channelRow]

var channelMetrics = &tableOf[channelRow]{
	family: "channel_metrics", objects: true, rows: (*snapshot).allChannels,
	labels: func(r *channelRow) []byte { return r.labels },
	metrics: []channelMetric{
		{"channel_consumers", gauge, "Consumers on a channel",
			func(r *channelRow) float64 { return float64(r.Consumers) }},
		{"channel_messages_unacked", gauge, "Delivered but not yet acknowledged messages",
			func(r *channelRow) float64 { return float64(r.Unacked) }},
		{"channel_messages_unconfirmed", gauge, "Published but not yet confirmed messages",
			func(r *channelRow) float64 { return float64(r.Unconfirmed) }},
		{"channel_messages_uncommitted", gauge, "Messages received in a transaction but not yet committed",
			func(r *channelRow) float64 { return float64(r.Uncommitted) }},
		{"channel_acks_uncommitted", gauge, "Message acknowledgements in a transaction not yet committed",
			func(r *channelRow) float64 { return float64(r.AcksUncommitted) }},
		{"consumer_prefetch", gauge, "Limit of unacknowledged messages for each consumer",
			func(r *channelRow) float64 { return float64(r.Prefetch) }},
		{"channel_prefetch", gauge, "Deprecated and will be removed in a future version",
			func(r *channelRow) float64 { return float64(r.GlobalPrefetch) }},
	},
}

type trafficMetric = metric[trafficRow]

func trafficLabels(r *trafficRow) []byte { return r.labels }

func trafficEvents(e queue.Event) func(*trafficRow) float64 {
	return func(r *trafficRow) float64 { return float64(r.Traffic[e]) }
}

var channelExchangeMetrics = &tableOf[trafficRow]{
	family: "channel_exchange_metrics", objects: true, rows: (*snapshot).allPublished, labels: trafficLabels,
	metrics: []trafficMetric{
		{"channel_messages_published_total", counter, "Total number of messages published into an exchange on a channel",
			trafficEvents(queue.Published)},
		{"channel_messages_confirmed_total", counter,
			"Total number of messages published into an exchange and confirmed on the channel", trafficEvents(queue.Confirmed)},
		{"channel_messages_unroutable_returned_total", counter,
			"Total number of messages published as mandatory into an exchange and returned to the publisher as unroutable",
			trafficEvents(queue.Returned)},
		{"channel_messages_unroutable_dropped_total", counter,
			"Total number of messages published as non-mandatory into an exchange and dropped as unroutable",
			trafficEvents(queue.Dropped)},
	},
	totals: map[string]func(*snapshot) float64{
		"channel_messages_published_total":           did(queue.Published),
		"channel_messages_confirmed_total":           did(queue.Confirmed),
		"channel_messages_unroutable_returned_total": did(queue.Returned),
		"channel_messages_unroutable_dropped_total":  did(queue.Dropped),
	},
}

var channelQueueMetrics = &tableOf[trafficRow]{
	family: "channel_queue_metrics", objects: true, rows: (*snapshot).allDelivered, labels: trafficLabels,
	metrics: []trafficMetric{
		{"channel_get_ack_total", counter,
			"Total number of messages fetched with basic.get in manual acknowledgement mode", trafficEvents(queue.Got)},
		{"channel_get_total", counter,
			"Total number of messages fetched with basic.get in automatic acknowledgement mode", trafficEvents(queue.GotNoAck)},
		{"channel_messages_delivered_ack_total", counter,
			"Total number of messages delivered to consumers in manual acknowledgement mode", trafficEvents(queue.Delivered)},
		{"channel_messages_delivered_total", counter,
			"Total number of messages delivered to consumers in automatic acknowledgement mode",
			trafficEvents(queue.DeliveredNoAck)},
		{"channel_messages_redelivered_total", counter, "Total number of messages redelivered to consumers",
			trafficEvents(queue.Redelivered)},
		{"channel_messages_acked_total", counter, "Total number of messages acknowledged by consumers",
			trafficEvents(queue.Acked)},
		{"channel_get_empty_total", counter, "Total number of times basic.get operations fetched no message",
			trafficEvents(queue.GotNothing)},
	},
	totals: map[string]func(*snapshot) float64{
		"channel_get_ack_total":                did(queue.Got),
		"channel_get_total":                    did(queue.GotNoAck),
		"channel_messages_delivered_ack_total": did(queue.Delivered),
		"channel_messages_delivered_total":     did(queue.DeliveredNoAck),
		"channel_messages_redelivered_total":   did(queue.Redelivered),
		"channel_messages_acked_total":         did(queue.Acked),
		"channel_get_empty_total":              did(queue.GotNothing),
	},
}
