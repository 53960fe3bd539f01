package perf

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

const (
	connectTimeout = 10 * time.Second
	callTimeout    = 30 * time.Second
)

// client is a connection to a broker. Calls are for the time before a load and
// after it; while it runs, one goroutine may write and another read.
type client struct {
	net.Conn
	in         *amqp.Reader
	frameMax   uint32
	channelMax uint16
	product    string      // of the broker, with its version
	blocked    atomic.Bool // the broker asked to publish nothing
}

// connect opens a connection with no channel.
func connect(ctx context.Context, a address) (*client, error) {
	d := net.Dialer{Timeout: connectTimeout}
	conn, err := d.DialContext(ctx, "tcp", a.host)
	if err != nil {
		return nil, fmt.Errorf("cannot connect to %s: %w", a.host, cause(err))
	}
	if a.tls {
		conn = tls.Client(conn, a.config)
	}
	c := newClient(conn)
	if err := c.logIn(a); err != nil {
		conn.Close()
		return nil, fmt.Errorf("cannot log in to %s: %w", a.host, err)
	}
	return c, nil
}

func newClient(conn net.Conn) *client {
	return &client{Conn: conn, in: amqp.NewReader(conn), frameMax: amqp.DefaultFrameMax}
}

// cause is what the system said, without the addresses around it.
func cause(err error) error {
	if e, ok := errors.AsType[*net.OpError](err); ok {
		err = e.Err
	}
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err
}

// identity is what the broker is told of us. The capabilities make it say why
// it refuses a login, and when it wants no more messages.
var identity = amqp.Table{
	"product": "hutchmq perf", "platform": "Go",
	"capabilities": amqp.Table{
		"authentication_failure_close": true, "connection.blocked": true,
		"consumer_cancel_notify": true, "basic.nack": true, "publisher_confirms": true,
	},
}

// logIn goes through the handshake. Heartbeats are declined: a client that is
// only measured need not be found dead.
func (c *client) logIn(a address) error {
	c.SetDeadline(time.Now().Add(connectTimeout))
	defer c.SetDeadline(time.Time{})
	if _, err := io.WriteString(c, "AMQP\x00\x00\x09\x01"); err != nil {
		return cause(err)
	}
	start, err := expect[*amqp.ConnectionStart](c, 0)
	if err != nil {
		return err
	}
	c.product = fmt.Sprint(start.ServerProperties["product"], " ", start.ServerProperties["version"])
	if err := c.send(0, &amqp.ConnectionStartOk{
		ClientProperties: identity, Mechanism: "PLAIN", Locale: "en_US",
		Response: "\x00" + a.user + "\x00" + a.password,
	}); err != nil {
		return err
	}
	tune, err := expect[*amqp.ConnectionTune](c, 0)
	if err != nil {
		return err
	}
	c.channelMax, c.frameMax = tune.ChannelMax, frameMax(tune.FrameMax)
	c.in.SetFrameMax(c.frameMax)
	if err := c.send(0, &amqp.ConnectionTuneOk{ChannelMax: c.channelMax, FrameMax: c.frameMax}); err != nil {
		return err
	}
	_, err = call[*amqp.ConnectionOpenOk](c, 0, &amqp.ConnectionOpen{VirtualHost: a.vhost})
	return err
}

// frameMax is what we answer to a broker's offer, where 0 is no limit.
func frameMax(offered uint32) uint32 {
	if offered == 0 {
		return amqp.DefaultFrameMax
	}
	return min(offered, amqp.DefaultFrameMax)
}

// openChannel opens a channel; numbers begin with 1.
func (c *client) openChannel(number uint16) error {
	if c.channelMax > 0 && number > c.channelMax {
		return fmt.Errorf("the broker allows %d channels on a connection", c.channelMax)
	}
	_, err := call[*amqp.ChannelOpenOk](c, number, &amqp.ChannelOpen{})
	return err
}

// send writes a method.
func (c *client) send(channel uint16, m amqp.Method) error {
	_, err := c.Write(amqp.AppendMethod(nil, channel, m))
	return cause(err)
}

// call sends a method and waits for its answer, which is of type R. Contents
// that come in between are skipped.
func call[R amqp.Method](c *client, channel uint16, m amqp.Method) (answer R, err error) {
	c.SetDeadline(time.Now().Add(callTimeout))
	defer c.SetDeadline(time.Time{})
	if err := c.send(channel, m); err != nil {
		return answer, err
	}
	if answer, err = expect[R](c, channel); err != nil {
		err = fmt.Errorf("%s: %w", m.ID(), err)
	}
	return answer, err
}

// expect waits for a method on a channel.
func expect[R amqp.Method](c *client, channel uint16) (answer R, err error) {
	for {
		f, err := c.in.Next()
		if err != nil {
			return answer, broken(err)
		}
		if f.Type != amqp.FrameMethod {
			continue
		}
		m, err := amqp.ParseMethod(f.Payload)
		if err != nil {
			return answer, err
		}
		if r, ok := m.(R); ok && f.Channel == channel {
			return r, nil
		}
		if err := c.notice(m); err != nil {
			return answer, err
		}
	}
}

// notice takes what a broker may say at any time. An error is the end.
func (c *client) notice(m amqp.Method) error {
	switch m := m.(type) {
	case *amqp.ConnectionBlocked:
		c.blocked.Store(true)
	case *amqp.ConnectionUnblocked:
		c.blocked.Store(false)
	case *amqp.ConnectionClose:
		return fmt.Errorf("the broker closed the connection: %s (%d)", m.ReplyText, m.ReplyCode)
	case *amqp.ChannelClose:
		return fmt.Errorf("the broker closed the channel: %s (%d)", m.ReplyText, m.ReplyCode)
	case *amqp.BasicGetEmpty:
		return errors.New("the queue is empty")
	case *amqp.BasicCancel:
		return fmt.Errorf("the broker cancelled consumer %s: its queue is gone", m.ConsumerTag)
	}
	return nil
}

// broken says in words how reading failed.
func broken(err error) error {
	var refused *amqp.Error
	switch {
	case errors.As(err, &refused):
		return fmt.Errorf("what came is not AMQP 0-9-1: %w", err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the broker hung up")
	}
	return cause(err)
}

// close ends the connection in order, unless the broker takes too long.
func (c *client) close() error {
	_, err := call[*amqp.ConnectionCloseOk](c, 0, &amqp.ConnectionClose{ReplyCode: amqp.ReplySuccess, ReplyText: "done"})
	c.Conn.Close()
	return err
}
