package mgmt

import (
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/broker"
)

func (a *API) connectionRoutes(r chi.Router) {
	r.Get("/api/connections", a.as("monitoring", a.connections))
	r.Get("/api/connections/{name}", a.as("monitoring", a.connection))
	r.Delete("/api/connections/{name}", a.as("administrator", a.closeConnection))
}

// connection is a connection as RabbitMQ's API shows it.
type connection struct {
	Name             string `json:"name"`
	Node             string `json:"node"`
	User             string `json:"user"`
	Vhost            string `json:"vhost"`
	Protocol         string `json:"protocol"`
	AuthMechanism    string `json:"auth_mechanism"`
	Host             string `json:"host"`
	Port             int    `json:"port"`
	PeerHost         string `json:"peer_host"`
	PeerPort         int    `json:"peer_port"`
	State            string `json:"state"`
	Type             string `json:"type"`
	TLS              bool   `json:"ssl"`
	Channels         int    `json:"channels"`
	ChannelMax       uint16 `json:"channel_max"`
	FrameMax         uint32 `json:"frame_max"`
	Timeout          int    `json:"timeout"`      // heartbeat, seconds
	ConnectedAt      int64  `json:"connected_at"` // Unix milliseconds
	ClientProperties any    `json:"client_properties"`
}

func (a *API) show(c *broker.Connection) connection {
	return connection{
		Name: c.Name, Node: a.node, User: c.User.Name, Vhost: c.Vhost().Name, Protocol: c.Protocol,
		AuthMechanism: c.Mechanism, Host: c.Host, Port: c.Port, PeerHost: c.PeerHost, PeerPort: c.PeerPort,
		State: "running", Type: "network", Channels: c.Channels(), ChannelMax: c.ChannelMax, FrameMax: c.FrameMax,
		Timeout: int(c.Heartbeat / time.Second), ConnectedAt: c.Opened.UnixMilli(), ClientProperties: c.Properties,
	}
}

func (a *API) connections(w http.ResponseWriter, _ *http.Request) {
	list := []connection{}
	for _, c := range a.broker.Connections() {
		list = append(list, a.show(c))
	}
	answer(w, list)
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

func (a *API) connection(w http.ResponseWriter, r *http.Request) {
	if c := a.named(r); c != nil {
		answer(w, a.show(c))
		return
	}
	notHere(w, r)
}

func (a *API) closeConnection(w http.ResponseWriter, r *http.Request) {
	c := a.named(r)
	if c == nil {
		notHere(w, r)
		return
	}
	reason := r.Header.Get("X-Reason")
	if reason == "" {
		reason = "Closed via management plugin"
	}
	c.Kick(reason)
	a.acting(r).Note("connection.kicked", amqp.Table{"name": c.Name, "vhost": c.Vhost().Name, "owner": c.User.Name, "reason": reason})
	w.WriteHeader(http.StatusNoContent)
}
