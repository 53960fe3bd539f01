package server

import (
	"errors"
	"io"
	"net"
	"runtime"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/broker"
)

var protocolHeader = [8]byte{'A', 'M', 'Q', 'P', 0, 0, 9, 1}

// errWrongProtocol means that the peer does not speak AMQP 0-9-1; it was told
// what would be right.
var errWrongProtocol = errors.New("the client does not speak AMQP 0-9-1")

// What a client begins with that wants to speak TLS.
const (
	tlsHandshake = 0x16
	tlsMajor     = 3
)

var errTLS = errors.New("the client speaks TLS, on a port without")

// errLoginRefused means that the peer is hung up on without a word: it has not
// said that it understands a close at this point.
var errLoginRefused = errors.New("login refused")

// handshake takes the connection from the protocol header to connection.open.
// It reads and writes the socket directly; the outbox starts afterwards.
func (c *connection) handshake() error {
	c.within(c.server.options.Load().HandshakeTimeout)
	if err := c.header(); err != nil {
		return err
	}
	for _, step := range []func() error{c.start, c.tune, c.open} {
		if err := step(); err != nil {
			return err
		}
	}
	c.limit, c.disturbed = time.Time{}, true
	c.nc.SetWriteDeadline(time.Time{})
	return nil
}

// header accepts AMQP 0-9-1 and its older spelling 1-1-0-9.
func (c *connection) header() error {
	h, err := c.reader.ReadProtocolHeader()
	switch {
	case h == protocolHeader, h == [8]byte{'A', 'M', 'Q', 'P', 1, 1, 0, 9}:
		return nil
	case err != nil && h == [8]byte{}: // nothing came
		return err
	}
	c.nc.Write(protocolHeader[:])
	if h[0] == tlsHandshake && h[1] == tlsMajor {
		return errTLS
	}
	return errWrongProtocol
}

// send writes one method of channel 0.
func (c *connection) send(m amqp.Method) error {
	n, err := c.nc.Write(amqp.AppendMethod(nil, 0, m))
	c.octets.out(n)
	return err
}

// receive reads the next method of channel 0, which must be the one that m
// has room for.
func (c *connection) receive(m amqp.Method) error {
	for {
		f, err := c.reader.Next()
		if err != nil {
			return err
		}
		if f.Type == amqp.FrameHeartbeat {
			continue
		}
		switch {
		case f.Channel != 0:
			return amqp.EarlyFrame.New(f.Channel)
		case f.Type != amqp.FrameMethod:
			return amqp.ExpectedMethod.New()
		}
		id, err := amqp.MethodIDOf(f.Payload)
		switch {
		case err != nil:
			return hard(err)
		case id == amqp.ConnectionCloseID:
			c.send(&amqp.ConnectionCloseOk{})
			return errClosed
		case id != m.ID():
			return &amqp.Error{Code: amqp.CommandInvalid, Hard: true, Reason: amqp.UnknownMethod.Text, Method: id}
		}
		return hard(m.Parse(f.Payload))
	}
}

// start offers mechanisms and checks the answer.
func (c *connection) start() error {
	err := c.send(&amqp.ConnectionStart{
		VersionMajor: 0, VersionMinor: 9, ServerProperties: c.server.properties(),
		Mechanisms: c.mechanisms(), Locales: "en_US",
	})
	if err != nil {
		return err
	}
	var ok amqp.ConnectionStartOk
	if err := c.receive(&ok); err != nil {
		return err
	}
	c.client = clientOf(ok.ClientProperties)
	c.client.mechanism = ok.Mechanism
	m := c.mechanism(ok.Mechanism)
	if m == nil {
		return at(&ok, amqp.UnknownMechanism.New(ok.Mechanism))
	}
	return c.login(m, []byte(ok.Response))
}

// clientOf reads the client properties that matter here.
func clientOf(t amqp.Table) (k client) {
	k.properties = t
	k.name, _ = t["connection_name"].(string)
	k.product, _ = t["product"].(string)
	can, _ := t["capabilities"].(amqp.Table)
	k.cancelNotify, _ = can["consumer_cancel_notify"].(bool)
	k.blocked, _ = can["connection.blocked"].(bool)
	k.authClose, _ = can["authentication_failure_close"].(bool)
	return k
}

// tune agrees on the limits. 0 means no limit of the client's, so ours holds.
func (c *connection) tune() error {
	o := c.server.options.Load()
	err := c.send(&amqp.ConnectionTune{
		ChannelMax: o.ChannelMax, FrameMax: o.FrameMax, Heartbeat: uint16(o.Heartbeat / time.Second),
	})
	if err != nil {
		return err
	}
	var ok amqp.ConnectionTuneOk
	if err := c.receive(&ok); err != nil {
		return err
	}
	if ok.ChannelMax == 0 {
		ok.ChannelMax = o.ChannelMax
	}
	if ok.FrameMax == 0 {
		ok.FrameMax = o.FrameMax
	}
	switch {
	case ok.FrameMax < amqp.FrameMinSize:
		return at(&ok, amqp.TuneTooLow.New("frame_max", ok.FrameMax, amqp.FrameMinSize))
	case ok.FrameMax > o.FrameMax:
		return at(&ok, amqp.TuneTooHigh.New("frame_max", ok.FrameMax, o.FrameMax))
	case ok.ChannelMax > o.ChannelMax:
		return at(&ok, amqp.TuneTooHigh.New("channel_max", ok.ChannelMax, o.ChannelMax))
	}
	c.tuned = tuned{ok.ChannelMax, ok.FrameMax, time.Duration(ok.Heartbeat) * time.Second}
	c.reader.SetFrameMax(ok.FrameMax)
	return nil
}

// open enters the vhost.
func (c *connection) open() error {
	var open amqp.ConnectionOpen
	err := c.receive(&open)
	if err != nil {
		return err
	}
	if c.broker, err = c.server.broker.Connect(c.user, open.VirtualHost, c.describe()); err != nil {
		return at(&open, err.(*amqp.Error))
	}
	return c.send(&amqp.ConnectionOpenOk{})
}

// describe is the connection as the broker lists it.
func (c *connection) describe() broker.Client {
	k := broker.Client{
		Name:     c.nc.RemoteAddr().String() + " -> " + c.nc.LocalAddr().String(),
		Protocol: "AMQP 0-9-1", Mechanism: c.client.mechanism, Properties: c.client.properties,
		Security:   c.security(),
		ChannelMax: c.tuned.channelMax, FrameMax: c.tuned.frameMax, Heartbeat: c.tuned.heartbeat,
		Kick:     func(reason string) { c.kick(amqp.Closing.New(reason)) },
		Channels: func() int { return int(c.count.Load()) },
		Octets:   c.octets.read, Pending: c.pending, State: c.state,
	}
	if a, ok := c.nc.LocalAddr().(*net.TCPAddr); ok {
		k.Host, k.Port = a.IP.String(), a.Port
	}
	if a, ok := c.nc.RemoteAddr().(*net.TCPAddr); ok {
		k.PeerHost, k.PeerPort = a.IP.String(), a.Port
	}
	return k
}

// refuse ends a handshake that failed, as far as the peer can understand it.
func (c *connection) refuse(err error) {
	var e *amqp.Error
	switch {
	case errors.As(err, &e):
		c.log.Warn("connection refused", append(c.who(), "error", e.Text(), "code", uint16(e.Code))...)
		c.within(closeTimeout)
		if c.send(closeMethod(e)) == nil {
			c.awaitCloseOk()
		}
	case errors.Is(err, errLoginRefused):
		c.within(c.server.options.Load().AuthFailureDelay)
		c.awaitCloseOk()
	case errors.Is(err, io.EOF) && c.octets.read().Received == 0:
		c.log.Debug("connection closed before it began") // by what looks whether the port is open
	default:
		c.log.Info("handshake ended", append(c.who(), "error", err)...)
	}
	if c.broker != nil {
		c.broker.Close()
	}
}

// awaitCloseOk discards what comes until close-ok, an error or the deadline.
func (c *connection) awaitCloseOk() {
	for {
		f, err := c.reader.Next()
		if amqp.BadFrame.Is(err) {
			c.linger()
		}
		if err != nil {
			return
		}
		if id, _ := amqp.MethodIDOf(f.Payload); f.Type == amqp.FrameMethod && id == amqp.ConnectionCloseOkID {
			return
		}
	}
}

func closeMethod(e *amqp.Error) *amqp.ConnectionClose {
	return &amqp.ConnectionClose{
		ReplyCode: e.Code, ReplyText: e.Text(), ClassID: e.Method.Class(), MethodID: e.Method.Method(),
	}
}

// properties is what connection.start says of the server.
func (s *Server) properties() amqp.Table {
	return amqp.Table{
		"capabilities": amqp.Table{
			"publisher_confirms": true, "exchange_exchange_bindings": true, "basic.nack": true,
			"consumer_cancel_notify": true, "connection.blocked": true, "consumer_priorities": true,
			"authentication_failure_close": true, "per_consumer_qos": true, "direct_reply_to": true,
		},
		"cluster_name": s.options.Load().ClusterName,
		"copyright":    "Copyright (c) 2026 the HutchMQ authors",
		"information":  "https://github.com/hutchmq/hutchmq",
		"platform":     "Go " + runtime.Version()[2:],
		"product":      s.options.Load().Product,
		"version":      s.options.Load().Version,
	}
}
