package broker

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
)

// tally counts what is open in a vhost, or of a user, against its limits.
type tally struct {
	limits      Limits
	connections int
	channels    int // of a user
}

// tallies are those of vhosts or of users by name, a tally of nothing left
// out. Broker.mu guards them.
type tallies map[string]tally

func (ts tallies) edit(name string, f func(t *tally)) {
	t := ts[name]
	f(&t)
	if len(t.limits) == 0 && t.connections == 0 && t.channels == 0 {
		delete(ts, name)
		return
	}
	ts[name] = t
}

// admit refuses a connection of u into a vhost, for RabbitMQ's reasons in
// RabbitMQ's order. Broker.mu is held.
func (b *Broker) admit(u *auth.User, vhostName string) error {
	if n := b.nodeLimits.Connections; n > 0 && len(b.connections) >= n {
		return amqp.TooManyConnections.New(n)
	}
	if b.vhosts[vhostName] == nil {
		return amqp.NoVhost.New(vhostName)
	}
	in, of := b.inVhost[vhostName], b.ofUser[u.Name]
	if n, reached := in.limits.reached(MaxConnections, in.connections); reached {
		return amqp.TooManyInVhost.New(vhostName, u.Name, n)
	}
	if n, reached := of.limits.reached(MaxConnections, of.connections); reached {
		return amqp.TooManyOfUser.New(u.Name, n)
	}
	if !b.auth.Reachable(u, vhostName) {
		return amqp.NoVhostAccess.New(vhostName, u.Name)
	}
	return nil
}

// enter puts an admitted connection on the list. Broker.mu is held.
func (b *Broker) enter(c *Connection) {
	b.lastConnection++
	c.ID = b.lastConnection
	b.connections[c.ID] = c
	b.inVhost.edit(c.v.Name, func(t *tally) { t.connections++ })
	b.ofUser.edit(c.User.Name, func(t *tally) { t.connections++ })
}

// leave takes a connection off the list, with the sessions that it may still
// have. It reports false for one that left before.
func (b *Broker) leave(c *Connection) (left bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.connections[c.ID] != c {
		return false
	}
	delete(b.connections, c.ID)
	b.inVhost.edit(c.v.Name, func(t *tally) { t.connections-- })
	b.ofUser.edit(c.User.Name, func(t *tally) {
		t.connections--
		t.channels -= c.sessions
	})
	c.sessions = 0
	return true
}

// addSession counts a session of c, unless the user has as many as it may.
func (b *Broker) addSession(c *Connection) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	of := b.ofUser[c.User.Name]
	if n, reached := of.limits.reached(MaxChannels, of.channels); reached {
		return amqp.TooManyUserChannels.New(c.User.Name, n)
	}
	c.sessions++
	b.ofUser.edit(c.User.Name, func(t *tally) { t.channels++ })
	return nil
}

// dropSession counts a session of c less, unless c left and took it along.
func (b *Broker) dropSession(c *Connection) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c.sessions == 0 {
		return
	}
	c.sessions--
	b.ofUser.edit(c.User.Name, func(t *tally) { t.channels-- })
}
