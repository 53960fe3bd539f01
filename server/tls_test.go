package server

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/store"
)

// selfSigned is a certificate of a name, for both sides of a connection.
func selfSigned(t testing.TB, name string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	x := &x509.Certificate{
		SerialNumber: big.NewInt(0xabc), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC), NotAfter: time.Date(2049, 1, 2, 3, 4, 5, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, x, x, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// elsewhere is a connection of a client that is not on this machine.
type elsewhere struct{ *net.TCPConn }

func (elsewhere) Loopback() bool { return false }

// encrypted are both ends of a connection with TLS. shows is the certificate of
// the client, nil if it has none.
func encrypted(t *testing.T, shows *tls.Certificate, below func(*net.TCPConn) net.Conn) (ours, theirs *tls.Conn) {
	t.Helper()
	in, out := sockets(t)
	c := &tls.Config{Certificates: []tls.Certificate{selfSigned(t, "server")}, ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: x509.NewCertPool()}
	client := &tls.Config{InsecureSkipVerify: true}
	if shows != nil {
		c.ClientCAs.AddCert(shows.Leaf)
		client.Certificates = []tls.Certificate{*shows}
	}
	var nc net.Conn = in
	if below != nil {
		nc = below(in)
	}
	ours, theirs = tls.Server(nc, c), tls.Client(out, client)
	failed := make(chan error, 1)
	go func() { failed <- theirs.Handshake() }()
	if err := errors.Join(ours.Handshake(), <-failed); err != nil {
		t.Fatal(err)
	}
	theirs.SetDeadline(time.Now().Add(20 * time.Second))
	return ours, theirs
}

// externalLogin is the words of a client that logs in by its certificate.
const externalLogin = `connection.start-ok mechanism=EXTERNAL response="" locale=en_US client_properties={capabilities:{authentication_failure_close:true}}`

// TestExternal: who has shown a certificate may log in as whom it names.
func TestExternal(t *testing.T) {
	for _, tt := range []struct {
		name     string // in the certificate, "" none
		by       auth.CertificateLogin
		below    func(*net.TCPConn) net.Conn
		offered  string
		answered string // the method after start, and some of its text
	}{
		{"guest", auth.CertificateLogin{From: auth.FromCommonName}, nil, "PLAIN AMQPLAIN EXTERNAL", "connection.tune"},
		{"guest", auth.CertificateLogin{}, nil, "PLAIN AMQPLAIN EXTERNAL", "connection.close ACCESS_REFUSED - Login was refused using authentication mechanism EXTERNAL"},
		{"nobody", auth.CertificateLogin{From: auth.FromCommonName}, nil, "PLAIN AMQPLAIN EXTERNAL", "connection.close ACCESS_REFUSED"},
		{"guest", auth.CertificateLogin{From: auth.FromSubjectAltName}, nil, "PLAIN AMQPLAIN EXTERNAL", "connection.close ACCESS_REFUSED"},
		{"guest", auth.CertificateLogin{From: auth.FromCommonName}, func(nc *net.TCPConn) net.Conn { return elsewhere{nc} },
			"PLAIN AMQPLAIN EXTERNAL", "connection.close ACCESS_REFUSED"},
		{"", auth.CertificateLogin{From: auth.FromCommonName}, nil, "PLAIN AMQPLAIN", "connection.close "},
	} {
		o := testOptions()
		o.CertificateLogin, o.AuthFailureDelay = tt.by, time.Second
		n := newNodeWith(t, o, store.NewMemory(), func(o *broker.Options) { o.Auth = auth.NewDatabase([]string{"guest"}) })
		var shows *tls.Certificate
		if tt.name != "" {
			c := selfSigned(t, tt.name)
			shows = &c
		}
		ours, theirs := encrypted(t, shows, tt.below)
		n.start(ours)
		theirs.Write(slices.Concat(protocolHeader[:], encode(t, 0, externalLogin)))
		r := amqp.NewReader(theirs)
		start := next(t, r).(*amqp.ConnectionStart)
		if start.Mechanisms != tt.offered {
			t.Errorf("%s: offered %s", tt.name, start.Mechanisms)
		}
		m := next(t, r)
		got := m.ID().String()
		if c, ok := m.(*amqp.ConnectionClose); ok {
			got += " " + c.ReplyText
		}
		if !strings.HasPrefix(got, tt.answered) {
			t.Errorf("%q by %+v: answered %s, want %s", tt.name, tt.by, got, tt.answered)
		}
		theirs.Close()
	}
}

func next(t *testing.T, r *amqp.Reader) amqp.Method {
	t.Helper()
	f, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	m, err := amqp.ParseMethod(f.Payload)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestSecurity: the broker lists how a connection is secured, in RabbitMQ's
// words.
func TestSecurity(t *testing.T) {
	n := newNode(t, testOptions())
	shows := selfSigned(t, "orders")
	ours, theirs := encrypted(t, &shows, nil)
	n.start(ours)
	login(t, theirs)
	s := n.b.Connections()[0].Security
	if s == nil || s.Peer == nil || s.Protocol != "tlsv1.3" || s.KeyExchange != "any" || s.Hash != "aead" || s.Cipher == "" {
		t.Fatalf("%+v", s)
	}
	want := broker.PeerCertificate{
		Subject: "CN=orders", Issuer: "CN=orders", Validity: "2020-01-02T03:04:05Z - 2049-01-02T03:04:05Z", Serial: "abc",
	}
	if *s.Peer != want {
		t.Errorf("%+v", s.Peer)
	}
	for name, want := range map[string]string{
		"TLS_AES_128_GCM_SHA256":                        "any aes_128_gcm aead",
		"TLS_CHACHA20_POLY1305_SHA256":                  "any chacha20_poly1305 aead",
		"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384":         "ecdhe_rsa aes_256_gcm aead",
		"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256": "ecdhe_ecdsa chacha20_poly1305 aead",
		"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA":          "ecdhe_ecdsa aes_128_cbc sha",
		"TLS_RSA_WITH_AES_128_CBC_SHA":                  "rsa aes_128_cbc sha",
	} {
		if a, b, c := suite(name); a+" "+b+" "+c != want {
			t.Errorf("%s: %s %s %s", name, a, b, c)
		}
	}
}

// TestEncrypted: bodies of all sizes come back as they were, and a connection
// that waits for its peer can be called.
func TestEncrypted(t *testing.T) {
	n := newNode(t, testOptions())
	ours, theirs := encrypted(t, nil, nil)
	n.start(ours)
	r := login(t, theirs)
	theirs.Write(slices.Concat(encode(t, 1, "queue.declare queue=q"), encode(t, 1, "basic.consume queue=q consumer_tag=c no_ack")))
	for range 2 {
		next(t, r)
	}
	sizes := []int{0, 1, vectorFrom - 1, vectorFrom, writeSize, 128<<10 - 8, 128<<10 - 7, 3 << 20, 5}
	go func() {
		for i, size := range sizes {
			wire := amqp.AppendMethod(nil, 1, &amqp.BasicPublish{RoutingKey: []byte("q")})
			header := amqp.AppendContentHeader(nil, 60, uint64(size), &amqp.Properties{})
			theirs.Write(amqp.AppendContent(wire, 1, header, bytes.Repeat([]byte{byte('a' + i)}, size), 128<<10))
		}
	}()
	for i, size := range sizes {
		got := 0
		next(t, r) // basic.deliver
		for first := true; first || got < size; first = false {
			f, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			if f.Type == amqp.FrameBody {
				if got += len(f.Payload); bytes.Count(f.Payload, []byte{byte('a' + i)}) != len(f.Payload) {
					t.Fatalf("the body of %d bytes is another", size)
				}
			}
		}
		if got != size {
			t.Errorf("%d bytes, want %d", got, size)
		}
	}
	n.b.Connections()[0].Kick("enough")
	if c, ok := next(t, r).(*amqp.ConnectionClose); !ok || !strings.Contains(c.ReplyText, "enough") {
		t.Errorf("%+v", c)
	}
	theirs.Write(closeOkFrame)
}

// TestCalledInTheMiddle: to be called while a record is on its way does not
// spoil it.
func TestCalledInTheMiddle(t *testing.T) {
	n := newNode(t, testOptions())
	ours, theirs := encrypted(t, nil, nil)
	n.start(ours)
	r := login(t, theirs)
	theirs.Write(encode(t, 1, "queue.declare queue=q"))
	next(t, r)
	var c *connection
	n.mu.Lock()
	for c = range n.connections {
	}
	n.mu.Unlock()
	var calls atomic.Int64
	var calling sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	calling.Go(func() {
		for ; ctx.Err() == nil; calls.Add(1) {
			time.Sleep(50 * time.Microsecond)
			c.ask(func() {})
		}
	})
	const size = 50_000
	messages := uint32(0)
	body := bytes.Repeat([]byte("0123456789"), size/10)
	wire := amqp.AppendMethod(nil, 1, &amqp.BasicPublish{RoutingKey: []byte("q")})
	wire = amqp.AppendContent(wire, 1, amqp.AppendContentHeader(nil, 60, size, &amqp.Properties{}), body, 128<<10)
	for ; messages < 100 || calls.Load() < 10; messages++ {
		if _, err := theirs.Write(wire); err != nil {
			t.Fatal(err)
		}
	}
	theirs.Write(encode(t, 1, "queue.declare queue=q passive"))
	if ok, is := next(t, r).(*amqp.QueueDeclareOk); !is || ok.MessageCount != messages {
		t.Errorf("%+v", ok)
	}
	stop()
	calling.Wait()
}

// TestTLSOnPlainPort: it is answered as any other protocol, and told apart in
// the log.
func TestTLSOnPlainPort(t *testing.T) {
	n := newNode(t, testOptions())
	c := newConnection(n.Server, saying(t, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc"))
	if err := c.handshake(); err != errTLS {
		t.Errorf("%v", err)
	}
}

// saying is the server's end of a pipe into which says comes.
func saying(t *testing.T, says string) net.Conn {
	theirs, ours := net.Pipe()
	t.Cleanup(func() { ours.Close() })
	go func() {
		ours.Write([]byte(says))
		var answer [8]byte
		ours.Read(answer[:])
	}()
	return theirs
}
