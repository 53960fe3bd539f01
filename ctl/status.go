package ctl

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
