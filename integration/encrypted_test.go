package integration

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestPerfTLS: amqps, through something that ends TLS before the broker. Who
// cannot show a certificate that is trusted is not talked to.
func TestPerfTLS(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	addr, authority := encrypted(t, b)
	load := func(trusted string) (string, error) {
		c := exec.Command(hutchmq, "perf", "-u", "q", "-C", "1000", "-c", "100", "--uri", "amqps://guest:guest@"+addr)
		c.Env = append(os.Environ(), "SSL_CERT_FILE="+trusted)
		out, err := c.CombinedOutput()
		return string(out), err
	}
	if out, err := load(authority); err != nil || !strings.Contains(out, "received         1,000") {
		t.Errorf("%v: %s", err, out)
	}
	if out, err := load(os.DevNull); err == nil || !strings.Contains(out, "certificate") {
		t.Errorf("with nobody to trust: %v: %s", err, out)
	}
}

// encrypted listens with TLS in front of a broker. authority is the file of the
// certificate that it shows.
func encrypted(t *testing.T, b *Broker) (addr, authority string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	authority = filepath.Join(t.TempDir(), "authority.pem")
	if err := os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", freeAddr(t), &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go forward(l, b.Addr)
	return l.Addr().String(), authority
}

// forward passes everything on, both ways.
func forward(l net.Listener, to string) {
	for {
		client, err := l.Accept()
		if err != nil {
			return
		}
		broker, err := net.Dial("tcp", to)
		if err != nil {
			client.Close()
			return
		}
		go func() {
			io.Copy(broker, client)
			broker.Close()
		}()
		go func() {
			io.Copy(client, broker)
			client.Close()
		}()
	}
}
