package perf

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// address is where a broker is, and who comes.
type address struct {
	name           string // what the user calls it; may be empty
	host           string // with the port
	tls            bool
	config         *tls.Config // with tls, from the flags
	user, password string
	vhost          string
}

// local is the broker nobody had to name.
var local = address{host: "localhost:5672", user: "guest", password: "guest", vhost: "/"}

// parseAddress reads an AMQP URI, with NAME= in front or not. No path is the
// vhost /, as is the path /.
func parseAddress(s string) (address, error) {
	a := local
	if name, rest, ok := strings.Cut(s, "="); ok && !strings.Contains(name, ":") {
		a.name, s = name, rest
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "amqp" && u.Scheme != "amqps" || u.Hostname() == "" {
		return a, fmt.Errorf("want amqp://user:password@host:port/vhost, got '%s'", s)
	}
	port := "5672"
	if a.tls = u.Scheme == "amqps"; a.tls {
		port = "5671"
	}
	if u.Port() != "" {
		port = u.Port()
	}
	a.host = net.JoinHostPort(u.Hostname(), port)
	if u.User != nil {
		a.user = u.User.Username()
		a.password, _ = u.User.Password()
	}
	if vhost := strings.TrimPrefix(u.Path, "/"); vhost != "" {
		a.vhost = vhost
	}
	return a, nil
}

// String is the address without the password.
func (a address) String() string {
	if a.name != "" {
		return a.name
	}
	return a.host
}

// addresses is a flag that names brokers.
type addresses struct{ to *[]address }

// Set implements flag.Value.
func (v addresses) Set(s string) error {
	for one := range strings.SplitSeq(s, ",") {
		a, err := parseAddress(one)
		if err != nil {
			return err
		}
		*v.to = append(*v.to, a)
	}
	return nil
}

// String implements flag.Value.
func (addresses) String() string { return "" }
