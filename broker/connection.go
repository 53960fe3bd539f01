package broker

import (
	"slices"
	"sort"
	"sync/atomic"
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
	User   *auth.User // as it logged in
	Opened time.Time

	Past stats.Track

	b          *Broker
	v          *vhost.Vhost
	user       atomic.Pointer[auth.User] // User, or what its last secret made of it
	renewals   atomic.Uint64
	expiry     expiry
	allowances allowances // never change once it is listed
	sessions   int        // open ones; guarded by Broker.mu
	unlisted   bool       // it stands for a user without a connection: see Broker.Open
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

// Connect lets u into a vhost, or refuses with 530.
func (b *Broker) Connect(u *auth.User, vhostName string, client Client) (*Connection, error) {
	reachable := b.chain.Reachable(u, vhostName) // may have to ask outside: with no lock held
	b.mu.Lock()
	if err := b.admit(u, vhostName, reachable); err != nil {
		b.mu.Unlock()
		return nil, err
	}
	c := b.newConnection(u, b.vhosts[vhostName], client)
	b.enter(c)
	b.mu.Unlock()
	c.expire(u)
	b.emit("connection.created", c.describe)
	return c, nil
}

func (b *Broker) newConnection(u *auth.User, v *vhost.Vhost, client Client) *Connection {
	c := &Connection{Client: client, User: u, Opened: time.Now(), b: b, v: v}
	c.user.Store(u)
	return c
}

// rights grows when an answer about rights may be another one.
func (c *Connection) rights() uint64 { return c.b.chain.Version() + c.renewals.Load() }

// Reachable reports whether u may open a vhost.
func (b *Broker) Reachable(u *auth.User, vhostName string) bool {
	return b.chain.Reachable(u, vhostName)
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
	c.expiry.stop()
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
