package broker

import (
	"strings"
	"sync"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/stats"
	"github.com/hutchmq/hutchmq/vhost"
)

// Session is what one AMQP channel, or its like in another protocol, does to
// a vhost. It is used by one goroutine at a time. Errors are *amqp.Error.
type Session struct {
	c         *Connection
	channel   uint16 // its number on the connection, 0 when it has none
	v         vhost.Acting
	publisher *vhost.Publisher

	last     string // the queue declared last, which an empty name stands for
	rights   map[rightKey]bool
	version  uint64 // of the permissions that rights come from
	target   target
	replies  *vhost.Queue // of direct reply-to
	topics   topics
	closed   bool
	sizes    stats.Burst // of what was published since the last Flush
	spending spending

	// What follows is for anybody.
	Past stats.Track // of Traffic: queue.Events columns
	face Channel     // nil when there is none
	seen seen        // the sampler's

	opened time.Time

	counting  sync.Mutex
	delivered map[*vhost.Queue]*Delivered
	kinds     map[string]*queue.Counters // of all that was delivered, by kind of queue
}

type rightKey struct {
	right      auth.Right
	kind, name string
}

// maxRights bounds how many answers a session remembers.
const maxRights = 1024

// Open opens a session that is no AMQP channel, or refuses with 530 when the
// user has as many as it may.
func (c *Connection) Open() (*Session, error) { return c.OpenChannel(0, nil) }

// OpenChannel opens the session of an AMQP channel, which people look at
// through face, or refuses as Open does.
func (c *Connection) OpenChannel(number uint16, face Channel) (*Session, error) {
	s := c.newSession(number, face)
	if err := c.b.addSession(s); err != nil {
		return nil, err
	}
	c.b.emit("channel.created", s.describe)
	return s, nil
}

func (c *Connection) newSession(number uint16, face Channel) *Session {
	s := &Session{
		c: c, channel: number, v: c.v.By(c.actor()), publisher: c.v.Publisher(), rights: map[rightKey]bool{},
		face: face, opened: time.Now(), sizes: c.b.sizes.Burst(),
	}
	s.spending.share(&c.allowances)
	return s
}

// Open opens a session for a user of a face that has no connections, such as
// HTTP, or refuses with 530 a user who may not be there. It is on no list,
// counts against no limit and makes no event of its own; it can own nothing.
func (b *Broker) Open(u *auth.User, vhostName string, client Client) (*Session, error) {
	v, err := b.Vhost(vhostName)
	if err != nil {
		return nil, err
	}
	if !b.chain.Reachable(u, vhostName) {
		return nil, amqp.NoVhostAccess.New(vhostName, u.Name)
	}
	c := b.newConnection(u, v, client)
	c.unlisted, c.allowances = true, b.allowancesOf(u, vhostName)
	b.mu.Lock()
	b.lastConnection++
	c.ID = b.lastConnection
	b.mu.Unlock()
	return c.newSession(0, nil), nil
}

// allowed answers whether the user has a right on a queue or exchange, and
// remembers the answer for as long as no permission changes.
func (s *Session) allowed(r auth.Right, kind, name string) bool {
	if v := s.c.rights(); v != s.version || len(s.rights) >= maxRights {
		clear(s.rights)
		s.version = v
	}
	k := rightKey{r, kind, name}
	ok, known := s.rights[k]
	if !known {
		ok = s.c.b.chain.Allowed(s.c.user.Load(), r, auth.Resource{Vhost: s.v.Name, Kind: kind, Name: name})
		s.rights[k] = ok
	}
	return ok
}

func (s *Session) needQueue(r auth.Right, name string) error {
	if s.allowed(r, auth.Queue, name) {
		return nil
	}
	return amqp.NoPermission.New(r, amqp.QueueIn(name, s.v.Name), s.c.User.Name)
}

func (s *Session) needExchange(r auth.Right, name string) error {
	if name == "" {
		name = "amq.default"
	}
	if s.allowed(r, auth.Exchange, name) {
		return nil
	}
	return amqp.NoPermission.New(r, amqp.ExchangeIn(name, s.v.Name), s.c.User.Name)
}

// needAny wants any right at all, to look whether something is there. in
// prints the resource.
func (s *Session) needAny(kind, name string, in func(name, vhost string) string) error {
	for _, r := range []auth.Right{auth.Configure, auth.Write, auth.Read} {
		if s.allowed(r, kind, name) {
			return nil
		}
	}
	return amqp.NoPermission.New(auth.Configure, in(name, s.v.Name), s.c.User.Name)
}

// queueName resolves an empty name to the queue declared last.
func (s *Session) queueName(name string) (string, error) {
	if name == "" {
		if s.last == "" {
			return "", amqp.NoPreviousQueue.New()
		}
		return s.last, nil
	}
	return clean(name), nil
}

// queue finds a queue the user has a right to.
func (s *Session) queue(r auth.Right, name string) (*vhost.Queue, error) {
	name, err := s.queueName(name)
	if err != nil {
		return nil, err
	}
	if err := s.needQueue(r, name); err != nil {
		return nil, err
	}
	return s.v.Queue(name, s.c.ID)
}

// clean drops line breaks from a name, as RabbitMQ does.
func clean(name string) string {
	if !strings.ContainsAny(name, "\r\n") {
		return name
	}
	return strings.NewReplacer("\r", "", "\n", "").Replace(name)
}

// Consume adds a consumer to a queue.
func (s *Session) Consume(name string, c queue.Consumer, o queue.ConsumeOptions) (*vhost.Queue, error) {
	q, err := s.queue(auth.Read, name)
	if err != nil {
		return nil, err
	}
	if err := q.Consume(c, o); err != nil {
		return q, err
	}
	s.consumes(q, o)
	return q, nil
}

// Get takes one message from a queue; left says how many stay ready.
func (s *Session) Get(name string, noAck bool) (q *vhost.Queue, d queue.Delivery, left int, ok bool, err error) {
	if q, err = s.queue(auth.Read, name); err != nil {
		return
	}
	if q.SingleActive() {
		err = amqp.SingleActiveGet.New(q)
		return
	}
	d, left, ok = q.Get(noAck)
	s.countGet(q, &d, noAck, ok)
	return
}

// Purge drops what is ready in a queue.
func (s *Session) Purge(name string) (int, error) {
	q, err := s.queue(auth.Read, name)
	if err != nil {
		s.tried("queue.purged", name, err)
		return 0, err
	}
	n := q.Purge()
	if !q.Exclusive {
		s.c.b.By(s.c.actor()).Note("queue.purged", amqp.Table{"name": q.Name, "vhost": q.Vhost, "messages": int64(n)})
	}
	return n, nil
}

// Close ends the session. What it had published is in the queues. It may be
// called again.
func (s *Session) Close() {
	s.Flush()
	s.EndReplies(s.replies)
	if s.closed {
		return
	}
	s.closed = true
	if s.c.b.dropSession(s) {
		s.c.b.emit("channel.closed", s.describe)
	}
}

// What a face handles of the vhost room, which it does not enter.
type (
	// Queue is a declared queue.
	Queue = vhost.Queue
	// Vhost is a namespace of exchanges and queues.
	Vhost = vhost.Vhost
	// Exchange is a declared exchange.
	Exchange = vhost.Exchange
	// ExchangeDeclaration is what exchange.declare asks for.
	ExchangeDeclaration = vhost.ExchangeDeclaration
	// Published counts what a session published to an exchange.
	Published = vhost.Published
	// Passage counts what went from an exchange into a queue.
	Passage = vhost.Passage
	// Actor is who changes something, how and from where.
	Actor = vhost.Actor
)
