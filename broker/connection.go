package broker

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/stats"
	"github.com/hutchmq/hutchmq/vhost"
)

// Connection is a user inside a vhost: what owns exclusive queues, and opens
// sessions.
type Connection struct {
	Client
	ID     uint64
	User   *auth.User
	Opened time.Time

	Past stats.Track

	b        *Broker
	v        *vhost.Vhost
	sessions int  // open ones; guarded by Broker.mu
	unlisted bool // it stands for a user without a connection: see Broker.Open
}

// Client is what the broker knows of a connection's other end, for people to
// look at.
type Client struct {
	Name           string // "127.0.0.1:50000 -> 127.0.0.1:5672"
	Host, PeerHost string
	Port, PeerPort int
	Protocol       string // "AMQP 0-9-1"
	ClientID       string // of a protocol that has them; topic permissions may name it
	Mechanism      string
	Security       *Security // nil: everybody on the way can read along
	Properties     amqp.Table
	ChannelMax     uint16
	FrameMax       uint32
	Heartbeat      time.Duration
	Kick           func(reason string) // closes the connection; callable from anywhere
	Channels       func() int          // how many are open; callable from anywhere
	Octets         func() Octets       // callable from anywhere; nil: nobody knows
	Pending        func() int          // likewise: bytes that wait to be sent
	State          func() string       // likewise
}

// Login checks a name and password. loopback tells that the peer is on this
// host: some users may only come from there.
func (b *Broker) Login(name, password string, loopback bool) (*auth.User, error) {
	return b.LoginFrom(Client{}, name, password, loopback)
}

// LoopbackOnly reports whether a user, who need not exist, may only log in from
// this host.
func (b *Broker) LoopbackOnly(name string) bool { return b.auth.LoopbackOnly(name) }

// LoginFrom is Login that tells whoever listens to events where the client is.
func (b *Broker) LoginFrom(client Client, name, password string, loopback bool) (u *auth.User, err error) {
	if !loopback && b.auth.LoopbackOnly(name) {
		err = auth.ErrRefused
	} else {
		u, err = b.auth.Authenticate(name, password)
	}
	b.attempts.note(client.Protocol, client.PeerHost, name, err != nil)
	b.emitLogin(&client, name, err)
	return u, err
}

// LoginCertified is LoginFrom for a client that has proved its name by a
// certificate: there has to be such a user, whatever its password.
func (b *Broker) LoginCertified(client Client, name string, loopback bool) (u *auth.User, err error) {
	if u = b.auth.User(name); u == nil {
		err = fmt.Errorf("%w: user '%s' does not exist", auth.ErrRefused, name)
	} else if !loopback && b.auth.LoopbackOnly(name) {
		u, err = nil, auth.ErrRefused
	}
	b.attempts.note(client.Protocol, client.PeerHost, name, err != nil)
	b.emitLogin(&client, name, err)
	return u, err
}

// Connect lets u into a vhost, or refuses with 530.
func (b *Broker) Connect(u *auth.User, vhostName string, client Client) (*Connection, error) {
	b.mu.Lock()
	if err := b.admit(u, vhostName); err != nil {
		b.mu.Unlock()
		return nil, err
	}
	c := &Connection{Client: client, User: u, Opened: time.Now(), b: b, v: b.vhosts[vhostName]}
	b.enter(c)
	b.mu.Unlock()
	b.emit("connection.created", c.describe)
	return c, nil
}

// Reachable reports whether u may open a vhost.
func (b *Broker) Reachable(u *auth.User, vhostName string) bool {
	return u == Operator || b.auth.Reachable(u, vhostName)
}

// Connections lists the open connections, the oldest first.
func (b *Broker) Connections() []*Connection {
	list := b.appendConnections(nil)
	sort.Slice(list, func(i, j int) bool { return list[i].ID < list[j].ID })
	return list
}

func (b *Broker) appendConnections(list []*Connection) []*Connection {
	b.mu.RLock()
	defer b.mu.RUnlock()
	list = slices.Grow(list, len(b.connections))
	for _, c := range b.connections {
		list = append(list, c)
	}
	return list
}

// kick closes the connections that which chooses.
func (b *Broker) kick(reason string, which func(*Connection) bool) {
	for _, c := range b.Connections() {
		if c.Kick != nil && which(c) {
			c.Kick(reason)
		}
	}
}

// Vhost is where the connection is.
func (c *Connection) Vhost() *vhost.Vhost { return c.v }

// actor is who changes something by way of c.
func (c *Connection) actor() Actor { return Actor{User: c.User.Name, Via: c.Protocol, From: c.Name} }

// Close deletes the exclusive queues of c. Its sessions must be closed. It may
// be called again.
func (c *Connection) Close() {
	left := c.b.leave(c)
	if err := c.v.By(c.actor()).DeleteOwned(c.ID); err != nil {
		c.b.log.Error("cannot delete exclusive queues", "vhost", c.v.Name, "error", err)
	}
	if left {
		c.b.emit("connection.closed", c.describe)
	}
}

// ConnectionByID finds an open connection, nil if there is none.
func (b *Broker) ConnectionByID(id uint64) *Connection {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.connections[id]
}
