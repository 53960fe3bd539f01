package broker

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/policy"
)

// Acting is a broker in the hands of a user: the events of what they change
// carry the name. Whether they may is for the caller to know; only a session
// asks for permissions.
type Acting struct {
	*Broker
	user string
}

// As is b in the hands of user; "" is the broker itself.
func (b *Broker) As(user string) Acting { return Acting{b, user} }

// emit tells of a change and who made it.
func (b Acting) emit(name string, headers func() amqp.Table) {
	b.Broker.emit(name, func() amqp.Table {
		t := headers()
		t[actor] = internalUser
		if b.user != "" {
			t[actor] = b.user
		}
		return t
	})
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
