package ctl

import (
	"strconv"

	"github.com/hutchmq/hutchmq/ctl/client"
)

type queueVerbs struct {
	ListQueues       listQueues       `cmd:"" name:"list_queues" group:"Queues" help:"List the queues of the vhost."`
	PurgeQueue       purgeQueue       `cmd:"" name:"purge_queue" group:"Queues" help:"Delete the ready messages of a queue."`
	DeleteQueue      deleteQueue      `cmd:"" name:"delete_queue" group:"Queues" help:"Delete a queue, and the messages in it."`
	PauseQueue       pauseQueue       `cmd:"" name:"pause_queue" group:"Queues" help:"Deliver nothing more from a queue, until it is resumed."`
	ResumeQueue      resumeQueue      `cmd:"" name:"resume_queue" group:"Queues" help:"Deliver again from a paused queue."`
	Peek             peek             `cmd:"" name:"peek" group:"Queues" help:"Show a message of a queue, and leave it there."`
	ListUnresponsive listUnresponsive `cmd:"" name:"list_unresponsive_queues" group:"Queues" help:"List queues that do not answer; here a queue answers whenever its node does."`
	QuorumStatus     quorumStatus     `cmd:"" name:"quorum_status" group:"Queues" help:"Show the members of a quorum queue."`
	Rebalance        rebalance        `cmd:"" name:"rebalance" group:"Queues" help:"Spread the leaders of queues over the nodes."`
	CheckCritical    checkCritical    `cmd:"" name:"check_if_node_is_quorum_critical" group:"Queues" help:"Check that quorum queues could do without this node."`
}

var queues = listing{
	append(plainColumns("name", "vhost", "type", "durable", "auto_delete", "exclusive", "arguments", "policy", "operator_policy",
		"effective_policy_definition", "state", "node", "messages", "messages_ready", "messages_unacknowledged", "messages_ram",
		"messages_ready_ram", "messages_unacknowledged_ram", "messages_persistent", "message_bytes", "message_bytes_ready",
		"message_bytes_unacknowledged", "message_bytes_ram", "message_bytes_persistent", "head_message_timestamp", "idle_since",
		"consumers", "consumer_utilisation", "consumer_capacity", "exclusive_consumer_tag", "single_active_consumer_tag", "memory",
		"message_stats", "leader", "members", "online", "protected_from_deletion"),
		column{name: "pid", key: "node"}, column{name: "owner_pid", key: "owner_pid_details.name"},
		column{name: "disk_reads", key: "message_stats.disk_reads"}, column{name: "disk_writes", key: "message_stats.disk_writes"},
		column{name: "exclusive_consumer_pid"}, column{name: "single_active_consumer_pid"}, column{name: "slave_pids"},
		column{name: "synchronised_slave_pids"}, column{name: "mirror_pids"}, column{name: "synchronised_mirror_pids"},
		column{name: "recoverable_slaves"}, column{name: "recoverable_mirrors"}, column{name: "open_files"},
	),
	"name messages",
}

type listQueues struct {
	Columns []string `arg:"" optional:"" name:"column" columns:"queue" help:"What to show, of: ${queue_columns}."`
	Online  bool     `help:"Only those that answer, as all do."`
	Offline bool     `help:"Only those that do not answer."`
	Local   bool     `help:"Only those of this node, as all are."`
}

// Run lists queues.
func (v *listQueues) Run(o *operator) error {
	if o.limit > 0 {
		o.say("Timeout: %.1f seconds ...", o.limit.Seconds())
	}
	o.say("Listing queues for vhost %s ...", o.Vhost)
	if v.Offline {
		return o.showRows(queues, v.Columns, nil)
	}
	return o.inVhost(o.show(queues, v.Columns, "queues", o.Vhost))
}

type purgeQueue struct {
	Name string `arg:"" name:"queue" help:"Its name."`
}

// Run purges a queue.
func (v *purgeQueue) Run(o *operator) error {
	o.say("Purging queue '%s' in vhost '%s' ...", v.Name, o.Vhost)
	return o.in(o.remove("queues", o.Vhost, v.Name, "contents"), "Queue", v.Name)
}

type deleteQueue struct {
	Name     string `arg:"" name:"queue" help:"Its name."`
	IfEmpty  bool   `name:"if-empty" short:"e" help:"Refuse when there are messages in it."`
	IfUnused bool   `name:"if-unused" short:"u" help:"Refuse when it has consumers."`
	Force    bool   `hidden:""`
}

// Run deletes a queue, and tells how much was in it.
func (v *deleteQueue) Run(o *operator) error {
	o.say("Deleting queue '%s' on vhost '%s' ...", v.Name, o.Vhost)
	path := client.Path("queues", o.Vhost, v.Name)
	var q struct{ Messages int }
	if err := o.client.Get(o.ctx, path+"?columns=messages", &q); err != nil {
		return o.in(err, "Queue", v.Name)
	}
	path += "?if-empty=" + strconv.FormatBool(v.IfEmpty) + "&if-unused=" + strconv.FormatBool(v.IfUnused)
	if err := o.client.Delete(o.ctx, path); err != nil {
		return o.in(err, "Queue", v.Name)
	}
	o.say("Queue was successfully deleted with %d messages", q.Messages)
	return nil
}

type pauseQueue struct {
	Name string `arg:"" name:"queue" help:"Its name."`
}

// Run pauses a queue.
func (v *pauseQueue) Run(o *operator) error {
	o.say("Pausing queue '%s' in vhost '%s' ...", v.Name, o.Vhost)
	return o.in(o.put(nil, "queues", o.Vhost, v.Name, "pause"), "Queue", v.Name)
}

type resumeQueue struct {
	Name string `arg:"" name:"queue" help:"Its name."`
}

// Run resumes a queue.
func (v *resumeQueue) Run(o *operator) error {
	o.say("Resuming queue '%s' in vhost '%s' ...", v.Name, o.Vhost)
	return o.in(o.put(nil, "queues", o.Vhost, v.Name, "resume"), "Queue", v.Name)
}

type peek struct {
	Name string `arg:"" name:"queue" help:"Its name."`
	At   int    `arg:"" name:"position" help:"Which message: 1 is the one at the head."`
}

// peeked are the columns of a message that is shown.
var peeked = listing{plainColumns("keys", "values"), "keys values"}

// Run shows the message.
func (v *peek) Run(o *operator) error {
	o.say("Peeking at queue %s at position %d...", v.Name, v.At)
	if v.At < 1 || v.At > 500 {
		return fail(exitData, "the position is not between 1 and 500: %d", v.At)
	}
	var page struct{ Messages []row }
	path := client.Path("x", "queues", o.Vhost, v.Name, "messages") + "?limit=" + strconv.Itoa(v.At)
	if err := o.client.Get(o.ctx, path, &page); err != nil {
		return o.in(err, "Queue", v.Name)
	}
	if len(page.Messages) < v.At {
		return fail(exitData, "there are only %d messages in queue '%s'", len(page.Messages), v.Name)
	}
	return o.showRows(peeked, nil, properties(page.Messages[v.At-1]))
}

type listUnresponsive struct {
	Columns []string `arg:"" optional:"" name:"column" columns:"queue" help:"What to show, of: ${queue_columns}."`
}

// Run asks for the vhost, and finds no such queue.
func (v *listUnresponsive) Run(o *operator) error {
	o.say("Listing unresponsive queues for vhost %s ...", o.Vhost)
	if err := o.get(nil, "vhosts", o.Vhost); err != nil {
		return o.inVhost(err)
	}
	columns := v.Columns
	if columns == nil {
		columns = []string{"name"}
	}
	return o.showRows(queues, columns, nil)
}

type quorumStatus struct {
	Name string `arg:"" name:"queue" help:"Its name."`
}

var members = listing{plainColumns("node_name", "raft_state", "membership"), "node_name raft_state membership"}

// Run shows the members that the queue says it has, or the one node.
func (v *quorumStatus) Run(o *operator) error {
	o.say("Status of quorum queue %s on vhost %s ...", v.Name, o.Vhost)
	var q struct{ Type, Node, Leader string }
	if err := o.get(&q, "queues", o.Vhost, v.Name); err != nil {
		return o.in(err, "Queue", v.Name)
	}
	if q.Type != "quorum" {
		return fail(exitData, "queue '%s' is not a quorum queue but a %s queue", v.Name, q.Type)
	}
	return o.showRows(members, nil, []row{{"node_name": q.Node, "raft_state": "leader", "membership": "voter"}})
}

type rebalance struct {
	Type    string `arg:"" optional:"" help:"all, classic, quorum or stream."`
	VhostRE string `name:"vhost-pattern" hidden:""`
	QueueRE string `name:"queue-pattern" hidden:""`
}

// Run rebalances.
func (v *rebalance) Run(o *operator) error {
	o.say("Rebalancing queues ...")
	return o.post(nil, nil, "rebalance", "queues")
}

type checkCritical struct{}

// Run checks.
func (v *checkCritical) Run(o *operator) error {
	return o.check("node-is-quorum-critical")
}
