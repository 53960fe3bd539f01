package metrics

import (
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/stats"
)

// protocol is what RabbitMQ calls the one that is spoken.
const protocol = "amqp091"

// kinds are the kinds of queues that dashboards know. Each has its series,
// whether there is such a queue or not, so that they show 0 and not nothing.
var kinds = [...]string{"classic", "quorum", "stream", "volatile"}

// protocolRow is what clients of one protocol did.
type protocolRow struct {
	s *snapshot
	queue.Traffic
}

func allProtocols(s *snapshot) []protocolRow { return []protocolRow{{s, s.activityNow().Traffic}} }

func protocolEvents(e queue.Event) func(*protocolRow) float64 {
	return func(r *protocolRow) float64 { return float64(r.Traffic[e]) }
}

var globalMetrics = &tableOf[protocolRow]{
	rows: allProtocols, labels: func(*protocolRow) []byte { return label("protocol", protocol) },
	metrics: []metric[protocolRow]{
		{"global_messages_received_total", counter, "Total number of messages received from publishers",
			protocolEvents(queue.Published)},
		{"global_messages_received_confirm_total", counter,
			"Total number of messages received from publishers expecting confirmations",
			func(r *protocolRow) float64 { return float64(r.s.b.ConfirmsWanted()) }},
		{"global_messages_routed_total", counter, "Total number of messages routed to queues or streams",
			protocolEvents(queue.PublishedOut)},
		{"global_messages_unroutable_dropped_total", counter,
			"Total number of messages published as non-mandatory into an exchange and dropped as unroutable",
			protocolEvents(queue.Dropped)},
		{"global_messages_unroutable_returned_total", counter,
			"Total number of messages published as mandatory into an exchange and returned to the publisher as unroutable",
			protocolEvents(queue.Returned)},
		{"global_messages_confirmed_total", counter, "Total number of messages confirmed to publishers",
			protocolEvents(queue.Confirmed)},
		{"global_publishers", gauge, "Current number of publishers",
			func(r *protocolRow) float64 { return float64(r.s.publishers()) }},
		{"global_consumers", gauge, "Current number of consumers",
			func(r *protocolRow) float64 { return float64(r.s.totals().Consumers) }},
	},
}

// kindRow is what clients got from one kind of queue.
type kindRow struct {
	labels []byte
	queue.Traffic
}

func allKinds(s *snapshot) (rows []kindRow) {
	for _, kind := range kinds {
		rows = append(rows, kindRow{label("protocol", protocol, "queue_type", moduleOf(kind)), s.activityNow().ByKind[kind]})
	}
	return rows
}

func kindEvents(e queue.Event) func(*kindRow) float64 {
	return func(r *kindRow) float64 { return float64(r.Traffic[e]) }
}

var globalKindMetrics = &tableOf[kindRow]{
	rows: allKinds, labels: func(r *kindRow) []byte { return r.labels },
	metrics: []metric[kindRow]{
		{"global_messages_delivered_total", counter, "Total number of messages delivered to consumers",
			func(r *kindRow) float64 { return float64(r.DeliverGet()) }},
		{"global_messages_delivered_consume_manual_ack_total", counter,
			"Total number of messages delivered to consumers using basic.consume with manual acknowledgment",
			kindEvents(queue.Delivered)},
		{"global_messages_delivered_consume_auto_ack_total", counter,
			"Total number of messages delivered to consumers using basic.consume with automatic acknowledgment",
			kindEvents(queue.DeliveredNoAck)},
		{"global_messages_delivered_get_manual_ack_total", counter,
			"Total number of messages delivered to consumers using basic.get with manual acknowledgment", kindEvents(queue.Got)},
		{"global_messages_delivered_get_auto_ack_total", counter,
			"Total number of messages delivered to consumers using basic.get with automatic acknowledgment",
			kindEvents(queue.GotNoAck)},
		{"global_messages_get_empty_total", counter,
			"Total number of times basic.get operations fetched no message", kindEvents(queue.GotNothing)},
		{"global_messages_redelivered_total", counter, "Total number of messages redelivered to consumers",
			kindEvents(queue.Redelivered)},
		{"global_messages_acknowledged_total", counter, "Total number of messages acknowledged by consumers",
			kindEvents(queue.Acked)},
	},
}

// deathRow is what became of messages that died in one kind of queue.
type deathRow struct {
	labels   []byte
	mortal   bool // messages of the kind die, not only when there are too many
	confirms bool
	queue.Deaths
}

// died is how many messages died of a reason.
func died(why queue.Reason) func(*deathRow) float64 {
	return func(r *deathRow) float64 {
		if !r.mortal && why != queue.MaxLen {
			return none
		}
		return float64(r.Of(why))
	}
}

var deathMetrics = &tableOf[deathRow]{
	rows: allDeaths, labels: func(r *deathRow) []byte { return r.labels },
	metrics: []metric[deathRow]{
		{"global_messages_dead_lettered_maxlen_total", counter,
			"Total number of messages dead-lettered due to overflow drop-head or reject-publish-dlx", died(queue.MaxLen)},
		{"global_messages_dead_lettered_expired_total", counter,
			"Total number of messages dead-lettered due to message TTL exceeded", died(queue.Expired)},
		{"global_messages_dead_lettered_rejected_total", counter,
			"Total number of messages dead-lettered due to basic.reject or basic.nack", died(queue.Rejected)},
		{"global_messages_dead_lettered_delivery_limit_total", counter,
			"Total number of messages dead-lettered due to delivery-limit exceeded", died(queue.DeliveryLimit)},
		{"global_messages_dead_lettered_confirmed_total", counter,
			"Total number of messages dead-lettered and confirmed by target queues",
			func(r *deathRow) float64 {
				if !r.confirms {
					return none
				}
				return 0 // dead letters move as a part of one unit: nobody waits for a confirm
			}},
	},
}

func allDeaths(s *snapshot) (rows []deathRow) {
	all := s.b.Mortality()
	for _, kind := range []string{"classic", "quorum"} {
		rows = append(rows,
			deathRow{labels: deathLabels(kind, "at_most_once"), mortal: true, Deaths: all[kind].DeadLettered},
			deathRow{labels: deathLabels(kind, "disabled"), mortal: true, Deaths: all[kind].Dropped})
	}
	return append(rows,
		deathRow{labels: deathLabels("quorum", "at_least_once"), mortal: true, confirms: true},
		deathRow{labels: deathLabels("volatile", "disabled")})
}

func deathLabels(kind, strategy string) []byte {
	return label("queue_type", moduleOf(kind), "dead_letter_strategy", strategy)
}

var messageSizes = &distribution{
	name: "rabbitmq_message_size_bytes", help: "Size of messages received from publishers", unit: 1,
	labels: label("protocol", protocol), read: func(s *snapshot) stats.Distribution { return s.b.MessageSizes() },
}
