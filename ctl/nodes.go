package ctl

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

type resetStats struct {
	All bool `help:"Of all nodes."`
}

// Run resets.
func (*resetStats) Run(o *operator) error {
	o.say("Resetting statistics ...")
	return o.remove("reset")
}
