// Package dial is a client's connection to an AMQP 0-9-1 broker, ours or
// another: where it is, the handshake, and calls that have an answer. What flows
// afterwards is up to who opened it. It knows the wire, and no broker from inside.
package dial

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

// Conn is a connection to a broker. Calls are for one goroutine while nothing
// else is read; otherwise one may write and another read.
type Conn struct {
	net.Conn
	In         *amqp.Reader
	FrameMax   uint32 // bytes, overhead included
	ChannelMax uint16
	Product    string      // of the broker, with its version
	Blocked    atomic.Bool // the broker asked to publish nothing
}

// Open opens a connection with no channel. product is what the broker is told
// of us. frameMax bounds frames, in bytes.
func Open(ctx context.Context, a Address, product string, frameMax uint32) (*Conn, error) {
	d := net.Dialer{Timeout: connectTimeout}
	conn, err := d.DialContext(ctx, "tcp", a.Host)
	if err != nil {
		return nil, fmt.Errorf("cannot connect to %s: %w", a.Host, Cause(err))
	}
	if a.TLS {
		conn = tls.Client(conn, a.Config)
	}
	c := New(conn)
	if err := c.logIn(a, product, frameMax); err != nil {
		conn.Close()
		return nil, fmt.Errorf("cannot log in to %s: %w", a.Host, err)
	}
	return c, nil
}

// New is a connection on which nothing was said yet.
func New(conn net.Conn) *Conn {
	return &Conn{Conn: conn, In: amqp.NewReader(conn), FrameMax: amqp.DefaultFrameMax}
}

// Cause is what the system said, without the addresses around it.
func Cause(err error) error {
	if e, ok := errors.AsType[*net.OpError](err); ok {
		err = e.Err
	}
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err
}

// capabilities make the broker say why it refuses a login, and when it wants no
// more messages.
var capabilities = amqp.Table{
	"authentication_failure_close": true, "connection.blocked": true,
	"consumer_cancel_notify": true, "basic.nack": true, "publisher_confirms": true,
}

// logIn goes through the handshake. Heartbeats are declined: TCP finds out who
// is dead.
func (c *Conn) logIn(a Address, product string, frameMax uint32) error {
	c.SetDeadline(time.Now().Add(connectTimeout))
	defer c.SetDeadline(time.Time{})
	if _, err := io.WriteString(c, "AMQP\x00\x00\x09\x01"); err != nil {
		return Cause(err)
	}
	start, err := Expect[*amqp.ConnectionStart](c, 0)
	if err != nil {
		return err
	}
	c.Product = fmt.Sprint(start.ServerProperties["product"], " ", start.ServerProperties["version"])
	if err := c.Send(0, &amqp.ConnectionStartOk{
		ClientProperties: amqp.Table{"product": product, "platform": "Go", "capabilities": capabilities},
		Mechanism:        "PLAIN", Locale: "en_US",
		Response: "\x00" + a.User + "\x00" + a.Password,
	}); err != nil {
		return err
	}
	tune, err := Expect[*amqp.ConnectionTune](c, 0)
	if err != nil {
		return err
	}
	c.ChannelMax, c.FrameMax = tune.ChannelMax, lower(tune.FrameMax, frameMax)
	c.In.SetFrameMax(c.FrameMax)
	if err := c.Send(0, &amqp.ConnectionTuneOk{ChannelMax: c.ChannelMax, FrameMax: c.FrameMax}); err != nil {
		return err
	}
	_, err = Call[*amqp.ConnectionOpenOk](c, 0, &amqp.ConnectionOpen{VirtualHost: a.Vhost})
	return err
}

// lower is what we answer to a broker's offer, where 0 is no limit.
func lower(offered, frameMax uint32) uint32 {
	if offered == 0 {
		return frameMax
	}
	return min(offered, frameMax)
}

// OpenChannel opens a channel; numbers begin with 1.
func (c *Conn) OpenChannel(number uint16) error {
	if c.ChannelMax > 0 && number > c.ChannelMax {
		return fmt.Errorf("the broker allows %d channels on a connection", c.ChannelMax)
	}
	_, err := Call[*amqp.ChannelOpenOk](c, number, &amqp.ChannelOpen{})
	return err
}

// Send writes a method.
func (c *Conn) Send(channel uint16, m amqp.Method) error {
	_, err := c.Write(amqp.AppendMethod(nil, channel, m))
	return Cause(err)
}

// Call sends a method and waits for its answer, which is of type R. Contents
// that come in between are skipped.
func Call[R amqp.Method](c *Conn, channel uint16, m amqp.Method) (answer R, err error) {
	c.SetDeadline(time.Now().Add(callTimeout))
	defer c.SetDeadline(time.Time{})
	if err := c.Send(channel, m); err != nil {
		return answer, err
	}
	if answer, err = Expect[R](c, channel); err != nil {
		err = fmt.Errorf("%s: %w", m.ID(), err)
	}
	return answer, err
}

// Expect waits for a method on a channel.
func Expect[R amqp.Method](c *Conn, channel uint16) (answer R, err error) {
	for {
		f, err := c.In.Next()
		if err != nil {
			return answer, Broken(err)
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
		if err := c.Notice(m); err != nil {
			return answer, err
		}
	}
}

// ChannelError is how a broker closes a channel; the connection goes on.
type ChannelError struct {
	Code amqp.ReplyCode
	Text string
}

// Error implements error.
func (e *ChannelError) Error() string {
	return fmt.Sprintf("the broker closed the channel: %s (%d)", e.Text, e.Code)
}

// CloseError is how a broker closes a connection, a login included.
type CloseError struct {
	Code amqp.ReplyCode
	Text string
}

// Error implements error.
func (e *CloseError) Error() string {
	return fmt.Sprintf("the broker closed the connection: %s (%d)", e.Text, e.Code)
}

// Notice takes what a broker may say at any time. An error is the end, of the
// channel if it is a *ChannelError and otherwise of the connection.
func (c *Conn) Notice(m amqp.Method) error {
	switch m := m.(type) {
	case *amqp.ConnectionBlocked:
		c.Blocked.Store(true)
	case *amqp.ConnectionUnblocked:
		c.Blocked.Store(false)
	case *amqp.ConnectionClose:
		return &CloseError{m.ReplyCode, m.ReplyText}
	case *amqp.ChannelClose:
		return &ChannelError{m.ReplyCode, m.ReplyText}
	case *amqp.BasicGetEmpty:
		return errors.New("the queue is empty")
	case *amqp.BasicCancel:
		return fmt.Errorf("the broker cancelled consumer %s: its queue is gone", m.ConsumerTag)
	}
	return nil
}

// Broken says in words how reading failed.
func Broken(err error) error {
	var refused *amqp.Error
	switch {
	case errors.As(err, &refused):
		return fmt.Errorf("what came is not AMQP 0-9-1: %w", err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the broker hung up")
	}
	return Cause(err)
}

// Goodbye ends the connection in order, unless the broker takes too long.
func (c *Conn) Goodbye() error {
	_, err := Call[*amqp.ConnectionCloseOk](c, 0, &amqp.ConnectionClose{ReplyCode: amqp.ReplySuccess, ReplyText: "done"})
	c.Conn.Close()
	return err
}
