package broker

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/definitions"
)

// SetPermission gives a user rights in a vhost, instead of those it had.
func (b Acting) SetPermission(user, vhostName string, p auth.Permission) error {
	b.topology.Lock()
	defer b.topology.Unlock()
	if _, err := b.Vhost(vhostName); err != nil {
		return err
	}
	if b.auth.User(user) == nil {
		return auth.ErrNoUser
	}
	if err := p.Check(); err != nil {
		return err
	}
	err := set(b.store, &definitions.Permission{
		User: user, Vhost: vhostName, Configure: p.Configure, Write: p.Write, Read: p.Read,
	})
	if err != nil {
		return err
	}
	if err := b.auth.SetPermission(user, vhostName, p); err != nil {
		return err
	}
	b.emit("permission.created", func() amqp.Table {
		return amqp.Table{"user": user, "vhost": vhostName, "configure": p.Configure, "write": p.Write, "read": p.Read}
	})
	return nil
}

// ClearPermission takes all rights in a vhost from a user.
func (b Acting) ClearPermission(user, vhostName string) error {
	b.topology.Lock()
	defer b.topology.Unlock()
	if err := b.forget(&definitions.Permission{User: user, Vhost: vhostName}); err != nil {
		return err
	}
	if b.auth.ClearPermission(user, vhostName) {
		b.emit("permission.deleted", func() amqp.Table { return amqp.Table{"user": user, "vhost": vhostName} })
	}
	return nil
}

// SetTopicPermission limits the routing keys of a user on a topic exchange,
// instead of the limits it had there. The exchange need not be there yet.
func (b Acting) SetTopicPermission(user, vhostName, exchangeName string, p auth.TopicPermission) error {
	b.topology.Lock()
	defer b.topology.Unlock()
	if _, err := b.Vhost(vhostName); err != nil {
		return err
	}
	if b.auth.User(user) == nil {
		return auth.ErrNoUser
	}
	if err := p.Check(user, vhostName); err != nil {
		return err
	}
	err := set(b.store, &definitions.TopicPermission{
		User: user, Vhost: vhostName, Exchange: exchangeName, Write: p.Write, Read: p.Read,
	})
	if err != nil {
		return err
	}
	if err := b.auth.SetTopicPermission(user, vhostName, exchangeName, p); err != nil {
		return err
	}
	b.emit("topic.permission.created", func() amqp.Table {
		return amqp.Table{"user": user, "vhost": vhostName, "exchange": exchangeName, "write": p.Write, "read": p.Read}
	})
	return nil
}

// ClearTopicPermission takes the limits on a topic exchange from a user; those
// that are not there are no error.
func (b Acting) ClearTopicPermission(user, vhostName, exchangeName string) error {
	b.topology.Lock()
	defer b.topology.Unlock()
	err := b.forget(&definitions.TopicPermission{User: user, Vhost: vhostName, Exchange: exchangeName})
	if err != nil {
		return err
	}
	if b.auth.ClearTopicPermission(user, vhostName, exchangeName) {
		b.emit("topic.permission.deleted", func() amqp.Table {
			return amqp.Table{"user": user, "vhost": vhostName, "exchange": exchangeName}
		})
	}
	return nil
}

// TopicPermissions are all topic permissions by user, vhost and exchange. The
// slice is the caller's.
func (b *Broker) TopicPermissions() []auth.UserTopicPermission { return b.auth.TopicPermissions() }

// Permissions are all permissions by user and vhost. The slice is the
// caller's.
func (b *Broker) Permissions() []auth.UserPermission { return b.auth.Permissions() }

// PermissionOf is the permission of a user in a vhost, if it has one.
func (b *Broker) PermissionOf(user, vhostName string) (p auth.Permission, there bool) {
	for _, up := range b.auth.Permissions() {
		if up.User == user && up.Vhost == vhostName {
			return up.Permission, true
		}
	}
	return p, false
}

// Allowed reports whether u has a right on a resource, as a session of its would
// find out.
func (b *Broker) Allowed(u *auth.User, vhostName string, r auth.Right, resource string) bool {
	if resource == "" {
		resource = "amq.default"
	}
	return b.chain.Allowed(u, r, auth.Resource{Vhost: vhostName, Kind: auth.Exchange, Name: resource})
}

// AllowedTopic reports whether u has a right on a routing key of a topic
// exchange, beside the right on the exchange itself.
func (b *Broker) AllowedTopic(u *auth.User, vhostName string, r auth.Right, exchangeName, key string) bool {
	return b.chain.Topics(u, vhostName, "").Allowed(r, exchangeName, key)
}
