package ctl

import (
	"errors"
	"strconv"
	"time"

	"github.com/hutchmq/hutchmq/ctl/client"
)

type nodeVerbs struct {
	Status        status        `cmd:"" name:"status" group:"Node" help:"Show how the node is."`
	ClusterStatus clusterStatus `cmd:"" name:"cluster_status" group:"Node" help:"Show the nodes of the cluster, and how they are."`
	Environment   environment   `cmd:"" name:"environment" group:"Node" help:"Show the settings in effect."`
	Version       versionVerb   `cmd:"" name:"version" group:"Node" help:"Print the version of this program."`
	ServerVersion serverVersion `cmd:"" name:"server_version" group:"Node" help:"Print the version of the broker."`
	Ping          ping          `cmd:"" name:"ping" group:"Node" help:"Find out whether the broker answers."`
	AwaitStartup  awaitStartup  `cmd:"" name:"await_startup" group:"Node" help:"Wait until the broker has started."`
	Wait          wait          `cmd:"" name:"wait" group:"Node" help:"Wait until the broker has started."`
	AwaitOnline   awaitOnline   `cmd:"" name:"await_online_nodes" group:"Node" help:"Wait until the cluster has so many nodes."`
	Listeners     listeners     `cmd:"" name:"listeners" group:"Node" help:"List where the broker listens."`
	RuntimeInfo   runtimeInfo   `cmd:"" name:"erlang_version" group:"Node" help:"Print the version of Go that stands in Erlang's place."`
	ResetStats    resetStats    `cmd:"" name:"reset_stats_db" group:"Node" help:"Forget statistics."`
}

// node is what is shown of a node.
type node struct {
	Name          string   `json:"name"`
	PID           string   `json:"os_pid"`
	UptimeMs      int64    `json:"uptime"`
	Processors    int      `json:"processors"`
	MemoryUsed    int64    `json:"mem_used"`
	MemoryLimit   int64    `json:"mem_limit"`
	MemoryAlarm   bool     `json:"mem_alarm"`
	DiskFree      int64    `json:"disk_free"`
	DiskFreeLimit int64    `json:"disk_free_limit"`
	DiskFreeAlarm bool     `json:"disk_free_alarm"`
	Files         int      `json:"fd_used"`
	MaxFiles      int      `json:"fd_total"`
	Goroutines    int      `json:"proc_used"`
	Runtime       string   `json:"erlang_full_version"`
	DataDir       string   `json:"db_dir"`
	ConfigFiles   []string `json:"config_files"`
	Plugins       []string `json:"enabled_plugins"`
	Drained       bool     `json:"being_drained"`
}

// alarms names what runs out.
func (n *node) alarms() []string {
	alarms := []string{}
	if n.MemoryAlarm {
		alarms = append(alarms, "memory")
	}
	if n.DiskFreeAlarm {
		alarms = append(alarms, "disk")
	}
	return alarms
}

// node is the node that answers.
func (o *operator) node() (v overview, n node, err error) {
	if v, err = o.overview(); err == nil {
		err = o.get(&n, "nodes", v.Node)
	}
	return v, n, err
}

type status struct{}

// Run shows the node.
func (*status) Run(o *operator) error {
	v, n, err := o.node()
	if err != nil {
		return err
	}
	var t struct {
		Totals struct {
			Connections, Channels, Consumers, Exchanges, Queues int
		} `json:"object_totals"`
	}
	if err := o.get(&t, "overview"); err != nil {
		return err
	}
	o.say("Status of node %s ...", v.Node)
	r := report{}
	r.section("Runtime",
		fact{"OS PID", "pid", n.PID}, fact{"Uptime (seconds)", "uptime", n.UptimeMs / 1000},
		fact{"Is under maintenance?", "is_under_maintenance", n.Drained},
		fact{"HutchMQ version", "hutchmq_version", v.Version}, fact{"RabbitMQ version", "rabbitmq_version", v.Compatible},
		fact{"Node name", "node", v.Node}, fact{"Go configuration", "go_version", n.Runtime},
		fact{"Processors", "processors", n.Processors}, fact{"Goroutines", "goroutines", n.Goroutines})
	r.section("Data directory", fact{"Node data directory", "data_directory", n.DataDir})
	r.section("Config files", fact{"", "config_files", n.ConfigFiles})
	r.section("Alarms", fact{"", "alarms", n.alarms()})
	r.section("Memory",
		fact{"Total memory used", "memory_used", bytesOf(n.MemoryUsed)}, fact{"Memory high watermark", "vm_memory_high_watermark_limit", bytesOf(n.MemoryLimit)})
	r.section("File Descriptors", fact{"Total", "file_descriptors_used", n.Files}, fact{"Limit", "file_descriptors_limit", n.MaxFiles})
	r.section("Free Disk Space",
		fact{"Low free disk space watermark", "disk_free_limit", bytesOf(n.DiskFreeLimit)}, fact{"Free disk space", "disk_free", bytesOf(n.DiskFree)})
	r.section("Totals",
		fact{"Connection count", "connection_count", t.Totals.Connections}, fact{"Channel count", "channel_count", t.Totals.Channels},
		fact{"Consumer count", "consumer_count", t.Totals.Consumers}, fact{"Exchange count", "exchange_count", t.Totals.Exchanges},
		fact{"Queue count", "queue_count", t.Totals.Queues})
	r.section("Listeners", fact{"", "listeners", describeAll(v.Listeners)})
	return o.report(r)
}

type clusterStatus struct{}

// Run shows the nodes.
func (*clusterStatus) Run(o *operator) error {
	v, n, err := o.node()
	if err != nil {
		return err
	}
	all, err := o.rows("nodes")
	if err != nil {
		return err
	}
	names, running := []string{}, []string{}
	for _, r := range all {
		names = append(names, plain(r["name"]))
		if r["running"] == true {
			running = append(running, plain(r["name"]))
		}
	}
	o.say("Cluster status of node %s ...", v.Node)
	r := report{}
	r.section("Basics", fact{"Cluster name", "cluster_name", v.ClusterName}, fact{"Total CPU cores available cluster-wide", "cpu_cores", n.Processors})
	r.section("Disk Nodes", fact{"", "disk_nodes", names})
	r.section("Running Nodes", fact{"", "running_nodes", running})
	r.section("Versions", fact{v.Node, "versions", "RabbitMQ " + v.Compatible + " (HutchMQ " + v.Version + ") on " + n.Runtime})
	r.section("Alarms", fact{"", "alarms", n.alarms()})
	r.section("Network Partitions", fact{"", "partitions", []string{}})
	r.section("Listeners", fact{"", "listeners", describeAll(v.Listeners)})
	return o.report(r)
}

type environment struct{}

var settings = listing{plainColumns("key", "value", "default", "origin", "where", "type"), "key value origin"}

// Run shows the settings.
func (*environment) Run(o *operator) error {
	var said struct{ Settings []row }
	if err := o.get(&said, "x", "config"); err != nil {
		return err
	}
	o.say("Application environment of the broker at %s ...", o.client.Where())
	return o.showRows(settings, nil, said.Settings)
}

type versionVerb struct{}

// Run asks nobody.
func (*versionVerb) Run(o *operator) error {
	o.print("%s", o.command.Version)
	return nil
}

type serverVersion struct{}

// Run asks the broker.
func (*serverVersion) Run(o *operator) error {
	v, err := o.overview()
	if err == nil {
		o.say("Asking node %s for its RabbitMQ version...", v.Node)
		o.print("%s", v.Compatible)
	}
	return err
}

type runtimeInfo struct {
	Details bool `hidden:""`
}

// Run asks the broker.
func (*runtimeInfo) Run(o *operator) error {
	v, n, err := o.node()
	if err == nil {
		o.say("Asking node %s for what it runs on...", v.Node)
		o.print("%s", n.Runtime)
	}
	return err
}

type ping struct{}

// Run asks for what anybody may ask for: no user is needed.
func (*ping) Run(o *operator) error {
	o.say("Will ping the broker at %s. This only checks that it answers.", o.client.Where())
	if err := o.client.Get(o.ctx, "/livez", nil); err != nil {
		return err
	}
	o.say("Ping succeeded")
	return nil
}

// awaitEvery is how often one looks for what is awaited.
const awaitEvery = 100 * time.Millisecond

// await waits until ready does, or is refused, or for as long as a request may
// take.
func (o *operator) await(ready func() (bool, error)) error {
	begun := time.Now()
	for {
		done, err := ready()
		if done && err == nil {
			return nil
		}
		if err != nil && !errors.Is(err, client.ErrUnreachable) && !errors.Is(err, client.ErrTimeout) && client.Status(err) != 503 {
			return err
		}
		if o.limit > 0 && time.Since(begun) > o.limit {
			return fail(exitTimeout, "the broker at %s has not become ready in %s seconds", o.client.Where(), strconv.FormatFloat(o.limit.Seconds(), 'f', -1, 64))
		}
		if err := o.sleep(awaitEvery); err != nil {
			return err
		}
	}
}

// started reports whether the broker takes requests. Its socket may have come
// meanwhile.
func (o *operator) started() (bool, error) {
	if again, err := newOperator(o.ctx, o.command, o.globals); err == nil {
		o.client = again.client
	}
	return true, o.client.Get(o.ctx, "/readyz", nil)
}

type awaitStartup struct{}

// Run waits.
func (*awaitStartup) Run(o *operator) error {
	o.say("Waiting for the broker to start ...")
	return o.await(o.started)
}

type wait struct {
	File string `arg:"" optional:"" name:"pidfile" help:"RabbitMQ waits for this file; here nothing is read from it."`
	PID  int    `name:"pid" short:"P" help:"RabbitMQ waits for this process; here it does not matter."`
}

// Run waits.
func (*wait) Run(o *operator) error { return (&awaitStartup{}).Run(o) }

type awaitOnline struct {
	Count int `arg:"" help:"How many."`
}

// Run waits until there are as many nodes.
func (v *awaitOnline) Run(o *operator) error {
	o.say("Will wait for at least %d nodes to join the cluster ...", v.Count)
	return o.await(func() (bool, error) {
		if _, err := o.started(); err != nil {
			return false, err
		}
		all, err := o.rows("nodes")
		return len(all) >= v.Count, err
	})
}

type listener struct {
	Node     string `json:"node"`
	Protocol string `json:"protocol"`
	IP       string `json:"ip_address"`
	Port     int    `json:"port"`
	TLS      bool   `json:"tls"`
}

// describe is a listener as RabbitMQ's tools print it.
func (l *listener) describe() string {
	return "Interface: " + l.IP + ", port: " + strconv.Itoa(l.Port) + ", protocol: " + l.Protocol + ", purpose: " + l.purpose()
}

func (l *listener) purpose() string {
	switch l.Protocol {
	case "amqp":
		return "AMQP 0-9-1"
	case "amqp/ssl":
		return "AMQP 0-9-1 over TLS"
	case "http":
		return "HTTP API"
	case "https":
		return "HTTP API over TLS"
	case "http/prometheus":
		return "Prometheus exporter API over HTTP"
	}
	return l.Protocol
}

func describeAll(list []listener) []string {
	texts := []string{}
	for i := range list {
		texts = append(texts, list[i].describe())
	}
	return texts
}

type listeners struct{}

var listenerColumns = listing{plainColumns("interface", "port", "protocol", "purpose", "node"), "interface port protocol purpose"}

// Run lists listeners, one a line, or as a list for programs.
func (*listeners) Run(o *operator) error {
	v, err := o.overview()
	if err != nil {
		return err
	}
	o.say("Asking node %s to report its protocol listeners ...", v.Node)
	if o.Formatter == "" {
		for i := range v.Listeners {
			o.print("%s", v.Listeners[i].describe())
		}
		return nil
	}
	var rows []row
	for i := range v.Listeners {
		l := &v.Listeners[i]
		rows = append(rows, row{"interface": l.IP, "port": l.Port, "protocol": l.Protocol, "purpose": l.purpose(), "node": l.Node})
	}
	return o.showRows(listenerColumns, nil, rows)
}

type resetStats struct {
	All bool `help:"Of all nodes."`
}

// Run resets.
func (*resetStats) Run(o *operator) error {
	o.say("Resetting statistics ...")
	return o.remove("reset")
}
