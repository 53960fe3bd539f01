package mgmt

import (
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/config"
	"github.com/hutchmq/hutchmq/stats"
)

func (a *API) nodeRoutes(r chi.Router) {
	r.Get("/api/nodes", a.as("monitoring", a.nodes))
	r.Get("/api/nodes/{node}", a.as("monitoring", a.oneNode))
	r.Get("/api/nodes/{node}/memory", a.as("monitoring", a.nodeMemory))
	r.Get("/api/nodes/{node}/memory/relative", a.as("monitoring", a.relativeMemory))
}

// What stands where RabbitMQ names its Erlang.
var (
	goVersion     = strings.TrimPrefix(runtime.Version(), "go")
	goFullVersion = "Go " + runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH
)

// maxProcesses is how many goroutines there might be: no bound, but RabbitMQ
// has this one, and tools divide by it.
const maxProcesses = 1 << 20

// nodeNumber is a number of the node, and the column of its history that its
// rate comes from.
type nodeNumber struct {
	key    string
	of     func(n *broker.Node) uint64
	column int
}

// nodeNumbers have x_details beside x.
var nodeNumbers = []nodeNumber{
	{"mem_used", func(n *broker.Node) uint64 { return uint64(n.MemoryUsed) }, broker.MemoryUsed},
	{"disk_free", func(n *broker.Node) uint64 { return uint64(n.DiskFree) }, broker.DiskFree},
	{"fd_used", func(n *broker.Node) uint64 { return uint64(n.Files) }, broker.Files},
	{"sockets_used", func(n *broker.Node) uint64 { return uint64(n.Sockets) }, broker.Sockets},
	{"proc_used", func(n *broker.Node) uint64 { return uint64(n.Goroutines) }, broker.Goroutines},
	{"gc_num", func(n *broker.Node) uint64 { return n.GCs }, broker.GCs},
	{"gc_bytes_reclaimed", func(n *broker.Node) uint64 { return n.GCBytes }, broker.GCBytes},
	{"context_switches", func(n *broker.Node) uint64 { return n.ContextSwitches }, broker.ContextSwitches},
	{"io_read_count", func(n *broker.Node) uint64 { return n.IO.Reads }, broker.IOReads},
	{"io_read_bytes", func(n *broker.Node) uint64 { return n.IO.ReadBytes }, broker.IOReadBytes},
	{"io_write_count", func(n *broker.Node) uint64 { return n.IO.Writes }, broker.IOWrites},
	{"io_write_bytes", func(n *broker.Node) uint64 { return n.IO.WriteBytes }, broker.IOWriteBytes},
	{"io_sync_count", func(n *broker.Node) uint64 { return n.IO.Sync.Count }, broker.IOSyncs},
}

// ioTime is how long something takes with the disk.
type ioTime struct {
	key           string
	of            func(n *broker.Node) (ns, count uint64)
	ns, countedAt int // columns
}

var ioTimes = []ioTime{
	{"io_read_avg_time", func(n *broker.Node) (uint64, uint64) { return n.IO.ReadNs, n.IO.Reads }, broker.IOReadNs, broker.IOReads},
	{"io_write_avg_time", func(n *broker.Node) (uint64, uint64) { return n.IO.WriteNs, n.IO.Writes }, broker.IOWriteNs, broker.IOWrites},
	{"io_sync_avg_time", func(n *broker.Node) (uint64, uint64) { return n.IO.Sync.Sum, n.IO.Sync.Count }, broker.IOSyncNs, broker.IOSyncs},
}

// neverCounted are what RabbitMQ's stores did, once or still: there is nothing
// like it here, and tools expect the keys.
var neverCounted = []string{
	"io_reopen_count", "io_seek_count", "io_seek_avg_time", "mnesia_disk_tx_count", "mnesia_ram_tx_count",
	"msg_store_read_count", "msg_store_write_count", "queue_index_read_count", "queue_index_write_count",
}

// collectors are the queues of work that RabbitMQ's statistics have.
var collectors = []string{
	"channel_closed", "channel_consumer_deleted", "connection_closed", "consumer_deleted", "exchange_deleted",
	"node_node_deleted", "queue_deleted", "vhost_deleted",
}

// plugins are those of RabbitMQ whose work is done here without any.
var plugins = []string{
	"rabbitmq_consistent_hash_exchange", "rabbitmq_event_exchange", "rabbitmq_management", "rabbitmq_management_agent",
	"rabbitmq_prometheus", "rabbitmq_random_exchange", "rabbitmq_recent_history_exchange", "rabbitmq_sharding",
}

// application is a part of what runs.
type application struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Version     string `json:"version"`
}

// showNode is the node as RabbitMQ's API shows it.
func (a *API) showNode(asked *ranges) object {
	n := a.broker.Node()
	o := object{
		"name": a.node, "type": "disc", "running": true, "being_drained": false, "rabbitmq_version": compatible,
		"erlang_version": goVersion, "erlang_full_version": goFullVersion, "crypto_lib_version": "crypto of " + runtime.Version(),
		"os_pid": strconv.Itoa(n.PID), "uptime": time.Since(n.Started).Milliseconds(), "processors": n.Processors,
		"run_queue": 0, "rates_mode": ratesMode, "net_ticktime": 0,
		"mem_limit": n.MemoryLimit, "mem_alarm": n.Alarm&broker.LowMemory != 0, "mem_calculation_strategy": "rss",
		"disk_free_limit": n.DiskFreeLimit, "disk_free_alarm": n.Alarm&broker.LowDisk != 0,
		"fd_total": n.MaxFiles, "sockets_total": n.MaxFiles, "proc_total": maxProcesses,
		"exchange_types": a.exchangeTypes(), "auth_mechanisms": a.authMechanisms(), "contexts": a.contexts(),
		"applications":    []application{{"hutchmq", productName, a.facts.Version}},
		"enabled_plugins": plugins, "log_files": []string{a.logFile()}, "config_files": a.configFiles(), "db_dir": a.facts.DataDir,
		"partitions": []string{}, "cluster_links": []any{}, "ra_open_file_metrics": object{},
	}
	queued := object{}
	for _, name := range collectors {
		queued[name] = 0
	}
	o["metrics_gc_queue_length"] = queued
	a.addNodeNumbers(o, &n, asked)
	for key, value := range a.churn(asked, asked.node) {
		o[key] = value
	}
	return o
}

func (a *API) addNodeNumbers(o object, n *broker.Node, asked *ranges) {
	past := history{{a.broker.Past(), a.broker.Row}}
	for _, number := range nodeNumbers {
		o.add(number.key, number.of(n), past.details(asked.now, asked.node, number.column))
	}
	for _, t := range ioTimes {
		ns, count := t.of(n)
		o.add(t.key, meanMs(float64(ns), float64(count)), details{Rate: meanMs(past[0].Rate(t.ns), past[0].Rate(t.countedAt))})
	}
	for _, key := range neverCounted {
		o.add(key, 0, details{})
	}
}

// add has o say what a number is and how it changes.
func (o object) add(key string, value any, d details) {
	o[key] = value
	o[key+"_details"] = d
}

// meanMs is how long one of count took, in milliseconds.
func meanMs(ns, count float64) float64 {
	if count <= 0 {
		return 0
	}
	return ns / count / float64(time.Millisecond)
}

// logFile names where the log goes; RabbitMQ writes streams in brackets.
func (a *API) logFile() string {
	switch f := a.facts.LogFile; f {
	case "":
		return "<stderr>"
	case config.ToStderr, config.ToStdout:
		return "<" + f + ">"
	default:
		return f
	}
}

func (a *API) configFiles() []string {
	if a.facts.ConfigFile == "" {
		return []string{}
	}
	return []string{a.facts.ConfigFile}
}

// churn is what comes and goes, with samples at the moments of grid.
func (a *API) churn(asked *ranges, grid *stats.Grid) object {
	c, past := a.broker.Churn(), history{{a.broker.Past(), a.broker.Row}}
	o := object{}
	for _, n := range []struct {
		key    string
		value  uint64
		column int
	}{
		{"connection_created", c.ConnectionsOpened, broker.ConnectionsOpened},
		{"connection_closed", c.ConnectionsClosed, broker.ConnectionsClosed},
		{"channel_created", c.ChannelsOpened, broker.ChannelsOpened},
		{"channel_closed", c.ChannelsClosed, broker.ChannelsClosed},
		{"queue_declared", c.QueuesDeclared, broker.QueuesDeclared},
		{"queue_created", c.QueuesCreated, broker.QueuesCreated},
		{"queue_deleted", c.QueuesDeleted, broker.QueuesDeleted},
	} {
		o.add(n.key, n.value, past.details(asked.now, grid, n.column))
	}
	return o
}

func (a *API) nodes(w http.ResponseWriter, r *http.Request) {
	asked, ok := askedRanges(w, r)
	if !ok {
		return
	}
	name := func(object) string { return a.node }
	list[object]{
		name: name, order: []string{"name"},
		keys: map[string]func(object) sorter{"name": func(object) sorter { return byText(a.node) }},
		show: func(o object) any { return o },
	}.answer(w, r, []object{a.showNode(&asked)})
}

func (a *API) oneNode(w http.ResponseWriter, r *http.Request) {
	if !a.hasNode(w, r) {
		return
	}
	asked, ok := askedRanges(w, r)
	if !ok {
		return
	}
	o, q := a.showNode(&asked), r.URL.Query()
	if q.Get("memory") == "true" {
		o["memory"] = a.breakdown()
	}
	if q.Get("binary") == "true" {
		o["binary"] = object{}
	}
	answerOne(w, r, o)
}
