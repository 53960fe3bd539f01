package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
)

// place is where an API is.
type place struct {
	base, where    string
	socket         string // "" TCP
	user, password string
}

// place finds out where the API is.
func (o *Options) place() (place, error) {
	if o.URI == "" && isSocket(o.Socket) {
		return atSocket(o.Socket), nil
	}
	if path, ok := strings.CutPrefix(o.URI, "unix:"); ok {
		return atSocket(strings.TrimPrefix(path, "//")), nil
	}
	uri := o.URI
	if uri == "" {
		uri = DefaultURI
	}
	if !strings.Contains(uri, "://") {
		uri = "http://" + uri
	}
	u, err := url.Parse(uri)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return place{}, fmt.Errorf("%w: want http://host:port, https://host:port or unix:/path, got '%s'", ErrURI, uri)
	}
	p := place{user: u.User.Username()}
	p.password, _ = u.User.Password()
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	p.base = strings.TrimSuffix(strings.TrimSuffix(u.String(), "/"), "/api")
	p.where = p.base
	return p, nil
}

func atSocket(path string) place {
	return place{base: "http://localhost", where: path, socket: path}
}

func isSocket(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&os.ModeSocket != 0
}

// dial connects to the socket; nil is TCP.
func (p *place) dial() func(ctx context.Context, network, addr string) (net.Conn, error) {
	if p.socket == "" {
		return nil
	}
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", p.socket)
	}
}

// trust is whom to trust: the system's authorities, and those in a file.
func trust(file string) (*tls.Config, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s: there is no certificate in it", file)
	}
	return &tls.Config{RootCAs: pool}, nil
}
