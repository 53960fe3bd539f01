package metrics

import (
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/queue"
)

type queueMetric = metric[queueRow]

func queueLabels(r *queueRow) []byte { return r.labels }

// perQueue is a table of queues.
func perQueue(family string, metrics ...queueMetric) *tableOf[queueRow] {
	return &tableOf[queueRow]{
		family: family, objects: true, rows: (*snapshot).allQueues, labels: queueLabels, metrics: metrics,
	}
}

// queueEvents is how often something happened in a queue.
func queueEvents(e queue.Event) func(*queueRow) float64 {
	return func(r *queueRow) float64 { return float64(r.Traffic[e]) }
}

var queueCoarseMetrics = perQueue("queue_coarse_metrics",
	queueMetric{"queue_messages_ready", gauge, "Messages ready to be delivered to consumers",
		func(r *queueRow) float64 { return float64(r.Ready) }},
	queueMetric{"queue_messages_unacked", gauge, "Messages delivered to consumers but not yet acknowledged",
		func(r *queueRow) float64 { return float64(r.Unacked) }},
	queueMetric{"queue_messages", gauge, "Sum of ready and unacknowledged messages - total queue depth",
		func(r *queueRow) float64 { return float64(r.Ready + r.Unacked + r.Delayed) }},
)

var queueInfo = &tableOf[queueRow]{
	family: "queue_coarse_metrics", objects: true, single: true, rows: (*snapshot).allQueues,
	labels: func(r *queueRow) []byte {
		b := r.labels[:len(r.labels):len(r.labels)]
		return appendLabel(appendLabel(b, "queue_type", moduleOf(r.q.Kind)), "membership", "leader")
	},
	metrics: []queueMetric{
		{"queue_info", gauge, "A metric with a constant '1' value and labels that provide some queue details",
			func(*queueRow) float64 { return 1 }},
	},
}

// moduleOf is what RabbitMQ calls a kind of queue here.
func moduleOf(kind string) string { return "rabbit_" + kind + "_queue" }

var consumersOfQueue = queueMetric{"queue_consumers", gauge, "Consumers on a queue",
	func(r *queueRow) float64 { return float64(r.Consumers) }}

// queueConsumerCount is one of queueMetrics alone.
var queueConsumerCount = perQueue("queue_consumer_count", consumersOfQueue)

var queueMetrics = summedApart(perQueue("queue_metrics",
	consumersOfQueue,
	queueMetric{"queue_consumer_capacity", gauge, "Consumer capacity", capacity},
	queueMetric{"queue_consumer_utilisation", gauge, "Same as consumer capacity", capacity},
	queueMetric{"queue_process_memory_bytes", gauge, "Memory in bytes used by the Erlang queue process: by the queue",
		func(r *queueRow) float64 { return float64(r.MemoryBytes) }},
	queueMetric{"queue_messages_ram", gauge, "Ready and unacknowledged messages stored in memory",
		func(r *queueRow) float64 { return float64(r.Resident + r.Unacked) }},
	queueMetric{"queue_messages_ram_bytes", gauge, "Size of ready and unacknowledged messages stored in memory",
		func(r *queueRow) float64 { return float64(r.ResidentBodyBytes + r.UnackedBytes) }},
	queueMetric{"queue_messages_ready_ram", gauge, "Ready messages stored in memory",
		func(r *queueRow) float64 { return float64(r.Resident) }},
	queueMetric{"queue_messages_unacked_ram", gauge, "Unacknowledged messages stored in memory",
		func(r *queueRow) float64 { return float64(r.Unacked) }},
	queueMetric{"queue_messages_persistent", gauge, "Persistent messages",
		func(r *queueRow) float64 { return float64(r.Persistent + r.UnackedPersistent) }},
	queueMetric{"queue_messages_persistent_bytes", gauge, "Size in bytes of persistent messages",
		func(r *queueRow) float64 { return float64(r.PersistentBytes + r.UnackedPersistentBytes) }},
	queueMetric{"queue_messages_bytes", gauge, "Size in bytes of ready and unacknowledged messages",
		func(r *queueRow) float64 { return float64(r.ReadyBytes + r.UnackedBytes) }},
	queueMetric{"queue_messages_ready_bytes", gauge, "Size in bytes of ready messages",
		func(r *queueRow) float64 { return float64(r.ReadyBytes) }},
	queueMetric{"queue_messages_unacked_bytes", gauge, "Size in bytes of all unacknowledged messages",
		func(r *queueRow) float64 { return float64(r.UnackedBytes) }},
	queueMetric{"queue_head_message_timestamp", gauge, "Timestamp of the first message in the queue, if any",
		func(r *queueRow) float64 { return known(float64(r.head.Timestamp)) }},
	queueMetric{"queue_disk_reads_total", counter, "Total number of times queue read messages from disk",
		queueEvents(queue.DiskReads)},
	queueMetric{"queue_disk_writes_total", counter, "Total number of times queue wrote messages to disk",
		queueEvents(queue.DiskWrites)},
), map[string]func(*snapshot) float64{
	"queue_consumer_capacity":      apart,
	"queue_head_message_timestamp": apart,
	"queue_disk_reads_total":       did(queue.DiskReads),
	"queue_disk_writes_total":      did(queue.DiskWrites),
})

// summedApart is t, of which some names are not summed up.
func summedApart[T any](t *tableOf[T], totals map[string]func(*snapshot) float64) *tableOf[T] {
	t.totals = totals
	return t
}

// capacity is the share of the last seconds in which no message waited for
// consumers that had no credit; 0 without consumers.
func capacity(r *queueRow) float64 {
	if r.Consumers == 0 {
		return 0
	}
	return 1 - min(max(r.q.Past.Rate(broker.StalledMs)/1000, 0), 1)
}

// known is v, unless that is 0: nobody knows.
func known(v float64) float64 {
	if v == 0 {
		return none
	}
	return v
}

var queueDeliveryMetrics = summedApart(perQueue("queue_delivery_metrics",
	queueMetric{"queue_get_ack_total", counter,
		"Total number of messages fetched from a queue with basic.get in manual acknowledgement mode", queueEvents(queue.Got)},
	queueMetric{"queue_get_total", counter,
		"Total number of messages fetched from a queue with basic.get in automatic acknowledgement mode",
		queueEvents(queue.GotNoAck)},
	queueMetric{"queue_messages_delivered_ack_total", counter,
		"Total number of messages delivered from a queue to consumers in manual acknowledgement mode",
		queueEvents(queue.Delivered)},
	queueMetric{"queue_messages_delivered_total", counter,
		"Total number of messages delivered from a queue to consumers in automatic acknowledgement mode",
		queueEvents(queue.DeliveredNoAck)},
	queueMetric{"queue_messages_redelivered_total", counter,
		"Total number of messages redelivered from a queue to consumers", queueEvents(queue.Redelivered)},
	queueMetric{"queue_messages_acked_total", counter,
		"Total number of messages acknowledged by consumers on a queue", queueEvents(queue.Acked)},
	queueMetric{"queue_get_empty_total", counter,
		"Total number of times basic.get operations fetched no message on a queue", queueEvents(queue.GotNothing)},
), map[string]func(*snapshot) float64{
	"queue_get_ack_total":                did(queue.Got),
	"queue_get_total":                    did(queue.GotNoAck),
	"queue_messages_delivered_ack_total": did(queue.Delivered),
	"queue_messages_delivered_total":     did(queue.DeliveredNoAck),
	"queue_messages_redelivered_total":   did(queue.Redelivered),
	"queue_messages_acked_total":         did(queue.Acked),
	"queue_get_empty_total":              did(queue.GotNothing),
})
