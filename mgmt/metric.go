package mgmt

import (
	"maps"
	"slices"

	"github.com/hutchmq/hutchmq/broker"
	contract "github.com/hutchmq/hutchmq/queue"
)

// metric is a number that has a history.
type metric struct {
	columns []int
	count   bool // it only grows: its rate says more
}

// What has which metrics, under the names of RabbitMQ's API.
var (
	trafficMetrics = withEvents(nil)
	queueMetrics   = withEvents(map[string]metric{
		"messages":                {columns: []int{broker.Ready, broker.Unacked}},
		"messages_ready":          {columns: []int{broker.Ready}},
		"messages_unacknowledged": {columns: []int{broker.Unacked}},
	})
	vhostMetrics = withEvents(map[string]metric{
		"messages":                {columns: []int{broker.Ready, broker.Unacked}},
		"messages_ready":          {columns: []int{broker.Ready}},
		"messages_unacknowledged": {columns: []int{broker.Unacked}},
		"recv_oct":                {[]int{broker.VhostReceived}, true},
		"send_oct":                {[]int{broker.VhostSent}, true},
	})
	exchangeMetrics = map[string]metric{
		"publish_in": {[]int{broker.ExchangeIn}, true}, "publish_out": {[]int{broker.ExchangeOut}, true},
	}
	connectionMetrics = map[string]metric{
		"recv_oct": {[]int{broker.Received}, true}, "recv_cnt": {[]int{broker.Reads}, true},
		"send_oct": {[]int{broker.Sent}, true}, "send_cnt": {[]int{broker.Writes}, true},
	}
	nodeMetrics = ofNode()
)

// withEvents adds the counters of traffic.
func withEvents(all map[string]metric) map[string]metric {
	if all == nil {
		all = map[string]metric{}
	}
	for e := range contract.Event(contract.Events) {
		all[e.String()] = metric{[]int{int(e)}, true}
	}
	all["deliver_get"] = metric{deliverGet, true}
	return all
}

func ofNode() map[string]metric {
	all := map[string]metric{}
	for name, m := range vhostMetrics {
		all[name] = m
	}
	for name, column := range map[string]int{
		"connection_created": broker.ConnectionsOpened, "connection_closed": broker.ConnectionsClosed,
		"channel_created": broker.ChannelsOpened, "channel_closed": broker.ChannelsClosed,
		"queue_declared": broker.QueuesDeclared, "queue_created": broker.QueuesCreated, "queue_deleted": broker.QueuesDeleted,
		"gc_num": broker.GCs, "gc_bytes_reclaimed": broker.GCBytes, "context_switches": broker.ContextSwitches,
		"io_read_count": broker.IOReads, "io_read_bytes": broker.IOReadBytes, "io_write_count": broker.IOWrites,
		"io_write_bytes": broker.IOWriteBytes, "io_sync_count": broker.IOSyncs,
	} {
		all[name] = metric{[]int{column}, true}
	}
	for name, column := range map[string]int{
		"mem_used": broker.MemoryUsed, "disk_free": broker.DiskFree, "fd_used": broker.Files,
		"sockets_used": broker.Sockets, "proc_used": broker.Goroutines,
	} {
		all[name] = metric{columns: []int{column}}
	}
	return all
}

func metricNames(all map[string]metric) []string { return slices.Sorted(maps.Keys(all)) }
