package mgmt

import (
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
)

func (a *API) connectionRoutes(r chi.Router) {
	r.Get("/api/connections", a.inVhost(a.connections))
	r.Get("/api/vhosts/{vhost}/connections", a.inVhost(a.connections))
	r.Get("/api/connections/username/{user}", a.asManager(a.connectionsOf))
	r.Delete("/api/connections/username/{user}", a.asManager(a.closeConnectionsOf))
	r.Get("/api/connections/{name}", a.asManager(a.connection))
	r.Delete("/api/connections/{name}", a.asManager(a.closeConnection))
	r.Get("/api/connections/{name}/sessions", a.asManager(a.amqp10Sessions))
}

// connection is a connection as RabbitMQ's API shows it.
type connection struct {
	Name          string `json:"name"`
	Node          string `json:"node"`
	User          string `json:"user"`
	ActingUser    string `json:"user_who_performed_action"`
	Vhost         string `json:"vhost"`
	Protocol      string `json:"protocol"`
	AuthMechanism string `json:"auth_mechanism"`
	Host          string `json:"host"`
	Port          int    `json:"port"`
	PeerHost      string `json:"peer_host"`
	PeerPort      int    `json:"peer_port"`
	State         string `json:"state"`
	Type          string `json:"type"`
	TLS           bool   `json:"ssl"`
	security
	Channels         int     `json:"channels"`
	ChannelMax       uint16  `json:"channel_max"`
	FrameMax         uint32  `json:"frame_max"`
	Timeout          int     `json:"timeout"`      // heartbeat, seconds
	ConnectedAt      int64   `json:"connected_at"` // Unix milliseconds
	ClientProperties any     `json:"client_properties"`
	ProvidedName     string  `json:"user_provided_name,omitempty"`
	Received         uint64  `json:"recv_oct"`
	ReceivedDetails  details `json:"recv_oct_details"`
	Reads            uint64  `json:"recv_cnt"`
	Sent             uint64  `json:"send_oct"`
	SentDetails      details `json:"send_oct_details"`
	Writes           uint64  `json:"send_cnt"`
	Pending          int     `json:"send_pend"` // bytes
}

// security is what TLS does for a connection; all of it is there without, too.
type security struct {
	Protocol     string `json:"ssl_protocol"`
	KeyExchange  string `json:"ssl_key_exchange"`
	Cipher       string `json:"ssl_cipher"`
	Hash         string `json:"ssl_hash"`
	PeerSubject  string `json:"peer_cert_subject"`
	PeerIssuer   string `json:"peer_cert_issuer"`
	PeerValidity string `json:"peer_cert_validity"`
	PeerSerial   string `json:"peer_cert_serial_number"`
}

func showSecurity(from *broker.Security) (s security) {
	if from == nil {
		return s
	}
	s.Protocol, s.KeyExchange, s.Cipher, s.Hash = from.Protocol, from.KeyExchange, from.Cipher, from.Hash
	if p := from.Peer; p != nil {
		s.PeerSubject, s.PeerIssuer, s.PeerValidity, s.PeerSerial = p.Subject, p.Issuer, p.Validity, p.Serial
	}
	return s
}

func (a *API) show(c *broker.Connection, asked *ranges) connection {
	o := c.Octets()
	past := history{{&c.Past, c.Row}}
	return connection{
		Name: c.Name, Node: a.node, User: c.User.Name, ActingUser: c.User.Name, Vhost: c.Vhost().Name, Protocol: c.Protocol,
		AuthMechanism: c.Mechanism, Host: c.Host, Port: c.Port, PeerHost: c.PeerHost, PeerPort: c.PeerPort,
		State: c.State(), Type: "network", TLS: c.Security != nil, security: showSecurity(c.Security), Channels: c.Channels(), ChannelMax: c.ChannelMax, FrameMax: c.FrameMax,
		Timeout: int(c.Heartbeat / time.Second), ConnectedAt: c.Opened.UnixMilli(),
		ClientProperties: broker.Plain(c.Properties), ProvidedName: c.ProvidedName(),
		Received: o.Received, ReceivedDetails: past.details(asked.now, asked.data, broker.Received), Reads: o.Reads,
		Sent: o.Sent, SentDetails: past.details(asked.now, asked.data, broker.Sent), Writes: o.Writes, Pending: c.Pending(),
	}
}

// owns reports whether u may look at c: it is its own, or u looks after all.
func (a *API) owns(u *auth.User, c *broker.Connection) bool {
	return has(u, "monitoring") || c.User.Name == u.Name
}

// connectionKeys are what connections are sorted by without rendering them.
var connectionKeys = map[string]func(*broker.Connection) sorter{
	"id":                    func(c *broker.Connection) sorter { return byNumber(c.ID) },
	"name":                  func(c *broker.Connection) sorter { return byText(c.Name) },
	"vhost":                 func(c *broker.Connection) sorter { return byText(c.Vhost().Name) },
	"user":                  func(c *broker.Connection) sorter { return byText(c.User.Name) },
	"ssl":                   func(c *broker.Connection) sorter { return byBool(c.Security != nil) },
	"state":                 func(c *broker.Connection) sorter { return byText(c.State()) },
	"channels":              func(c *broker.Connection) sorter { return byNumber(c.Channels()) },
	"connected_at":          func(c *broker.Connection) sorter { return byNumber(c.Opened.UnixMilli()) },
	"recv_oct":              func(c *broker.Connection) sorter { return byNumber(c.Octets().Received) },
	"send_oct":              func(c *broker.Connection) sorter { return byNumber(c.Octets().Sent) },
	"recv_oct_details.rate": func(c *broker.Connection) sorter { return byNumber(c.Past.Rate(broker.Received)) },
	"send_oct_details.rate": func(c *broker.Connection) sorter { return byNumber(c.Past.Rate(broker.Sent)) },
}

func (a *API) listConnections(w http.ResponseWriter, r *http.Request, rows []*broker.Connection) {
	asked, ok := askedRanges(w, r)
	if !ok {
		return
	}
	list[*broker.Connection]{
		name: func(c *broker.Connection) string { return c.Name }, order: []string{"id"}, keys: connectionKeys,
		show: func(c *broker.Connection) any { return a.show(c, &asked) },
	}.answer(w, r, rows)
}

// connections answers those that u may see.
func (a *API) connections(w http.ResponseWriter, r *http.Request, u *auth.User) {
	if given(r, "vhost") && !a.hasVhost(r) {
		notHere(w, r)
		return
	}
	a.listConnections(w, r, slices.DeleteFunc(a.broker.Connections(), func(c *broker.Connection) bool {
		return !a.owns(u, c) || given(r, "vhost") && c.Vhost().Name != parameter(r, "vhost")
	}))
}

// ofUser are the connections of the user in the path. It answers 401 when u is
// somebody else, and has not the tag for that.
func (a *API) ofUser(w http.ResponseWriter, r *http.Request, u *auth.User, tag string) ([]*broker.Connection, bool) {
	name := parameter(r, "user")
	if name != u.Name && !has(u, tag) {
		refuse(w, "User not authorised to access object")
		return nil, false
	}
	return slices.DeleteFunc(a.broker.Connections(), func(c *broker.Connection) bool { return c.User.Name != name }), true
}

func (a *API) connectionsOf(w http.ResponseWriter, r *http.Request, u *auth.User) {
	if rows, ok := a.ofUser(w, r, u, "monitoring"); ok {
		a.listConnections(w, r, rows)
	}
}

func (a *API) closeConnectionsOf(w http.ResponseWriter, r *http.Request, u *auth.User) {
	rows, ok := a.ofUser(w, r, u, "administrator")
	if !ok {
		return
	}
	for _, c := range rows {
		a.kick(r, c)
	}
	done(w, nil)
}

func (a *API) named(r *http.Request) *broker.Connection {
	name := parameter(r, "name")
	for _, c := range a.broker.Connections() {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// needConnection answers for a connection in the path that is not there, or
// not for u to see.
func (a *API) needConnection(w http.ResponseWriter, r *http.Request, u *auth.User) *broker.Connection {
	c := a.named(r)
	switch {
	case c == nil:
		notHere(w, r)
	case !a.owns(u, c):
		refuse(w, "User not authorised to access object")
		return nil
	}
	return c
}

func (a *API) connection(w http.ResponseWriter, r *http.Request, u *auth.User) {
	c := a.needConnection(w, r, u)
	if c == nil {
		return
	}
	if asked, ok := askedRanges(w, r); ok {
		answerOne(w, r, a.show(c, &asked))
	}
}

// amqp10Sessions answers the sessions of AMQP 1.0, which no connection has.
func (a *API) amqp10Sessions(w http.ResponseWriter, r *http.Request, u *auth.User) {
	if a.needConnection(w, r, u) != nil {
		answer(w, []any{})
	}
}

// kick closes c, for the reason that r gives.
func (a *API) kick(r *http.Request, c *broker.Connection) {
	reason := r.Header.Get("X-Reason")
	if reason == "" {
		reason = "Closed via management plugin"
	}
	if c.Kick != nil {
		c.Kick(reason)
	}
	a.acting(r).Note("connection.kicked", amqp.Table{"name": c.Name, "vhost": c.Vhost().Name, "owner": c.User.Name, "reason": reason})
}

func (a *API) closeConnection(w http.ResponseWriter, r *http.Request, u *auth.User) {
	c := a.named(r)
	switch {
	case c == nil:
		notHere(w, r)
		return
	case c.User.Name != u.Name && !has(u, "administrator"):
		refuse(w, "User not authorised to access object")
		return
	}
	a.kick(r, c)
	done(w, nil)
}
