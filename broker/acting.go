package broker

import (
	"cmp"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/policy"
)

// Acting is a broker in the hands of somebody: the events and the audit of what
// they change carry their name. Whether they may is for the caller to know;
// only a session asks for permissions.
type Acting struct {
	*Broker
	by Actor
}

// As is b in the hands of user; "" is the broker itself.
func (b *Broker) As(user string) Acting { return b.By(Actor{User: user}) }

// By is b in the hands of by.
func (b *Broker) By(by Actor) Acting { return Acting{b, by} }

// emit tells of a change and who made it, and has it on record.
func (b Acting) emit(name string, headers func() amqp.Table) {
	b.Note(name, headers())
	b.Broker.emit(name, func() amqp.Table {
		t := headers()
		t[actor] = cmp.Or(b.by.User, internalUser)
		return t
	})
}

// Note puts a change on record that makes no event of its own, or none that
// names who did it. What is said of it must not change any more, and holds no
// secret; by the key name it says what it is about.
func (b Acting) Note(action string, said amqp.Table) { b.audit.note(b.by, action, said, nil) }

// Refused puts on record that a change was tried, and why it was not made.
func (b Acting) Refused(action string, said amqp.Table, why error) {
	b.audit.note(b.by, action, said, why)
}

// CreateVhost is that of Acting.
func (b *Broker) CreateVhost(name string) error { return b.As("").CreateVhost(name) }

// PutVhost is that of Acting.
func (b *Broker) PutVhost(name string, m definitions.Metadata) error {
	return b.As("").PutVhost(name, m)
}

// DeleteVhost is that of Acting.
func (b *Broker) DeleteVhost(name string) error { return b.As("").DeleteVhost(name) }

// PutUser is that of Acting.
func (b *Broker) PutUser(name, password string, tags ...string) error {
	return b.As("").PutUser(name, password, tags...)
}

// DeleteUser is that of Acting.
func (b *Broker) DeleteUser(name string) error { return b.As("").DeleteUser(name) }

// SetPermission is that of Acting.
func (b *Broker) SetPermission(user, vhostName string, p auth.Permission) error {
	return b.As("").SetPermission(user, vhostName, p)
}

// ClearPermission is that of Acting.
func (b *Broker) ClearPermission(user, vhostName string) error {
	return b.As("").ClearPermission(user, vhostName)
}

// SetTopicPermission is that of Acting.
func (b *Broker) SetTopicPermission(user, vhostName, exchangeName string, p auth.TopicPermission) error {
	return b.As("").SetTopicPermission(user, vhostName, exchangeName, p)
}

// ClearTopicPermission is that of Acting.
func (b *Broker) ClearTopicPermission(user, vhostName, exchangeName string) error {
	return b.As("").ClearTopicPermission(user, vhostName, exchangeName)
}

// PutPolicy is that of Acting.
func (b *Broker) PutPolicy(by policy.Author, r *definitions.Policy) (created bool, err error) {
	return b.As("").PutPolicy(by, r)
}

// DeletePolicy is that of Acting.
func (b *Broker) DeletePolicy(by policy.Author, vhostName, name string) (there bool, err error) {
	return b.As("").DeletePolicy(by, vhostName, name)
}

// Import is that of Acting.
func (b *Broker) Import(d *definitions.Definitions) error { return b.As("").Import(d) }

// SetVhostLimit is that of Acting.
func (b *Broker) SetVhostLimit(vhostName, limit string, n int) error {
	return b.As("").SetVhostLimit(vhostName, limit, n)
}

// SetUserLimit is that of Acting.
func (b *Broker) SetUserLimit(user, limit string, n int) error {
	return b.As("").SetUserLimit(user, limit, n)
}

// ClearVhostLimit is that of Acting.
func (b *Broker) ClearVhostLimit(vhostName, limit string) error {
	return b.As("").ClearVhostLimit(vhostName, limit)
}

// ClearUserLimit is that of Acting.
func (b *Broker) ClearUserLimit(user, limit string) error {
	return b.As("").ClearUserLimit(user, limit)
}

// ProtectVhost is that of Acting.
func (b *Broker) ProtectVhost(name string, on bool) error { return b.As("").ProtectVhost(name, on) }

// SetTracing is that of Acting.
func (b *Broker) SetTracing(vhostName string, on bool) error {
	return b.As("").SetTracing(vhostName, on)
}

// ProtectQueue is that of Acting.
func (b *Broker) ProtectQueue(vhostName, name string, on bool) error {
	return b.As("").ProtectQueue(vhostName, name, on)
}

// PauseQueue is that of Acting.
func (b *Broker) PauseQueue(vhostName, name string, on bool) error {
	return b.As("").PauseQueue(vhostName, name, on)
}
