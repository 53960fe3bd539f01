package metrics

import (
	"slices"
	"time"

	"github.com/hutchmq/hutchmq/broker"
)

const nsPerSecond = 1e9

var churnMetrics = scalars("connection_churn_metrics", func(s *snapshot) broker.Churn { return s.b.Churn() },
	metric[broker.Churn]{"connections_opened_total", counter, "Total number of connections opened",
		func(c *broker.Churn) float64 { return float64(c.ConnectionsOpened) }},
	metric[broker.Churn]{"connections_closed_total", counter, "Total number of connections closed or terminated",
		func(c *broker.Churn) float64 { return float64(c.ConnectionsClosed) }},
	metric[broker.Churn]{"channels_opened_total", counter, "Total number of channels opened",
		func(c *broker.Churn) float64 { return float64(c.ChannelsOpened) }},
	metric[broker.Churn]{"channels_closed_total", counter, "Total number of channels closed",
		func(c *broker.Churn) float64 { return float64(c.ChannelsClosed) }},
	metric[broker.Churn]{"queues_declared_total", counter, "Total number of queues declared",
		func(c *broker.Churn) float64 { return float64(c.QueuesDeclared) }},
	metric[broker.Churn]{"queues_created_total", counter, "Total number of queues created",
		func(c *broker.Churn) float64 { return float64(c.QueuesCreated) }},
	metric[broker.Churn]{"queues_deleted_total", counter, "Total number of queues deleted",
		func(c *broker.Churn) float64 { return float64(c.QueuesDeleted) }},
)

type nodeMetric = metric[broker.Node]

var nodeCoarseMetrics = scalars("node_coarse_metrics", (*snapshot).nodeNow,
	nodeMetric{"process_open_fds", gauge, "Open file descriptors",
		func(n *broker.Node) float64 { return float64(n.Files) }},
	nodeMetric{"process_resident_memory_bytes", gauge, "Memory used in bytes",
		func(n *broker.Node) float64 { return float64(n.MemoryUsed) }},
	nodeMetric{"disk_space_available_bytes", gauge, "Disk space available in bytes",
		func(n *broker.Node) float64 { return float64(n.DiskFree) }},
	nodeMetric{"erlang_processes_used", gauge, "Erlang processes used: goroutines",
		func(n *broker.Node) float64 { return float64(n.Goroutines) }},
	nodeMetric{"erlang_gc_runs_total", counter, "Total number of Erlang garbage collector runs: Go's",
		func(n *broker.Node) float64 { return float64(n.GCs) }},
	nodeMetric{"erlang_gc_reclaimed_bytes_total", counter,
		"Total number of bytes of memory reclaimed by Erlang garbage collector: Go's",
		func(n *broker.Node) float64 { return float64(n.GCBytes) }},
	nodeMetric{"erlang_scheduler_context_switches_total", counter,
		"Total number of Erlang scheduler context switches: the process's",
		func(n *broker.Node) float64 { return float64(n.ContextSwitches) }},
)

var nodeMetrics = scalars("node_metrics", (*snapshot).nodeNow,
	nodeMetric{"process_max_fds", gauge, "Open file descriptors limit",
		func(n *broker.Node) float64 { return float64(n.MaxFiles) }},
	nodeMetric{"resident_memory_limit_bytes", gauge, "Memory high watermark in bytes",
		func(n *broker.Node) float64 { return float64(n.MemoryLimit) }},
	nodeMetric{"disk_space_available_limit_bytes", gauge, "Free disk space low watermark in bytes",
		func(n *broker.Node) float64 { return float64(n.DiskFreeLimit) }},
	nodeMetric{"erlang_uptime_seconds", gauge, "Node uptime", uptime},
)

var persisterMetrics = scalars("node_persister_metrics", (*snapshot).nodeNow,
	nodeMetric{"io_read_ops_total", counter, "Total number of I/O read operations",
		func(n *broker.Node) float64 { return float64(n.IO.Reads) }},
	nodeMetric{"io_read_bytes_total", counter, "Total number of I/O bytes read",
		func(n *broker.Node) float64 { return float64(n.IO.ReadBytes) }},
	nodeMetric{"io_write_ops_total", counter, "Total number of I/O write operations",
		func(n *broker.Node) float64 { return float64(n.IO.Writes) }},
	nodeMetric{"io_write_bytes_total", counter, "Total number of I/O bytes written",
		func(n *broker.Node) float64 { return float64(n.IO.WriteBytes) }},
	nodeMetric{"io_sync_ops_total", counter, "Total number of I/O sync operations",
		func(n *broker.Node) float64 { return float64(n.IO.Sync.Count) }},
	nodeMetric{"io_read_time_seconds_total", counter, "Total I/O read time",
		func(n *broker.Node) float64 { return float64(n.IO.ReadNs) / nsPerSecond }},
	nodeMetric{"io_write_time_seconds_total", counter, "Total I/O write time",
		func(n *broker.Node) float64 { return float64(n.IO.WriteNs) / nsPerSecond }},
	nodeMetric{"io_sync_time_seconds_total", counter, "Total I/O sync time",
		func(n *broker.Node) float64 { return float64(n.IO.Sync.Sum) / nsPerSecond }},
)

type authMetric = metric[broker.Attempts]

var authMetrics = &tableOf[broker.Attempts]{
	family: "auth_attempt_metrics", rows: protocolAttempts,
	labels: func(a *broker.Attempts) []byte { return label("protocol", a.Protocol) },
	metrics: []authMetric{
		{"auth_attempts_total", counter, "Total number of authentication attempts", allAttempts},
		{"auth_attempts_succeeded_total", counter, "Total number of successful authentication attempts",
			func(a *broker.Attempts) float64 { return float64(a.Succeeded) }},
		{"auth_attempts_failed_total", counter, "Total number of failed authentication attempts",
			func(a *broker.Attempts) float64 { return float64(a.Failed) }},
	},
}

var authDetailedMetrics = &tableOf[broker.Attempts]{
	family: "auth_attempt_detailed_metrics", objects: true, single: true,
	rows: func(s *snapshot) []broker.Attempts { return s.b.Attempts(true) },
	labels: func(a *broker.Attempts) []byte {
		return label("remote_address", a.PeerHost, "username", a.User, "protocol", a.Protocol)
	},
	metrics: []authMetric{
		{"auth_attempts_detailed_total", counter, "Total number of authentication attempts with source info", allAttempts},
		{"auth_attempts_detailed_succeeded_total", counter,
			"Total number of successful authentication attempts with source info",
			func(a *broker.Attempts) float64 { return float64(a.Succeeded) }},
		{"auth_attempts_detailed_failed_total", counter, "Total number of failed authentication attempts with source info",
			func(a *broker.Attempts) float64 { return float64(a.Failed) }},
	},
}

var totals = scalars("", func(s *snapshot) broker.Totals { return s.totals() },
	metric[broker.Totals]{"connections", gauge, "Connections currently open",
		func(t *broker.Totals) float64 { return float64(t.Connections) }},
	metric[broker.Totals]{"channels", gauge, "Channels currently open",
		func(t *broker.Totals) float64 { return float64(t.Channels) }},
	metric[broker.Totals]{"consumers", gauge, "Consumers currently connected",
		func(t *broker.Totals) float64 { return float64(t.Consumers) }},
	metric[broker.Totals]{"queues", gauge, "Queues available",
		func(t *broker.Totals) float64 { return float64(t.Queues) }},
)

var alarmMetrics = scalars("", (*snapshot).nodeNow,
	nodeMetric{"alarms_file_descriptor_limit", untyped, "is 1 if file descriptor limit alarm is in effect",
		func(*broker.Node) float64 { return 0 }}, // there is no such alarm; alert rules ask for it
	nodeMetric{"alarms_free_disk_space_watermark", untyped, "is 1 if free disk space watermark alarm is in effect",
		func(n *broker.Node) float64 { return flag(n.Alarm&broker.LowDisk != 0) }},
	nodeMetric{"alarms_memory_used_watermark", untyped, "is 1 if VM memory watermark alarm is in effect",
		func(n *broker.Node) float64 { return flag(n.Alarm&broker.LowMemory != 0) }},
)

func uptime(n *broker.Node) float64 { return time.Since(n.Started).Seconds() }

func allAttempts(a *broker.Attempts) float64 { return float64(a.Succeeded + a.Failed) }

// protocolAttempts are those of all protocols that have logins.
func protocolAttempts(s *snapshot) []broker.Attempts {
	list := s.b.Attempts(false)
	for _, protocol := range []string{"amqp091", "http"} {
		if !slices.ContainsFunc(list, func(a broker.Attempts) bool { return a.Protocol == protocol }) {
			list = append(list, broker.Attempts{Protocol: protocol})
		}
	}
	return list
}
