package listener

import (
	"context"
	"crypto/tls"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// shown is the name in the certificate that a new client is shown.
func (p *port) shown(t testing.TB, c *tls.Config) string {
	t.Helper()
	nc, err := p.greet(t, c)
	if err != nil {
		t.Fatal(err)
	}
	return nc.ConnectionState().PeerCertificates[0].Subject.CommonName
}

// replace puts the files of one server in the place of another's.
func (a *authority) replace(t testing.TB, old, by string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		text, err := os.ReadFile(a.dir + "/" + by + part)
		if err != nil {
			t.Fatal(err)
		}
		a.write(old+part, text)
	}
}

// TestReload: clients that come later are shown what is in the files now, and
// those that are there notice nothing. What cannot be loaded changes nothing.
func TestReload(t *testing.T) {
	a := newAuthority(t)
	cert, key := a.serve("server", "broker.example.com")
	a.serve("next", "broker.example.com")
	p := open(t, &Files{Certs: []string{cert}, Keys: []string{key}}, nil)
	if err := p.certificates.Reload(); err != nil {
		t.Fatal(err)
	}
	old, err := p.greet(t, a.config())
	if err != nil {
		t.Fatal(err)
	}
	a.replace(t, "server", "next", ".crt")
	if err := p.certificates.Reload(); err == nil || !strings.Contains(err.Error(), cert) {
		t.Errorf("a certificate with another's key: %v", err)
	}
	p.log.wait(t, "not reloaded")
	if name := p.shown(t, a.config()); name != "server" {
		t.Errorf("after a failure, the certificate of %s is shown", name)
	}
	a.replace(t, "server", "next", ".key")
	if err := p.certificates.Reload(); err != nil {
		t.Fatal(err)
	}
	p.log.wait(t, "certificate reloaded")
	if name := p.shown(t, a.config()); name != "next" {
		t.Errorf("the certificate of %s is shown", name)
	}
	if err := heard(t, old); err != nil {
		t.Errorf("a connection from before: %v", err)
	}
}

// TestReloadAll: of two listeners none changes when one cannot.
func TestReloadAll(t *testing.T) {
	a := newAuthority(t)
	p := open(t, nil, nil)
	var keys []*Keys
	for _, name := range []string{"one", "two"} {
		cert, key := a.serve(name, "broker.example.com")
		k, err := p.certificates.Add(name, Files{Certs: []string{cert}, Keys: []string{key}, CA: a.dir + "/ca.crt", Verify: VerifyOptional})
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, k)
	}
	before := p.certificates.List()
	a.serve("one", "broker.example.com")
	a.write("two.key", []byte("none"))
	if err := p.certificates.Reload(); err == nil {
		t.Error("a key that is none was loaded")
	}
	after := p.certificates.List()
	if len(before) != 4 || len(after) != 4 {
		t.Fatalf("%d certificates, then %d", len(before), len(after))
	}
	for i := range before {
		if before[i].Fingerprint != after[i].Fingerprint {
			t.Errorf("%s has changed", before[i].File)
		}
		if (before[i].Use == UseAuthority) != strings.HasSuffix(before[i].File, "ca.crt") {
			t.Errorf("%+v", before[i])
		}
	}
	if keys[0].now.Load() == keys[1].now.Load() {
		t.Error("listeners share what they loaded")
	}
}

// TestWatch: what is put into the files is taken up without being asked for. A
// certificate and its key may come one after the other.
func TestWatch(t *testing.T) {
	a := newAuthority(t)
	cert, key := a.serve("server", "broker.example.com")
	a.serve("next", "broker.example.com")
	p := open(t, &Files{Certs: []string{cert}, Keys: []string{key}}, nil)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		p.certificates.watch(ctx, 10*time.Millisecond)
		close(ended)
	}()
	a.replace(t, "server", "next", ".crt")
	p.log.wait(t, "not reloaded")
	a.replace(t, "server", "next", ".key")
	p.log.wait(t, "certificate reloaded")
	if name := p.shown(t, a.config()); name != "next" {
		t.Errorf("the certificate of %s is shown", name)
	}
	for len(p.log.lines) > 0 {
		<-p.log.lines
	}
	os.Remove(key)
	p.log.wait(t, "not reloaded")
	time.Sleep(50 * time.Millisecond)
	if n := len(p.log.lines); n > 0 {
		t.Errorf("%d further lines about files that have not changed since", n)
	}
	cancel()
	<-ended
}

// TestBadFiles: what is wrong is said, with the file.
func TestBadFiles(t *testing.T) {
	a := newAuthority(t)
	cert, key := a.serve("server", "broker.example.com")
	secret := a.write("secret.key", pemOf("ENCRYPTED PRIVATE KEY", []byte("nobody knows")))
	empty := a.write("empty", nil)
	for _, tt := range []struct {
		f    Files
		want string
	}{
		{Files{}, "no certificate is named"},
		{Files{Certs: []string{a.dir + "/none"}}, "no such file"},
		{Files{Certs: []string{empty}, Keys: []string{key}}, "failed to find any PEM data"},
		{Files{Certs: []string{cert}}, "server.crt"},
		{Files{Certs: []string{cert}, Keys: []string{secret}}, "is encrypted"},
		{Files{Certs: []string{cert}, Keys: []string{key}, Verify: VerifyRequire}, "takes a file of authorities"},
		{Files{Certs: []string{cert}, Keys: []string{key}, Verify: VerifyOptional, CA: empty}, "no certificate in it"},
	} {
		_, err := NewCertificates(slog.New(slog.DiscardHandler)).Add("amqp/ssl", tt.f)
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "amqp/ssl: ") {
			t.Errorf("%+v: %v, want %s", tt.f, err, tt.want)
		}
	}
	both := a.write("both.pem", append(mustRead(t, key), mustRead(t, cert)...))
	p := open(t, &Files{Certs: []string{both}}, nil)
	if name := p.shown(t, a.config()); name != "server" {
		t.Errorf("of one file with both, the certificate of %s is shown", name)
	}
}

// TestChain: what stands behind a certificate is sent, and listed, once.
func TestChain(t *testing.T) {
	a := newAuthority(t)
	cert, key := a.serve("server", "broker.example.com")
	ca := mustRead(t, a.dir+"/ca.crt")
	chain := a.write("chain.crt", slices.Concat(mustRead(t, cert), ca, ca))
	p := open(t, &Files{Certs: []string{chain}, Keys: []string{key}}, nil)
	nc, err := p.greet(t, a.config())
	if err != nil {
		t.Fatal(err)
	}
	if sent := nc.ConnectionState().PeerCertificates; len(sent) != 3 || sent[1].Subject.CommonName != "authority" {
		t.Errorf("%d certificates were sent", len(sent))
	}
	list := p.certificates.List()
	if len(list) != 2 || list[0].Use != UseServer || list[1].Use != UseChain || list[1].Subject != "CN=authority" {
		t.Errorf("listed are %+v", list)
	}
}

func mustRead(t testing.TB, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
