package mgmt_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	listeners "github.com/hutchmq/hutchmq/listener"
	"github.com/hutchmq/hutchmq/mgmt"
)

// writeCertificate writes a certificate and its key, both into one file.
func writeCertificate(t *testing.T, file string, notAfter time.Time) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	x := &x509.Certificate{
		SerialNumber: big.NewInt(255), Subject: pkix.Name{CommonName: "broker"}, DNSNames: []string{"broker.example.com"},
		NotBefore: time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC), NotAfter: notAfter,
	}
	der, err := x509.CreateCertificate(rand.Reader, x, x, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})...)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// withCertificates is a node with two listeners with TLS that use one file, one
// of which verifies clients by it.
func withCertificates(t *testing.T, notAfter time.Time) (n node, file string) {
	t.Helper()
	n, file = newNode(t), filepath.Join(t.TempDir(), "server.pem")
	writeCertificate(t, file, notAfter)
	c := listeners.NewCertificates(slog.New(slog.DiscardHandler))
	for protocol, verify := range map[string]listeners.Verify{"amqp/ssl": listeners.VerifyRequire, "https": listeners.VerifyNone} {
		if _, err := c.Add(protocol, listeners.Files{Certs: []string{file}, CA: file, Verify: verify}); err != nil {
			t.Fatal(err)
		}
	}
	facts := mgmt.Facts{Listeners: []mgmt.Listener{
		mgmt.NewListener("amqp", &net.TCPAddr{Port: 5672}), mgmt.NewListener("amqp/ssl", &net.TCPAddr{Port: 5671}),
		mgmt.NewListener("https", &net.TCPAddr{Port: 15671}),
	}}
	n.Handler = mgmt.New(n.broker, "rabbit@here", mgmt.WithFacts(facts), mgmt.WithCertificates(c))
	return n, file
}

// TestCertificateExpiry: a check fails when a certificate does not last, and
// says which, in all units.
func TestCertificateExpiry(t *testing.T) {
	notAfter := time.Now().Add(40 * 24 * time.Hour).UTC().Truncate(time.Second)
	n, file := withCertificates(t, notAfter)
	const checks = "/api/health/checks/certificate-expiration/"
	for path, status := range map[string]int{
		"0/days": 200, "39/days": 200, "40/DAYS": 503, "5/weeks": 200, "6/weeks": 503, "1/months": 200, "2/months": 503,
		"1/years": 503, "200/years": 503, "201/years": 400, "-1/days": 400, "x/days": 400, "1/fortnights": 400,
		"99999999999999999999/days": 400,
	} {
		if w := n.ask("GET", checks+path, "guest:guest"); w.Code != status {
			t.Errorf("%s: %d %s, want %d", path, w.Code, w.Body, status)
		}
	}
	on := `["` + notAfter.Format(time.DateTime) + `"]`
	got := n.ask("GET", checks+"1/years", "guest:guest").Body.String()
	for _, want := range []string{
		`"reason":"Certificates expiring","status":"failed"`,
		`{"node":"rabbit@here","protocol":"amqp/ssl","interface":"","port":5671,"certfile":"` + file + `","certfile_expires_on":` + on +
			`,"cacertfile":"` + file + `","cacertfile_expires_on":` + on + `}`,
		`"port":15671,"certfile":"` + file + `","certfile_expires_on":` + on + `,"cacertfile":"","cacertfile_expires_on":[]}`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

// TestCertificates: monitoring sees them, administrators reload them, and the
// listeners tell that they speak TLS.
func TestCertificates(t *testing.T) {
	n, file := withCertificates(t, time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC))
	w := n.ask("GET", "/api/x/certificates", "guest:guest")
	for _, want := range []string{
		`"file":"` + file + `","use":"server","subject":"CN=broker","subject_alternative_names":["broker.example.com"],"issuer":"CN=broker","serial_number":"ff"`,
		`"use":"authority"`, `"not_before":"2020-01-02T03:04:05Z","not_after":"2021-01-01T00:00:00Z","days_left":-`,
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %s in %s", want, w.Body)
		}
	}
	if w := n.ask("GET", "/api/x/certificates", "reader:r"); w.Code != 401 {
		t.Errorf("somebody without a tag: %d", w.Code)
	}
	if w := n.send("POST", "/api/x/certificates/reload", "guest:guest", ""); w.Code != 204 {
		t.Errorf("reload: %d %s", w.Code, w.Body)
	}
	os.WriteFile(file, nil, 0o600)
	if w := n.send("POST", "/api/x/certificates/reload", "guest:guest", ""); w.Code != 400 || !strings.Contains(w.Body.String(), file) {
		t.Errorf("reload of an empty file: %d %s", w.Code, w.Body)
	}
	if w := n.send("POST", "/api/x/certificates/reload", "reader:r", ""); w.Code != 401 {
		t.Errorf("reload by somebody without a tag: %d", w.Code)
	}
	w = n.ask("GET", "/api/overview", "guest:guest")
	for _, want := range []string{`"port":5672,"tls":false`, `"protocol":"amqp/ssl","ip_address":"","port":5671,"tls":true`,
		`"port":15671,"tls":true`, `"description":"HutchMQ Management","path":"/","ip":"","port":"15671","protocol":"https"`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %s in %s", want, w.Body)
		}
	}
}
