package server

import (
	"errors"
	"net"
	"slices"
	"strings"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
)

// mechanism is a SASL mechanism: a way to log in.
type mechanism struct {
	name string
	// offered reports whether a connection may use it; nil: any may.
	offered func(c *connection) bool
	// login lets in who the response claims to be, or returns
	// auth.ErrMalformed when it is not of this mechanism.
	login func(c *connection, response []byte) (*auth.User, error)
}

// mechanisms are those there are, in the order they are offered.
var mechanisms = []mechanism{
	{"PLAIN", nil, func(c *connection, response []byte) (*auth.User, error) { return c.byPassword(auth.Plain(response)) }},
	{"AMQPLAIN", nil, func(c *connection, response []byte) (*auth.User, error) { return c.byPassword(amqplain(response)) }},
	{"EXTERNAL", func(c *connection) bool { return c.certificate() != nil }, (*connection).byCertificate},
	{"ANONYMOUS", (*connection).anonymousOffered, (*connection).anonymous},
}

// Mechanisms are the names of the mechanisms there are.
func Mechanisms() (names []string) {
	for i := range mechanisms {
		names = append(names, mechanisms[i].name)
	}
	return names
}

// offers reports whether c may use m.
func (c *connection) offers(m *mechanism) bool {
	on := c.server.options.Load().Mechanisms
	return (len(on) == 0 || slices.Contains(on, m.name)) && (m.offered == nil || m.offered(c))
}

// mechanisms is what connection.start offers.
func (c *connection) mechanisms() string {
	var names []string
	for i := range mechanisms {
		if m := &mechanisms[i]; c.offers(m) {
			names = append(names, m.name)
		}
	}
	return strings.Join(names, " ")
}

// mechanism finds one that c may use, or returns nil.
func (c *connection) mechanism(name string) *mechanism {
	for i := range mechanisms {
		if m := &mechanisms[i]; m.name == name && c.offers(m) {
			return m
		}
	}
	return nil
}

// login lets the user in. The refusal names no method: RabbitMQ's does not.
func (c *connection) login(m *mechanism, response []byte) (err error) {
	c.user, err = m.login(c, response)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, auth.ErrMalformed):
		return at(&amqp.ConnectionStartOk{}, amqp.MalformedResponse.New(m.name))
	}
	c.log.Warn("login refused", "user", c.client.user, "mechanism", m.name, "client", c.client.product,
		"name", c.client.name, "error", err)
	if !c.client.authClose {
		return errLoginRefused
	}
	return amqp.LoginRefused.New(m.name)
}

func (c *connection) byPassword(who auth.Credentials, err error) (*auth.User, error) {
	if err != nil {
		return nil, auth.ErrMalformed
	}
	c.client.user = who.User
	return c.server.broker.LoginFrom(c.describe(), who.User, who.Password, c.loopback())
}

// amqplain reads the response of AMQPLAIN: a table without its length.
func amqplain(response []byte) (who auth.Credentials, err error) {
	t, err := amqp.ParseTable(response)
	if err != nil {
		return who, err
	}
	var okUser, okPassword bool
	who.User, okUser = t["LOGIN"].(string)
	who.Password, okPassword = t["PASSWORD"].(string)
	if !okUser || !okPassword {
		return who, auth.ErrMalformed
	}
	return who, nil
}

// anonymousOffered reports whether there is a user that anybody may be.
func (c *connection) anonymousOffered() bool { return c.server.options.Load().AnonymousUser != "" }

// anonymous logs anybody in; what the response says is theirs to trace (RFC
// 4505) and not looked at.
func (c *connection) anonymous([]byte) (*auth.User, error) {
	return c.server.broker.LoginAs(c.describe(), c.server.options.Load().AnonymousUser, c.loopback())
}

// byCertificate lets the user in whom the certificate names. What the client
// says besides does not matter.
func (c *connection) byCertificate([]byte) (*auth.User, error) {
	name, err := c.server.options.Load().CertificateLogin.User(c.certificate())
	if err != nil {
		return nil, err
	}
	c.client.user = name
	return c.server.broker.LoginAs(c.describe(), name, c.loopback())
}

// loopback reports whether the client is on this machine.
func (c *connection) loopback() bool {
	if p, ok := socket(c.nc).(interface{ Loopback() bool }); ok { // it came through a proxy
		return p.Loopback()
	}
	a, ok := c.nc.RemoteAddr().(*net.TCPAddr)
	return !ok || a.IP.IsLoopback()
}
