package metrics

import "github.com/hutchmq/hutchmq/broker"

// delayedRow is what a vhost holds until it is due.
type delayedRow struct {
	labels []byte
	broker.DelayedCounts
}

func allDelayed(s *snapshot) (rows []delayedRow) {
	for _, v := range s.b.Vhosts() {
		if s.filter.vhost(v.Name) {
			rows = append(rows, delayedRow{label("vhost", v.Name), broker.DelayedIn(v)})
		}
	}
	return rows
}

var ownDelayed = own(&tableOf[delayedRow]{
	family: "hutchmq_delayed_metrics", objects: true, rows: allDelayed, labels: func(r *delayedRow) []byte { return r.labels },
	metrics: []metric[delayedRow]{
		{"delayed_messages", gauge, "Messages that are held until they are due",
			func(r *delayedRow) float64 { return float64(r.Messages) }},
		{"delayed_message_bytes", gauge, "Size of messages that are held until they are due",
			func(r *delayedRow) float64 { return float64(r.Bytes) }},
		{"messages_delayed_total", counter, "Total number of messages that were held until they are due",
			func(r *delayedRow) float64 { return float64(r.Delayed) }},
		{"delayed_messages_fired_total", counter, "Total number of delayed messages that were routed",
			func(r *delayedRow) float64 { return float64(r.Fired) }},
		{"delayed_messages_cancelled_total", counter, "Total number of delayed messages that somebody cancelled",
			func(r *delayedRow) float64 { return float64(r.Cancelled) }},
		{"delayed_messages_dropped_total", counter, "Total number of delayed messages that went nowhere when they were due",
			func(r *delayedRow) float64 { return float64(r.Dropped) }},
	},
})
