package server

import (
	"crypto/tls"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

// ending is how a connection ended.
type ending struct {
	by   string         // "client", "broker", or "network" when nobody said good-bye
	code amqp.ReplyCode // 0 when nobody gave one
	text string
}

// who is what is known so far of the peer, for the log.
func (c *connection) who() []any {
	var known []any
	if c.user != nil {
		known = append(known, "user", c.user.Name)
	}
	if c.client.product != "" || c.client.name != "" {
		known = append(known, "client", c.client.product, "name", c.client.name)
	}
	return known
}

// sayOpen logs that the peer is in: who it is, where it may work, by what.
func (c *connection) sayOpen(took time.Duration) {
	version, _ := c.client.properties["version"].(string)
	c.log.Info("connection open", "user", c.user.Name, "vhost", c.broker.Vhost().Name, "mechanism", c.client.mechanism,
		"tls", c.tlsVersion(), "client", c.client.product, "version", version, "name", c.client.name,
		"took_ms", took.Milliseconds())
}

// sayClosed logs how the connection ended, after how long, and what it did.
func (c *connection) sayClosed(e ending, lasted time.Duration) {
	c.log.Info("connection closed", "user", c.user.Name, "vhost", c.broker.Vhost().Name, "by", e.by, "code", uint16(e.code),
		"reason", e.text, "name", c.client.name, "lasted_ms", lasted.Milliseconds(),
		"published", c.traffic[queue.Published], "delivered", c.traffic.DeliverGet())
}

// tlsVersion is empty without TLS.
func (c *connection) tlsVersion() string {
	s, secure := c.nc.(interface{ ConnectionState() tls.ConnectionState })
	if !secure {
		return ""
	}
	return tls.VersionName(s.ConnectionState().Version)
}
