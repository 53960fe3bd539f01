package dial

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Address is where a broker is, and who comes.
type Address struct {
	Name           string // what the user calls it; may be empty
	Host           string // with the port
	TLS            bool
	Config         *tls.Config // with TLS; see Trust
	User, Password string
	Vhost          string
}

// Local is the broker nobody had to name.
var Local = Address{Host: "localhost:5672", User: "guest", Password: "guest", Vhost: "/"}

// ParseAddress reads an AMQP URI, with NAME= in front or not. No path is the
// vhost /, as is the path /.
func ParseAddress(s string) (Address, error) {
	a := Local
	if name, rest, ok := strings.Cut(s, "="); ok && !strings.Contains(name, ":") {
		a.Name, s = name, rest
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "amqp" && u.Scheme != "amqps" || u.Hostname() == "" {
		return a, fmt.Errorf("want amqp://user:password@host:port/vhost, got '%s'", s)
	}
	port := "5672"
	if a.TLS = u.Scheme == "amqps"; a.TLS {
		port = "5671"
	}
	if u.Port() != "" {
		port = u.Port()
	}
	a.Host = net.JoinHostPort(u.Hostname(), port)
	if u.User != nil {
		a.User = u.User.Username()
		a.Password, _ = u.User.Password()
	}
	if vhost := strings.TrimPrefix(u.Path, "/"); vhost != "" {
		a.Vhost = vhost
	}
	return a, nil
}

// String is the address without the password.
func (a Address) String() string {
	if a.Name != "" {
		return a.Name
	}
	return a.Host
}
