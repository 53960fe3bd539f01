package server

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/queue"
)

// connection is one AMQP connection. Its goroutine reads frames and carries
// them out; a second one, outbox.run, writes what piles up for the peer.
// Fields are the reading goroutine's, unless said otherwise.
type connection struct {
	server *Server
	nc     net.Conn
	log    *slog.Logger
	reader *amqp.Reader
	out    outbox

	user     *auth.User
	broker   *broker.Connection // nil until connection.open
	client   client
	tuned    tuned
	channels map[uint16]*channel
	latest   *channel   // that of the frame before; nil when it is closed
	dirty    []*channel // published or settled since the last flush
	keys     interner
	slab     slab

	said      amqp.ConnectionClose // by the peer, at the end
	traffic   queue.Traffic        // of the channels that are gone
	closing   bool                 // connection.close was sent: only close-ok counts
	limit     time.Time            // when the peer has been silent for too long; zero: nobody knows yet
	disturbed bool                 // the read deadline is not what it should be

	spent     bool        // enough was published for a Take
	published bool        // a message has begun to come since the alarm was looked at
	blocked   atomic.Bool // by an alarm; others read it
	waits     atomic.Bool // for the disk, or the peer; others read it
	octets    octets

	errands errands
	called  atomic.Bool                // there is an errand, or a kick
	kicked  atomic.Pointer[amqp.Error] // somebody else wants the connection to end
	count   atomic.Int32               // open channels, for others to read
}

// client is what the peer said of itself.
type client struct {
	name         string // connection_name
	product      string
	mechanism    string
	user         string // whom it says it is, refused or not
	properties   amqp.Table
	cancelNotify bool // wants basic.cancel when a queue goes
	blocked      bool // wants connection.blocked when it may not publish
	authClose    bool // wants connection.close when its login is refused
}

// tuned is what both sides agreed on.
type tuned struct {
	channelMax uint16
	frameMax   uint32
	heartbeat  time.Duration
}

// closeTimeout is how long a peer may take to answer a close.
const closeTimeout = 10 * time.Second

func newConnection(s *Server, nc net.Conn) *connection {
	c := &connection{
		server: s, nc: nc, channels: map[uint16]*channel{},
		log: s.log.With("category", "connection", "peer", nc.RemoteAddr().String()),
	}
	c.reader = amqp.NewReader(&timed{c})
	c.out.init(c)
	return c
}

// timed is the socket with a deadline on each read.
type timed struct{ c *connection }

func (t *timed) Read(p []byte) (int, error) {
	c := t.c
	c.setDeadline()
	n, err := c.nc.Read(p)
	c.octets.in(n)
	if n > 0 && c.broker != nil && !c.closing {
		c.limit = time.Time{}
	}
	return n, err
}

// setDeadline bounds the peer's silence: two heartbeats missed, and a little
// grace (spec 4.2.7), unless something else bounds it.
func (c *connection) setDeadline() {
	h := c.tuned.heartbeat
	if c.limit.IsZero() && h > 0 {
		c.limit = time.Now().Add(2*h + h/4)
	}
	if c.limit.IsZero() && !c.disturbed {
		return
	}
	c.disturbed = false
	c.nc.SetReadDeadline(c.limit)
	if c.called.Load() {
		c.nc.SetReadDeadline(time.Now())
	}
}

// within gives the peer d for all that comes, its silence and ours.
func (c *connection) within(d time.Duration) {
	c.limit = time.Now().Add(d)
	c.nc.SetDeadline(c.limit)
}

// serve runs the connection from the protocol header to its end.
func (c *connection) serve() {
	defer c.nc.Close()
	began := time.Now()
	if err := c.handshake(); err != nil {
		c.refuse(err)
		return
	}
	c.out.start()
	c.sayOpen(time.Since(began))
	why := c.loop()
	c.release(queue.Requeue)
	c.out.stop()
	c.sayClosed(why, time.Since(began))
}

// loop carries out frames until the connection ends, and says why it did.
func (c *connection) loop() ending {
	for {
		c.attend()
		if c.throttled() {
			continue
		}
		f, err := c.reader.Next()
		if err == nil {
			err = c.step(f)
		}
		switch {
		case err == nil:
		case errors.Is(err, errClosed):
			return ending{by: "client", code: c.said.ReplyCode, text: c.said.ReplyText}
		case errors.Is(err, errCloseAnswered):
			return ending{by: "broker", code: c.out.reason().Code, text: c.out.reason().Text()}
		default:
			if text := c.fail(err); text != "" {
				return ending{by: "network", text: text}
			}
		}
		if c.spent || !c.reader.Ready() {
			c.flush()
		}
	}
}

var (
	errClosed        = errors.New("connection.close received")
	errCloseAnswered = errors.New("connection.close-ok received")
)

// fail deals with an error of step or of the socket: an *amqp.Error is sent to
// the peer; anything else ends the connection, and why is returned.
func (c *connection) fail(err error) (ended string) {
	var e *amqp.Error
	if errors.As(err, &e) && !c.closing {
		c.log.Warn("connection error", "user", c.user.Name, "error", e.Text(), "code", uint16(e.Code), "method", e.Method.String())
		c.beginClose(e)
		return ""
	}
	switch {
	case errors.As(err, &e): // what follows a frame that is none is none either
		c.linger()
		return e.Text()
	case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed):
		return "the client hung up"
	case errors.Is(err, os.ErrDeadlineExceeded) && (c.limit.IsZero() || time.Now().Before(c.limit)):
		return "" // somebody called
	case errors.Is(err, os.ErrDeadlineExceeded) && !c.closing:
		return fmt.Sprintf("missed heartbeats from the client, timeout %v", c.tuned.heartbeat)
	}
	return err.Error()
}

// step carries out one frame.
func (c *connection) step(f amqp.Frame) error {
	if c.closing {
		return c.stepClosing(f)
	}
	if f.Type == amqp.FrameHeartbeat {
		return nil
	}
	if f.Channel == 0 {
		return c.stepZero(f)
	}
	ch := c.latest
	if ch == nil || ch.id != f.Channel {
		if ch = c.channels[f.Channel]; ch == nil {
			return c.openChannel(f)
		}
		c.latest = ch
	}
	err := ch.step(f)
	if e, ok := err.(*amqp.Error); ok && !e.Hard { // errors.As would allocate for each frame
		ch.fail(e)
		return nil
	}
	return err
}

// stepClosing waits for close-ok, and answers a close that crossed ours.
func (c *connection) stepClosing(f amqp.Frame) error {
	if f.Type != amqp.FrameMethod || f.Channel != 0 {
		return nil
	}
	switch id, _ := amqp.MethodIDOf(f.Payload); id {
	case amqp.ConnectionCloseID:
		c.out.closeOk()
		return errCloseAnswered
	case amqp.ConnectionCloseOkID:
		return errCloseAnswered
	}
	return nil
}

// stepZero carries out a frame of channel 0, where every error is hard.
func (c *connection) stepZero(f amqp.Frame) error {
	if f.Type != amqp.FrameMethod {
		return amqp.ExpectedMethod.New()
	}
	m, err := amqp.ParseMethod(f.Payload)
	if err != nil {
		return hard(err)
	}
	switch m := m.(type) {
	case *amqp.ConnectionClose:
		c.said = *m
		c.flush()
		c.release(queue.Return) // exclusive queues are gone before close-ok
		c.out.method(0, &amqp.ConnectionCloseOk{})
		return errClosed
	case *amqp.ConnectionUpdateSecret:
		return c.renew(m)
	case *amqp.ChannelOpen, *amqp.ChannelClose, *amqp.ChannelFlow:
		return at(m, amqp.ChannelZero.New())
	default:
		return at(m, amqp.UnknownMethod.New())
	}
}

// renew puts a new secret in the place of the one the client logged in with.
func (c *connection) renew(m *amqp.ConnectionUpdateSecret) error {
	if err := c.broker.Renew(m.NewSecret); err != nil {
		c.log.Warn("secret refused", "user", c.user.Name, "error", err)
		return at(m, amqp.SecretRefused.New())
	}
	c.out.method(0, &amqp.ConnectionUpdateSecretOk{})
	return nil
}

// hard makes an error close the connection, whatever its code.
func hard(err error) error {
	var e *amqp.Error
	if errors.As(err, &e) {
		e.Hard = true
	}
	return err
}

// at notes in e which method it is about.
func at(m amqp.Method, e *amqp.Error) error {
	e.Method = m.ID()
	return e
}

// openChannel carries out the first frame of a channel.
func (c *connection) openChannel(f amqp.Frame) error {
	id, err := amqp.MethodIDOf(f.Payload)
	if f.Type != amqp.FrameMethod || err != nil || id != amqp.ChannelOpenID {
		e := amqp.ChannelNotOpen.New()
		if f.Type == amqp.FrameMethod {
			e.Method = id
		}
		return e
	}
	if f.Channel > c.tuned.channelMax {
		e := amqp.TooManyChannels.New(len(c.channels), c.tuned.channelMax)
		e.Method = id
		return e
	}
	ch, err := newChannel(c, f.Channel)
	if err != nil {
		return at(&amqp.ChannelOpen{}, err.(*amqp.Error))
	}
	c.channels[f.Channel] = ch
	c.count.Add(1)
	c.out.method(f.Channel, &amqp.ChannelOpenOk{})
	return nil
}

// flush ends a burst: what was published goes into the queues, what was
// acknowledged is settled.
func (c *connection) flush() {
	if len(c.dirty) == 0 {
		return
	}
	published := false
	for _, ch := range c.dirty {
		published = ch.flush() || published
	}
	if published {
		c.waits.Store(true)
		c.server.broker.WaitRoom()
		for _, ch := range c.dirty {
			ch.session.Pace()
		}
		c.waits.Store(false)
	}
	c.takeTurn()
	c.dirty = c.dirty[:0]
}

// beginClose sends e and stops everything; the peer has closeTimeout to
// answer.
func (c *connection) beginClose(e *amqp.Error) {
	c.flush()
	c.release(queue.Requeue)
	c.closing = true
	c.out.close(e)
	c.limit = time.Now().Add(closeTimeout)
	c.nc.SetReadDeadline(c.limit)
}

// forget takes a channel off the list.
func (c *connection) forget(id uint16) {
	delete(c.channels, id)
	c.latest = nil
	c.count.Add(-1)
}

// release lets go of all channels and exclusive queues. It may be called
// again. How is how channels give back what they hold.
func (c *connection) release(how queue.Outcome) {
	for _, ch := range c.channels {
		ch.release(how)
	}
	clear(c.channels)
	c.latest = nil
	c.count.Store(0)
	c.dirty = c.dirty[:0]
	if c.broker != nil {
		c.broker.Close()
	}
}

// leave lets confirms under way go out, and closes the connection as kicked.
func (c *connection) leave() {
	c.flush()
	for end := time.Now().Add(drainTimeout); c.unconfirmed() && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	c.release(queue.Return) // no delivery failed for it
	c.beginClose(c.kicked.Load())
}

// drainTimeout is how long a shutdown waits for the disk to confirm.
const drainTimeout = 2 * time.Second

func (c *connection) unconfirmed() bool {
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	for _, ch := range c.channels {
		if ch.confirms.waiting() {
			return true
		}
	}
	return false
}
