package listener

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"
)

// port is a listener that says what it was sent, in capitals.
type port struct {
	net.Listener
	certificates *Certificates
	log          *notes
	conns        chan net.Conn // as they are accepted
}

// open listens on this machine. f is nil without TLS.
func open(t testing.TB, f *Files, edit func(*Options)) *port {
	t.Helper()
	p := &port{log: newNotes(), conns: make(chan net.Conn, 2*maxHandshakes)}
	log := slog.New(slog.NewTextHandler(p.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	p.certificates = NewCertificates(log)
	o := Options{Name: "amqp/ssl", Addr: "127.0.0.1:0", Timeout: 5 * time.Second, Log: log}
	var err error
	if f != nil {
		if o.TLS, err = p.certificates.Add(o.Name, *f); err != nil {
			t.Fatal(err)
		}
	}
	if edit != nil {
		edit(&o)
	}
	if p.Listener, err = Open(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	go p.serve()
	return p
}

func (p *port) serve() {
	for {
		nc, err := p.Accept()
		if err != nil {
			return
		}
		p.conns <- nc
		go shout(nc)
	}
}

func shout(nc net.Conn) {
	defer nc.Close()
	b := make([]byte, 100)
	for {
		n, err := nc.Read(b)
		if err != nil {
			return
		}
		io.WriteString(nc, strings.ToUpper(string(b[:n])))
	}
}

// heard reports whether nc answers.
func heard(t testing.TB, nc net.Conn) error {
	t.Helper()
	nc.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.WriteString(nc, "hello"); err != nil {
		return err
	}
	b := make([]byte, 5)
	_, err := io.ReadFull(nc, b)
	if err == nil && string(b) != "HELLO" {
		t.Errorf("got %q", b)
	}
	return err
}

func (p *port) dial(t testing.TB) net.Conn {
	t.Helper()
	nc, err := net.Dial("tcp", p.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	return nc
}

// greet dials with TLS, and is heard or not.
func (p *port) greet(t testing.TB, c *tls.Config) (*tls.Conn, error) {
	t.Helper()
	nc := tls.Client(p.dial(t), c)
	return nc, heard(t, nc)
}

// TestPlain: nothing stands between the server and the socket.
func TestPlain(t *testing.T) {
	p := open(t, nil, nil)
	if err := heard(t, p.dial(t)); err != nil {
		t.Fatal(err)
	}
	if nc, ok := (<-p.conns).(*net.TCPConn); !ok {
		t.Errorf("accepted a %T", nc)
	}
}

// TestVerify: which clients are let in.
func TestVerify(t *testing.T) {
	ours, others := newAuthority(t), newAuthority(t)
	cert, key := ours.serve("server", "broker.example.com")
	good, stranger := ours.client("orders", nil), others.client("orders", nil)
	expired := ours.client("orders", func(x *x509.Certificate) { x.NotAfter = time.Now().Add(-time.Minute) })
	for _, tt := range []struct {
		verify   Verify
		shows    string
		pair     []tls.Certificate
		in       bool
		verified bool
	}{
		{VerifyNone, "nothing", nil, true, false},
		{VerifyNone, "a stranger's", []tls.Certificate{stranger}, true, false},
		{"", "a good one", []tls.Certificate{good}, true, false},
		{VerifyOptional, "nothing", nil, true, false},
		{VerifyOptional, "a good one", []tls.Certificate{good}, true, true},
		{VerifyOptional, "a stranger's", []tls.Certificate{stranger}, false, false},
		{VerifyOptional, "an expired one", []tls.Certificate{expired}, false, false},
		{VerifyRequire, "nothing", nil, false, false},
		{VerifyRequire, "a good one", []tls.Certificate{good}, true, true},
		{VerifyRequire, "a stranger's", []tls.Certificate{stranger}, false, false},
	} {
		p := open(t, &Files{Certs: []string{cert}, Keys: []string{key}, CA: ours.dir + "/ca.crt", Verify: tt.verify}, nil)
		c := ours.config()
		if tt.pair != nil { // also one of an authority that the server did not name
			c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &tt.pair[0], nil }
		}
		_, err := p.greet(t, c)
		if (err == nil) != tt.in {
			t.Errorf("verify %s, client shows %s: %v", tt.verify, tt.shows, err)
			continue
		}
		if !tt.in {
			p.log.wait(t, "TLS handshake failed")
			continue
		}
		if s := (<-p.conns).(*tls.Conn).ConnectionState(); (len(s.VerifiedChains) > 0) != tt.verified {
			t.Errorf("verify %s, client shows %s: %d verified chains", tt.verify, tt.shows, len(s.VerifiedChains))
		}
	}
}

// TestMinVersion: older versions are refused.
func TestMinVersion(t *testing.T) {
	a := newAuthority(t)
	cert, key := a.serve("server", "broker.example.com")
	for _, tt := range []struct {
		least, speaks uint16
		in            bool
	}{
		{tls.VersionTLS12, tls.VersionTLS11, false}, {tls.VersionTLS12, tls.VersionTLS12, true},
		{tls.VersionTLS12, tls.VersionTLS13, true}, {tls.VersionTLS13, tls.VersionTLS12, false},
		{tls.VersionTLS13, tls.VersionTLS13, true}, {0, tls.VersionTLS11, false},
	} {
		p := open(t, &Files{Certs: []string{cert}, Keys: []string{key}, MinVersion: tt.least}, nil)
		c := a.config()
		c.MinVersion, c.MaxVersion = tt.speaks, tt.speaks
		nc, err := p.greet(t, c)
		if (err == nil) != tt.in || tt.in && nc.ConnectionState().Version != tt.speaks {
			t.Errorf("at least %#x, client speaks %#x: %v", tt.least, tt.speaks, err)
		}
	}
}

// TestNames: of several certificates the one is shown that fits the name asked
// for, and to others the first. A client of AMQP asks for no protocol.
func TestNames(t *testing.T) {
	a := newAuthority(t)
	cert1, key1 := a.serve("one", "broker.example.com")
	cert2, key2 := a.serve("two", "*.example.org")
	p := open(t, &Files{Certs: []string{cert1, cert2}, Keys: []string{key1, key2}, Protocols: []string{"h2"}}, nil)
	for name, want := range map[string]string{"broker.example.com": "one", "x.example.org": "two", "unknown": "one", "": "one"} {
		c := a.config()
		c.ServerName, c.InsecureSkipVerify = name, true
		nc, err := p.greet(t, c)
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		s := nc.ConnectionState()
		if got := s.PeerCertificates[0].Subject.CommonName; got != want || s.NegotiatedProtocol != "" {
			t.Errorf("%q is shown the certificate of %s, protocol %q", name, got, s.NegotiatedProtocol)
		}
	}
}

// TestWithoutTLS: a client that does not speak TLS is told so, and let go at
// once.
func TestWithoutTLS(t *testing.T) {
	a := newAuthority(t)
	cert, key := a.serve("server", "broker.example.com")
	p := open(t, &Files{Certs: []string{cert}, Keys: []string{key}}, func(o *Options) { o.Plain = []byte("no") })
	for _, says := range []string{"AMQP\x00\x00\x09\x01", "GET / HTTP/1.1\r\n\r\n"} {
		nc := p.dial(t)
		io.WriteString(nc, says)
		nc.SetDeadline(time.Now().Add(2 * time.Second))
		if got, err := io.ReadAll(nc); err != nil || string(got) != "no" {
			t.Errorf("%q is answered %q, %v", says, got, err)
		}
		if line := p.log.wait(t, "a client without TLS"); !strings.Contains(line, says[:4]) {
			t.Errorf("the log does not say what came: %s", line)
		}
	}
	p.dial(t).Close()
	p.log.wait(t, "level=DEBUG") // a health check is no news
}

// TestSilence: who does not begin a handshake is cut, and keeps nobody from
// coming in.
func TestSilence(t *testing.T) {
	a := newAuthority(t)
	cert, key := a.serve("server", "broker.example.com")
	p := open(t, &Files{Certs: []string{cert}, Keys: []string{key}}, func(o *Options) { o.Timeout = 300 * time.Millisecond })
	var silent []net.Conn
	for range maxHandshakes + 10 {
		silent = append(silent, p.dial(t))
	}
	if _, err := p.greet(t, a.config()); err != nil {
		t.Errorf("behind %d silent clients: %v", len(silent), err)
	}
	for _, nc := range silent {
		nc.SetDeadline(time.Now().Add(5 * time.Second))
		if _, err := nc.Read(make([]byte, 1)); err == nil || isTimeout(err) {
			t.Fatalf("a silent client was not cut: %v", err)
		}
	}
	p.log.wait(t, "TLS handshake timed out")
}

func isTimeout(err error) bool {
	e, ok := err.(net.Error)
	return ok && e.Timeout()
}

// TestClose: it cuts who is in a handshake, and waits for nobody.
func TestClose(t *testing.T) {
	a := newAuthority(t)
	cert, key := a.serve("server", "broker.example.com")
	p := open(t, &Files{Certs: []string{cert}, Keys: []string{key}}, func(o *Options) { o.Timeout = time.Hour })
	nc := p.dial(t)
	if _, err := p.greet(t, a.config()); err != nil { // then the first is in, too
		t.Fatal(err)
	}
	p.Close()
	nc.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := nc.Read(make([]byte, 1)); err == nil || isTimeout(err) {
		t.Errorf("not cut: %v", err)
	}
	if _, err := p.Accept(); err != net.ErrClosed {
		t.Errorf("Accept: %v", err)
	}
}

// TestThroughProxy: addresses are those that the proxy tells, with TLS as
// without, and the socket is written to as if there were no proxy.
func TestThroughProxy(t *testing.T) {
	a := newAuthority(t)
	cert, key := a.serve("server", "broker.example.com")
	here := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	const header = "PROXY TCP4 192.0.2.7 192.0.2.1 50000 5672\r\n"
	for _, f := range []*Files{nil, {Certs: []string{cert}, Keys: []string{key}}} {
		p := open(t, f, func(o *Options) { o.Proxy = &Proxy{From: here} })
		nc := p.dial(t)
		io.WriteString(nc, header)
		if f != nil {
			nc = tls.Client(nc, a.config())
		}
		if err := heard(t, nc); err != nil {
			t.Fatal(err)
		}
		got := <-p.conns
		if got.RemoteAddr().String() != "192.0.2.7:50000" || got.LocalAddr().String() != "192.0.2.1:5672" {
			t.Errorf("from %s to %s", got.RemoteAddr(), got.LocalAddr())
		}
		if f == nil {
			if _, ok := got.(syscall.Conn); !ok {
				t.Errorf("a %T has no SyscallConn", got)
			}
		}
	}
}

// TestProxyRefusals: connections that are not from a proxy, or not in order.
func TestProxyRefusals(t *testing.T) {
	for _, tt := range []struct{ from, says, log string }{
		{"192.0.2.0/24", "PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\nhello", "127.0.0.1 is not among the proxies"},
		{"127.0.0.0/8", "AMQP\x00\x00\x09\x01", "does not begin with a PROXY header, but with"},
		{"127.0.0.0/8", "PROXY TCP4 127.0.0.1 ", "no PROXY header came"},
		{"127.0.0.0/8", "PROXY TCP4 nobody nowhere 1 2\r\n", "malformed PROXY header"},
	} {
		p := open(t, nil, func(o *Options) {
			o.Proxy, o.Timeout = &Proxy{From: []netip.Prefix{netip.MustParsePrefix(tt.from)}}, 200*time.Millisecond
		})
		nc := p.dial(t)
		io.WriteString(nc, tt.says)
		nc.SetDeadline(time.Now().Add(5 * time.Second))
		if n, err := nc.Read(make([]byte, 1)); n > 0 || err == nil || isTimeout(err) {
			t.Errorf("%q: read %d, %v", tt.says, n, err)
		}
		p.log.wait(t, tt.log)
	}
}
