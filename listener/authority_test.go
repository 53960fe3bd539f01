package listener

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// authority signs certificates, and keeps files of them in a directory.
type authority struct {
	t    testing.TB
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

var lastSerial int64

func newAuthority(t testing.TB) *authority {
	t.Helper()
	a := &authority{t: t, dir: t.TempDir()}
	a.cert, a.key, _ = a.sign("authority", func(x *x509.Certificate) { x.IsCA, x.BasicConstraintsValid = true, true })
	a.write("ca.crt", pemOf("CERTIFICATE", a.cert.Raw))
	return a
}

func pemOf(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func (a *authority) write(name string, text []byte) string {
	a.t.Helper()
	path := filepath.Join(a.dir, name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		a.t.Fatal(err)
	}
	return path
}

// sign makes a certificate of a common name; both files are in pem.
func (a *authority) sign(name string, edit func(*x509.Certificate)) (*x509.Certificate, *ecdsa.PrivateKey, [2][]byte) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	lastSerial++
	x := &x509.Certificate{
		SerialNumber: big.NewInt(lastSerial), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	if edit != nil {
		edit(x)
	}
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = x, key
	}
	der, err := x509.CreateCertificate(rand.Reader, x, parent, &key.PublicKey, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	return c, key, [2][]byte{pemOf("CERTIFICATE", der), pemOf("PRIVATE KEY", secret)}
}

// serve writes NAME.crt and NAME.key of a server of these hosts.
func (a *authority) serve(name string, hosts ...string) (cert, key string) {
	a.t.Helper()
	_, _, texts := a.sign(name, func(x *x509.Certificate) {
		x.DNSNames, x.IPAddresses = hosts, []net.IP{net.IPv4(127, 0, 0, 1)}
	})
	return a.write(name+".crt", texts[0]), a.write(name+".key", texts[1])
}

// client is what a client of that name shows.
func (a *authority) client(name string, edit func(*x509.Certificate)) tls.Certificate {
	a.t.Helper()
	_, _, texts := a.sign(name, edit)
	pair, err := tls.X509KeyPair(texts[0], texts[1])
	if err != nil {
		a.t.Fatal(err)
	}
	return pair
}

// config is that of a client who trusts a.
func (a *authority) config(shows ...tls.Certificate) *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return &tls.Config{RootCAs: pool, ServerName: "broker.example.com", Certificates: shows}
}

// notes is a log that a test reads.
type notes struct {
	lines chan string
}

func newNotes() *notes { return &notes{make(chan string, 1000)} }

// Write implements io.Writer.
func (n *notes) Write(p []byte) (int, error) {
	n.lines <- string(bytes.TrimSpace(p))
	return len(p), nil
}

// wait returns the next line that has text in it.
func (n *notes) wait(t testing.TB, text string) string {
	t.Helper()
	for timeout := time.After(5 * time.Second); ; {
		select {
		case line := <-n.lines:
			if bytes.Contains([]byte(line), []byte(text)) {
				return line
			}
		case <-timeout:
			t.Fatalf("no line with %q in the log", text)
		}
	}
}
