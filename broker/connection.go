package broker

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/vhost"
)

// Connection is a user inside a vhost: what owns exclusive queues, and opens
// sessions.
type Connection struct {
	ID   uint64
	User *auth.User

	b *Broker
	v *vhost.Vhost
}

// Login checks a name and password. loopback tells that the peer is on this
// host: some users may only come from there.
func (b *Broker) Login(name, password string, loopback bool) (*auth.User, error) {
	if !loopback && b.auth.LoopbackOnly(name) {
		return nil, auth.ErrRefused
	}
	return b.auth.Authenticate(name, password)
}

// Connect lets u into a vhost, or refuses with 530.
func (b *Broker) Connect(u *auth.User, vhostName string) (*Connection, error) {
	v, err := b.Vhost(vhostName)
	if err != nil {
		return nil, err
	}
	if !b.auth.Reachable(u, vhostName) {
		return nil, amqp.NoVhostAccess.New(vhostName, u.Name)
	}
	return &Connection{ID: b.connections.Add(1), User: u, b: b, v: v}, nil
}

// Vhost is where the connection is.
func (c *Connection) Vhost() *vhost.Vhost { return c.v }

// Close deletes the exclusive queues of c. Its sessions must be closed.
func (c *Connection) Close() {
	if err := c.v.DeleteOwned(c.ID); err != nil {
		c.b.log.Error("cannot delete exclusive queues", "vhost", c.v.Name, "error", err)
	}
}
