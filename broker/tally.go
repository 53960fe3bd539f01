package broker

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
)

// tally counts what is open in a vhost, or of a user, against its limits.
type tally struct {
	limits      Limits
	allowance   *allowance // there is one while somebody is connected, or a limit paces
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

// limit puts limits in the place of those there are.
func (t *tally) limit(l Limits) {
	t.limits = l
	if t.allowance == nil && l.Pace() {
		t.allowance = &allowance{}
	}
	if t.allowance != nil {
		t.allowance.set(l)
	}
}

// enter counts a connection, and returns what it publishes under.
func (t *tally) enter() *allowance {
	if t.allowance == nil {
		t.allowance = &allowance{}
	}
	t.connections++
	return t.allowance
}

// admit refuses a connection of u into a vhost, which is reachable for it or
// not, for RabbitMQ's reasons in RabbitMQ's order. Broker.mu is held.
func (b *Broker) admit(u *auth.User, vhostName string, reachable bool) error {
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
	if !reachable {
		return amqp.NoVhostAccess.New(vhostName, u.Name)
	}
	return nil
}

// enter puts an admitted connection on the list. Broker.mu is held.
func (b *Broker) enter(c *Connection) {
	b.lastConnection++
	c.ID = b.lastConnection
	b.connections[c.ID] = c
	b.churn.ConnectionsOpened.Add(1)
	b.inVhost.edit(c.v.Name, func(t *tally) { c.allowances.vhost = t.enter() })
	b.ofUser.edit(c.User.Name, func(t *tally) { c.allowances.user = t.enter() })
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
	b.keep(c.v.Name, func(a *Activity) { a.Octets.add(c.Octets()) })
	b.churn.ConnectionsClosed.Add(1)
	b.inVhost.edit(c.v.Name, func(t *tally) { t.connections-- })
	b.ofUser.edit(c.User.Name, func(t *tally) {
		t.connections--
		t.channels -= c.sessions
	})
	c.sessions = 0
	return true
}

// addSession puts s on the list, unless the user has as many as it may.
func (b *Broker) addSession(s *Session) error {
	c := s.c
	b.mu.Lock()
	defer b.mu.Unlock()
	of := b.ofUser[c.User.Name]
	if n, reached := of.limits.reached(MaxChannels, of.channels); reached {
		return amqp.TooManyUserChannels.New(c.User.Name, n)
	}
	c.sessions++
	b.sessions[s] = struct{}{}
	b.churn.ChannelsOpened.Add(1)
	b.ofUser.edit(c.User.Name, func(t *tally) { t.channels++ })
	return nil
}

// dropSession takes s off the list, and keeps what it has counted. It reports
// whether s was on the list.
func (b *Broker) dropSession(s *Session) (listed bool) {
	c := s.c
	b.mu.Lock()
	defer b.mu.Unlock()
	_, listed = b.sessions[s]
	delete(b.sessions, s)
	b.keep(s.v.Name, func(a *Activity) { a.addSession(s) })
	if !listed {
		return false
	}
	b.churn.ChannelsClosed.Add(1)
	if c.sessions == 0 { // c left and took it along
		return true
	}
	c.sessions--
	b.ofUser.edit(c.User.Name, func(t *tally) { t.channels-- })
	return true
}
