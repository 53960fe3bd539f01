package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// peerCheck is how a rabbitmq.conf wants clients' certificates verified, in two
// lines.
type peerCheck struct {
	verified, must bool
	a              assignment
}

func (p peerCheck) mode() string {
	switch {
	case p.verified && p.must:
		return VerifyRequire
	case p.verified:
		return VerifyOptional
	}
	return VerifyNone
}

// verify takes either line.
func verify(key string) func(*conversion, assignment, string) error {
	return func(c *conversion, a assignment, _ string) error {
		if c.shown == nil {
			c.shown = map[string]peerCheck{}
		}
		p := c.shown[key]
		p.a = a
		switch a.value {
		case "verify_peer", "verify_none":
			p.verified = a.value == "verify_peer"
		case "true", "false":
			p.must = a.value == "true"
		default:
			return fmt.Errorf("want verify_peer, verify_none, true or false, got '%s'", a.value)
		}
		c.shown[key] = p
		return nil
	}
}

// tlsVersion sets the lowest version of those that are listed; ours go down to
// 1.2.
func tlsVersion(c *conversion, a assignment, _ string) error {
	version, found := strings.CutPrefix(a.value, "tlsv")
	if !found || !slices.Contains([]string{"1", "1.1", "1.2", "1.3"}, version) {
		return fmt.Errorf("want tlsv1.2 or tlsv1.3, got '%s'", a.value)
	}
	if version < "1.2" {
		c.note(a, true, "TLS 1.2 is the lowest version there is")
		version = "1.2"
	}
	c.set("tls.min_version", min(version, cmp.Or(c.entries["tls.min_version"].text, version)), a)
	return nil
}

// proxied believes every proxy, as RabbitMQ does.
func proxied(c *conversion, a assignment, _ string) error {
	if a.value != "true" && a.value != "false" {
		return fmt.Errorf("want true or false, got '%s'", a.value)
	}
	for _, face := range []string{"listeners.amqp.", "listeners.amqps."} {
		c.set(face+"proxy_protocol", a.value, a)
		if a.value == "true" {
			c.set(face+"proxy_protocol_from", "0.0.0.0/0,::/0", a)
		}
	}
	if a.value == "true" {
		c.note(a, false, "every peer is believed to be a proxy, as in RabbitMQ: narrow that by listeners.amqp.proxy_protocol_from")
	}
	return nil
}
