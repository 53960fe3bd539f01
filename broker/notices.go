package broker

import (
	"fmt"
	"slices"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/policy"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/vhost"
)

// What events say, in headers with the names of RabbitMQ's plugin.

// actor is the header with who performed an action.
const actor = "user_who_performed_action"

// internalUser is who performs what the broker does by itself.
const internalUser = "rmq-internal"

// named is the headers of an event about something that has but a name.
func named(name string) func() amqp.Table {
	return func() amqp.Table { return amqp.Table{"name": name} }
}

// emitChange tells of a change of topology.
func (b *Broker) emitChange(n vhost.Notice) {
	event := ".created"
	if n.Forget {
		event = ".deleted"
	}
	switch {
	case n.Exchange != nil:
		b.emitNotice("exchange"+event, n, exchangeNotice)
	case n.Queue != nil:
		b.emitNotice("queue"+event, n, queueNotice)
	default:
		b.emitNotice("binding"+event, n, bindingNotice)
	}
}

// emitNotice tells of n, and has it on record unless it is beside the point:
// because of something bigger, or in a connection's own queues.
func (b *Broker) emitNotice(event string, n vhost.Notice, say func(vhost.Notice) amqp.Table) {
	by := n.Actor
	if n.User == "" {
		n.User = internalUser
	}
	if !n.Along && !exclusive(n.Change) {
		b.By(by).Note(event, say(n))
	}
	b.emit(event, func() amqp.Table { return say(n) })
}

// exclusive reports whether c is about a queue that one connection has to
// itself.
func exclusive(c vhost.Change) bool {
	q := c.Queue
	if c.Binding != nil {
		q, _ = c.Binding.Destination.(*vhost.Queue)
	}
	return q != nil && q.Exclusive
}

func exchangeNotice(n vhost.Notice) amqp.Table {
	x := n.Exchange
	t := amqp.Table{"name": x.Name, "vhost": x.Vhost(), actor: n.User}
	if !n.Forget {
		t["type"], t["durable"], t["auto_delete"], t["internal"] = x.Kind, x.Durable, x.AutoDelete, x.Internal
		t["arguments"] = x.Arguments
	}
	return t
}

func queueNotice(n vhost.Notice) amqp.Table {
	q := n.Queue
	t := amqp.Table{"name": q.Name, "vhost": q.Vhost, actor: n.User}
	if !n.Forget {
		t["type"], t["durable"], t["auto_delete"], t["exclusive"] = q.Kind, q.Durable, q.AutoDelete, q.Exclusive
		t["arguments"] = q.Arguments
	}
	return t
}

func bindingNotice(n vhost.Notice) amqp.Table {
	b := bindingRecord(n.Binding)
	return amqp.Table{
		"vhost": b.Vhost, "source_name": b.Source, "source_kind": "exchange",
		"destination_name": b.Destination, "destination_kind": b.DestinationType,
		"routing_key": b.RoutingKey, "arguments": n.Binding.Arguments, actor: n.User,
	}
}

// emitUser tells how a user differs from what it was, nil for nobody.
func (b Acting) emitUser(was, is *auth.User) {
	switch {
	case was == nil:
		b.emit("user.created", named(is.Name))
		was = &auth.User{PasswordHash: is.PasswordHash}
	case was.PasswordHash != is.PasswordHash:
		b.emit("user.password.changed", named(is.Name))
	}
	if !slices.Equal(was.Tags, is.Tags) {
		b.emit("user.tags.set", func() amqp.Table { return amqp.Table{"name": is.Name, "tags": texts(is.Tags)} })
	}
}

// emitLimits tells what a vhost or a user, whichever whose says, may have now.
func (b Acting) emitLimits(whose, name string, l definitions.Object) {
	if len(l) == 0 {
		b.emit(whose+".limits.cleared", named(name))
		return
	}
	b.emit(whose+".limits.set", func() amqp.Table { return amqp.Table{"name": name, "limits": table(l)} })
}

func texts(list []string) []any {
	array := make([]any, len(list))
	for i, s := range list {
		array[i] = s
	}
	return array
}

// emitLogin tells how a login ended.
func (b *Broker) emitLogin(c *Client, user string, err error) {
	event := "user.authentication.success"
	if err != nil {
		event = "user.authentication.failure"
	}
	b.emit(event, func() amqp.Table {
		t := c.peer()
		t["name"], t["connection_type"] = user, "network"
		if c.Name != "" {
			t["connection_name"] = c.Name
		}
		if err != nil {
			t["error"] = err.Error()
		}
		return t
	})
}

// emitAlarm tells of an alarm of this node.
func (b *Broker) emitAlarm(event, source string) {
	b.emit(event, func() amqp.Table { return amqp.Table{"source": source, "node": b.node} })
}

// peer is who is at the other end.
func (c *Client) peer() amqp.Table {
	t := amqp.Table{
		"host": c.Host, "port": c.Port, "peer_host": c.PeerHost, "peer_port": c.PeerPort,
		"protocol": c.Protocol, "auth_mechanism": c.Mechanism,
	}
	c.Security.describe(t)
	return t
}

// describe is the headers of events about c.
func (c *Connection) describe() amqp.Table {
	t := c.peer()
	t["name"], t["user"], t["vhost"], t["node"], t[actor] = c.Name, c.User.Name, c.v.Name, c.b.node, c.User.Name
	t["timeout"], t["frame_max"], t["channel_max"] = int64(c.Heartbeat.Seconds()), int64(c.FrameMax), int64(c.ChannelMax)
	t["client_properties"], t["connected_at"] = c.Properties, c.Opened.UnixMilli()
	return t
}

// name is how events and lists call a channel.
func (s *Session) name() string { return fmt.Sprintf("%s (%d)", s.c.Name, s.channel) }

// describe is the headers of events about a channel.
func (s *Session) describe() amqp.Table {
	return amqp.Table{
		"name": s.name(), "number": int64(s.channel), "connection": s.c.Name,
		"vhost": s.v.Name, "user": s.c.User.Name, actor: s.c.User.Name,
	}
}

// consumes tells of a new consumer.
func (s *Session) consumes(q *vhost.Queue, o queue.ConsumeOptions) {
	s.c.b.emit("consumer.created", func() amqp.Table {
		t := s.consumer(q, o.Tag)
		t["exclusive"], t["ack_required"], t["arguments"] = o.Exclusive, !o.NoAck, o.Arguments
		return t
	})
}

// Consumed tells that a consumer of q that Consume made is no more, for
// whatever reason. It may be called from anywhere, holding any lock.
func (s *Session) Consumed(q *vhost.Queue, tag string) {
	s.c.b.emit("consumer.deleted", func() amqp.Table { return s.consumer(q, tag) })
}

func (s *Session) consumer(q *vhost.Queue, tag string) amqp.Table {
	return amqp.Table{
		"consumer_tag": tag, "queue": q.Name, "vhost": s.v.Name, "channel": s.name(), actor: s.c.User.Name,
	}
}

// clearedEvents are the events of a policy's end; those of its beginning are
// the same for both authors, as in RabbitMQ.
var clearedEvents = [...]string{policy.User: "policy.cleared", policy.Operator: "operator.policy.cleared"}

func policyNotice(p *policy.Policy) amqp.Table {
	return amqp.Table{
		"name": p.Name, "vhost": p.Vhost, "pattern": p.Pattern, "apply-to": p.ApplyTo,
		"priority": int64(p.Priority), "definition": p.Definition,
	}
}
