package metrics

import "github.com/hutchmq/hutchmq/broker"

type connectionMetric = metric[connectionRow]

// connectionLabels are RabbitMQ's: it calls a connection a channel here.
func connectionLabels(r *connectionRow) []byte { return r.labels }

// wentOver is what went over all connections, those that are gone included.
func wentOver(what func(*broker.Octets) uint64) func(*snapshot) float64 {
	return func(s *snapshot) float64 {
		o := s.activityNow().Octets
		return float64(what(&o))
	}
}

var connectionCoarseMetrics = &tableOf[connectionRow]{
	family: "connection_coarse_metrics", objects: true, rows: (*snapshot).allConnections, labels: connectionLabels,
	metrics: []connectionMetric{
		{"connection_incoming_bytes_total", counter, "Total number of bytes received on a connection",
			func(r *connectionRow) float64 { return float64(r.Received) }},
		{"connection_outgoing_bytes_total", counter, "Total number of bytes sent on a connection",
			func(r *connectionRow) float64 { return float64(r.Sent) }},
	},
	totals: map[string]func(*snapshot) float64{
		"connection_incoming_bytes_total": wentOver(func(o *broker.Octets) uint64 { return o.Received }),
		"connection_outgoing_bytes_total": wentOver(func(o *broker.Octets) uint64 { return o.Sent }),
	},
}

var connectionMetrics = &tableOf[connectionRow]{
	family: "connection_metrics", objects: true, rows: (*snapshot).allConnections, labels: connectionLabels,
	metrics: []connectionMetric{
		{"connection_incoming_packets_total", counter, "Total number of packets received on a connection",
			func(r *connectionRow) float64 { return float64(r.Reads) }},
		{"connection_outgoing_packets_total", counter, "Total number of packets sent on a connection",
			func(r *connectionRow) float64 { return float64(r.Writes) }},
		{"connection_channels", gauge, "Channels on a connection",
			func(r *connectionRow) float64 { return float64(r.channels) }},
	},
	totals: map[string]func(*snapshot) float64{
		"connection_incoming_packets_total": wentOver(func(o *broker.Octets) uint64 { return o.Reads }),
		"connection_outgoing_packets_total": wentOver(func(o *broker.Octets) uint64 { return o.Writes }),
	},
}
