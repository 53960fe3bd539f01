package ctl

import (
	"net/http"
	"time"

	"github.com/hutchmq/hutchmq/ctl/client"
)

type connectionVerbs struct {
	ListConnections listConnections `cmd:"" name:"list_connections" group:"Connections" help:"List connections, of all vhosts."`
	ListChannels    listChannels    `cmd:"" name:"list_channels" group:"Connections" help:"List channels, of all vhosts."`
	ListConsumers   listConsumers   `cmd:"" name:"list_consumers" group:"Connections" help:"List the consumers of the vhost."`
	CloseConnection closeConnection `cmd:"" name:"close_connection" group:"Connections" help:"Close a connection."`
	CloseAll        closeAll        `cmd:"" name:"close_all_connections" group:"Connections" help:"Close the connections of the vhost, or all."`
	CloseAllOfUser  closeAllOfUser  `cmd:"" name:"close_all_user_connections" group:"Connections" help:"Close the connections of a user."`
}

// A connection is called by its name wherever RabbitMQ has a pid.
var connections = listing{
	append(plainColumns("name", "user", "vhost", "peer_host", "peer_port", "host", "port", "state", "channels", "protocol",
		"auth_mechanism", "ssl", "ssl_protocol", "ssl_key_exchange", "ssl_cipher", "ssl_hash", "peer_cert_subject", "peer_cert_issuer",
		"peer_cert_validity", "timeout", "frame_max", "channel_max", "client_properties", "connected_at", "recv_oct", "recv_cnt",
		"send_oct", "send_cnt", "send_pend", "user_provided_name", "node", "type"),
		column{name: "pid", key: "name"}, column{name: "garbage_collection"}, column{name: "reductions"},
	),
	"user peer_host peer_port state",
}

type listConnections struct {
	Columns []string `arg:"" optional:"" name:"column" columns:"connection" help:"What to show, of: ${connection_columns}."`
}

// Run lists connections.
func (v *listConnections) Run(o *operator) error {
	o.say("Listing connections ...")
	return o.show(connections, v.Columns, "connections")
}

var channels = listing{
	append(plainColumns("name", "number", "user", "vhost", "transactional", "confirm", "consumer_count", "messages_unacknowledged",
		"messages_uncommitted", "acks_uncommitted", "messages_unconfirmed", "prefetch_count", "global_prefetch_count", "state", "node",
		"idle_since", "message_stats"),
		column{name: "pid", key: "name"}, column{name: "connection", key: "connection_details.name"},
		column{name: "interceptors"}, column{name: "garbage_collection"}, column{name: "reductions"},
	),
	"pid user consumer_count messages_unacknowledged",
}

type listChannels struct {
	Columns []string `arg:"" optional:"" name:"column" columns:"channel" help:"What to show, of: ${channel_columns}."`
}

// Run lists channels.
func (v *listChannels) Run(o *operator) error {
	o.say("Listing channels ...")
	return o.show(channels, v.Columns, "channels")
}

var consumers = listing{
	append(plainColumns("consumer_tag", "ack_required", "prefetch_count", "active", "activity_status", "exclusive", "arguments",
		"consumer_timeout", "messages_unacknowledged", "priority"),
		column{name: "queue_name", key: "queue.name"}, column{name: "channel_pid", key: "channel_details.name"},
		column{name: "user", key: "channel_details.user"}, column{name: "connection", key: "channel_details.connection_name"},
	),
	"queue_name channel_pid consumer_tag ack_required prefetch_count active arguments",
}

type listConsumers struct {
	Columns []string `arg:"" optional:"" name:"column" columns:"consumer" help:"What to show, of: ${consumer_columns}."`
}

// Run lists consumers.
func (v *listConsumers) Run(o *operator) error {
	o.say("Listing consumers in vhost %s ...", o.Vhost)
	return o.inVhost(o.show(consumers, v.Columns, "consumers", o.Vhost))
}

// close closes a connection, and tells the client why.
func (o *operator) close(name, reason string) error {
	return o.client.Do(o.ctx, http.MethodDelete, client.Path("connections", name), nil, nil, "X-Reason", reason)
}

type closeConnection struct {
	Name   string `arg:"" name:"connection" help:"Its name, as list_connections shows it under name or pid."`
	Reason string `arg:"" help:"What its client is told."`
}

// Run closes a connection.
func (v *closeConnection) Run(o *operator) error {
	o.say("Closing connection %s, reason: %s...", v.Name, v.Reason)
	return o.of(o.close(v.Name, v.Reason), "Connection", v.Name)
}

type closeAll struct {
	Reason  string `arg:"" help:"What their clients are told."`
	Global  bool   `help:"Those of all vhosts."`
	DelayMs int    `name:"per-connection-delay" default:"0" placeholder:"MS" help:"Milliseconds to wait after each."`
	Limit   int    `default:"0" help:"Close no more than so many; 0 is all."`
}

// Run closes one connection after the other.
func (v *closeAll) Run(o *operator) error {
	var list []row
	var err error
	if v.Global {
		list, err = o.rows("connections")
	} else {
		list, err = o.rows("vhosts", o.Vhost, "connections")
	}
	if err != nil {
		return o.inVhost(err)
	}
	if v.Limit > 0 {
		list = list[:min(v.Limit, len(list))]
	}
	return v.close(o, list)
}

func (v *closeAll) close(o *operator, list []row) error {
	o.say("Closing %d connections, reason: %s ...", len(list), v.Reason)
	for _, r := range list {
		if err := o.close(plain(r["name"]), v.Reason); err != nil && !client.NotFound(err) {
			return err
		}
		if err := o.sleep(time.Duration(v.DelayMs) * time.Millisecond); err != nil {
			return err
		}
	}
	o.say("Closed %d connections", len(list))
	return nil
}

type closeAllOfUser struct {
	User   string `arg:"" help:"Whose."`
	Reason string `arg:"" help:"What their clients are told."`
}

// Run closes the connections of a user.
func (v *closeAllOfUser) Run(o *operator) error {
	o.say("Closing connections of user %s, reason: %s ...", v.User, v.Reason)
	path := client.Path("connections", "username", v.User)
	return o.client.Do(o.ctx, http.MethodDelete, path, nil, nil, "X-Reason", v.Reason)
}
