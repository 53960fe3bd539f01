package integration

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// secured is a broker that listens with TLS, for all faces. Its certificate is
// the pair named server.
type secured struct {
	*Broker
	*authority
	amqps, https, metrics string // addresses
}

func startSecured(t *testing.T, settings ...string) *secured {
	t.Helper()
	s := &secured{authority: newAuthority(t), amqps: freeAddr(t), https: freeAddr(t), metrics: freeAddr(t)}
	s.sign("server", "first", time.Hour)
	s.Broker = Start(t, hutchmq, append([]string{
		"--amqps=" + s.amqps, "--management-tls=" + s.https, "--metrics-tls=" + s.metrics,
		"HUTCHMQ_TLS_CERT=" + s.file("server.crt"), "HUTCHMQ_TLS_KEY=" + s.file("server.key"), "HUTCHMQ_TLS_CA=" + s.file("ca.crt"),
		"HUTCHMQ_LISTENERS_AMQPS_VERIFY=optional", "HUTCHMQ_AUTH_SSL_CERT_LOGIN_FROM=common_name",
	}, settings...)...)
	return s
}

// ask sends a request to the management API over HTTPS.
func (s *secured) ask(t testing.TB, method, path string, status int) []byte {
	t.Helper()
	return s.fetch(t, method, "https://"+s.https+path, status)
}

func (s *secured) fetch(t testing.TB, method, url string, status int) []byte {
	t.Helper()
	client := http.Client{Transport: &http.Transport{TLSClientConfig: s.config(""), DisableKeepAlives: true}}
	r, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("guest", "guest")
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != status {
		t.Fatalf("%s %s: %d %s %v, want %d", method, url, answer.StatusCode, body, err, status)
	}
	return body
}

// external dials as the user in a certificate.
func (s *secured) external(name string) (*amqp.Connection, error) {
	return amqp.DialConfig("amqps://"+s.amqps+"/", amqp.Config{
		TLSClientConfig: s.config(name), SASL: []amqp.Authentication{&amqp.ExternalAuth{}},
		Properties: amqp.Table{"connection_name": name},
	})
}

// shown is the subject of the certificate that new clients are shown.
func (s *secured) shown(t testing.TB) string {
	t.Helper()
	nc, err := tls.Dial("tcp", s.amqps, s.config(""))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	return nc.ConnectionState().PeerCertificates[0].Subject.CommonName
}

// TestExternalLogin: clients log in by certificate, and are listed with it. Who
// has none, or is nobody, does not get in.
func TestExternalLogin(t *testing.T) {
	t.Parallel()
	s := startSecured(t)
	s.sign("guest", "guest", time.Hour)
	s.sign("nobody", "nobody", time.Hour)
	c, err := s.external("guest")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var list []map[string]any
	if err := json.Unmarshal(s.ask(t, "GET", "/api/connections", 200), &list); err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	for key, want := range map[string]any{
		"ssl": true, "ssl_protocol": "tlsv1.3", "ssl_key_exchange": "any", "ssl_hash": "aead", "auth_mechanism": "EXTERNAL",
		"user": "guest", "peer_cert_subject": "CN=guest,O=Example", "peer_cert_issuer": "CN=authority,O=Example",
	} {
		if list[0][key] != want {
			t.Errorf("%s is %v, want %v", key, list[0][key], want)
		}
	}
	if v, _ := list[0]["peer_cert_validity"].(string); strings.Count(v, "Z") != 2 || !strings.Contains(v, "Z - 20") {
		t.Errorf("peer_cert_validity is %q", v)
	}
	if _, err := s.external("nobody"); err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("as nobody: %v", err)
	}
	if _, err := s.external(""); err == nil {
		t.Error("without a certificate a client is in")
	}
	plain, err := amqp.DialTLS("amqps://guest:guest@"+s.amqps+"/", s.config(""))
	if err != nil {
		t.Fatalf("with a password: %v", err)
	}
	plain.Close()
	env := append(s.Env(), "CA="+s.file("ca.crt"), "CERT="+s.file("guest.crt"), "KEY="+s.file("guest.key"),
		"AMQPS_PORT="+s.amqps[strings.LastIndex(s.amqps, ":")+1:])
	programIn(t, env, nil, pythonWith(t, "pika"), "pika/tls/external.py")
}

// TestOpenSSL: a client that is not Go's.
func TestOpenSSL(t *testing.T) {
	t.Parallel()
	s := startSecured(t)
	for _, tt := range []struct{ args, want string }{
		{"-tls1_2", "Protocol  : TLSv1.2"}, {"-tls1_3", "Verification: OK"}, {"-tls1_1", "alert protocol version"},
	} {
		args := []string{"s_client", "-connect", s.amqps, "-CAfile", s.file("ca.crt"), "-servername", "localhost"}
		c := exec.Command("openssl", append(args, tt.args)...)
		c.Stdin = strings.NewReader("")
		out, _ := c.CombinedOutput() // it fails where it should
		if got := string(out); !strings.Contains(got, tt.want) && !(tt.args == "-tls1_1" && strings.Contains(got, "Cipher is (NONE)")) {
			t.Errorf("openssl s_client %s: no %q in %s", tt.args, tt.want, got)
		}
	}
}

// TestCertificatesShown: when certificates expire is told by the API, a health
// check and the metrics.
func TestCertificatesShown(t *testing.T) {
	t.Parallel()
	s := startSecured(t)
	var list []map[string]any
	if err := json.Unmarshal(s.ask(t, "GET", "/api/x/certificates", 200), &list); err != nil || len(list) != 4 {
		t.Fatalf("%d certificates, %v: %v", len(list), err, list)
	}
	if first := list[0]; first["listener"] != "amqp/ssl" || first["subject"] != "CN=first,O=Example" ||
		first["file"] != s.file("server.crt") || first["days_left"] != 0.0 {
		t.Errorf("%v", first)
	}
	s.ask(t, "GET", "/api/health/checks/certificate-expiration/0/days", 200)
	if body := s.ask(t, "GET", "/api/health/checks/certificate-expiration/1/days", 503); !strings.Contains(string(body), `"Certificates expiring"`) {
		t.Errorf("%s", body)
	}
	s.ask(t, "GET", "/api/health/checks/certificate-expiration/1000000/years", 400)
	s.ask(t, "GET", "/api/health/checks/protocol-listener/amqp%2Fssl", 200)
	s.ask(t, "GET", "/api/health/checks/protocol-listener/https", 200)
	page := string(s.fetch(t, "GET", "https://"+s.metrics+"/metrics", 200))
	want := fmt.Sprintf(`hutchmq_certificate_not_after_seconds{listener="amqp/ssl",file=%q,subject="CN=first,O=Example",serial_number="2"} 1`, s.file("server.crt"))
	if !strings.Contains(page, want) {
		t.Errorf("no %s", want)
	}
}

// TestCertificateReload: while messages flow over connections, certificates are
// replaced, one of them by one that is none: new clients see the new one, the
// others notice nothing, and nothing is lost.
func TestCertificateReload(t *testing.T) {
	t.Parallel()
	s := startSecured(t)
	c, err := amqp.DialTLS("amqps://guest:guest@"+s.amqps+"/", s.config(""))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	sent, received := flow(t, ctx, c)
	wait := func() {
		for before := received.Load(); received.Load() < before+100; time.Sleep(time.Millisecond) {
			if c.IsClosed() {
				t.Fatal("the connection is closed")
			}
		}
	}
	wait()
	for _, name := range []string{"second", "third"} {
		s.sign("server", name, time.Hour)
		s.ask(t, "POST", "/api/x/certificates/reload", 204)
		if got := s.shown(t); got != name {
			t.Errorf("a new client is shown %s, want %s", got, name)
		}
		wait()
	}
	if err := os.WriteFile(s.file("server.key"), []byte("none"), 0o600); err != nil {
		t.Fatal(err)
	}
	if body := s.ask(t, "POST", "/api/x/certificates/reload", 400); !strings.Contains(string(body), "server.key") {
		t.Errorf("%s", body)
	}
	if got := s.shown(t); got != "third" {
		t.Errorf("after a failure a new client is shown %s", got)
	}
	wait()
	stop()
	for deadline := time.Now().Add(10 * time.Second); received.Load() < sent.Load(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d messages", received.Load(), sent.Load())
		}
	}
}

// flow publishes until ctx ends, and counts what was confirmed, and what came
// back in order.
func flow(t *testing.T, ctx context.Context, c *amqp.Connection) (sent, received *atomic.Int64) {
	t.Helper()
	sent, received = new(atomic.Int64), new(atomic.Int64)
	ch, err := c.Channel()
	if err == nil {
		err = ch.Confirm(false)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err = ch.QueueDeclare("q", true, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	deliveries, err := ch.Consume("q", "", true, false, false, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for ctx.Err() == nil {
			body := binary.BigEndian.AppendUint64(make([]byte, 0, 2000), uint64(sent.Load()))[:2000]
			d, err := ch.PublishWithDeferredConfirm("", "q", false, false, amqp.Publishing{Body: body})
			if err != nil || !d.Wait() {
				return
			}
			sent.Add(1)
		}
	}()
	go func() {
		for d := range deliveries {
			if n := binary.BigEndian.Uint64(d.Body); n != uint64(received.Load()) {
				t.Errorf("message %d, want %d", n, received.Load())
			}
			received.Add(1)
		}
	}()
	return sent, received
}

// TestPerfTrusts: the load tool over TLS, with a certificate of its own.
func TestPerfTrusts(t *testing.T) {
	t.Parallel()
	s := startSecured(t, "HUTCHMQ_LISTENERS_AMQPS_VERIFY=require")
	s.sign("client", "client", time.Hour)
	uri := "amqps://guest:guest@" + s.amqps
	own := []string{"--cert", s.file("client.crt"), "--key", s.file("client.key")}
	for _, tt := range []struct {
		args []string
		want string
	}{
		{append([]string{"--cacert", s.file("ca.crt")}, own...), "received         1,000"},
		{append([]string{"--insecure"}, own...), "received         1,000"},
		{own, "unknown authority"},
		{[]string{"--insecure"}, "certificate required"},
		{[]string{"--cacert", s.file("server.key")}, "there is no certificate in"},
		{[]string{"--cert", s.file("client.crt")}, "go together"},
	} {
		args := append([]string{"perf", "-u", "q", "-C", "1000", "-c", "100", "--uri", uri}, tt.args...)
		if out, _ := exec.Command(hutchmq, args...).CombinedOutput(); !strings.Contains(string(out), tt.want) {
			t.Errorf("%s: %s", tt.args, out)
		}
	}
}

// TestProxy: clients come through something that tells who they are, and guest
// may not from elsewhere.
func TestProxy(t *testing.T) {
	t.Parallel()
	s := startSecured(t, "HUTCHMQ_LISTENERS_AMQP_PROXY_PROTOCOL=true", "HUTCHMQ_LISTENERS_AMQPS_PROXY_PROTOCOL=true",
		"HUTCHMQ_AUTH_LOOPBACK_USERS=guest")
	v2 := func(from ...byte) string {
		return "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c" + string(from) + "\x7f\x00\x00\x01\xc3\x50\x16\x28"
	}
	dial := func(addr, header string) func(string, string) (net.Conn, error) {
		return func(string, string) (net.Conn, error) {
			nc, err := net.Dial("tcp", addr)
			if err == nil {
				nc.SetDeadline(time.Now().Add(20 * time.Second))
				_, err = io.WriteString(nc, header)
			}
			return nc, err
		}
	}
	for _, tt := range []struct {
		uri, addr, header string
		peer              string // "" refused
	}{
		{"amqp://", s.Addr, "PROXY TCP4 127.0.0.9 127.0.0.1 50000 5672\r\n", "127.0.0.9"},
		{"amqp://", s.Addr, v2(127, 0, 0, 8), "127.0.0.8"},
		{"amqps://", s.amqps, v2(127, 0, 0, 7), "127.0.0.7"},
		{"amqp://", s.Addr, v2(192, 0, 2, 7), ""},
		{"amqp://", s.Addr, "PROXY TCP6 2001:db8::7 2001:db8::1 50000 5672\r\n", ""},
		{"amqp://", s.Addr, "PROXY UNKNOWN\r\n", ""},
		{"amqp://", s.Addr, "", ""},
	} {
		c, err := amqp.DialConfig(tt.uri+"guest:guest@"+tt.addr+"/", amqp.Config{
			Dial: dial(tt.addr, tt.header), TLSClientConfig: s.config(""),
		})
		if (err == nil) != (tt.peer != "") {
			t.Errorf("%s%q: %v", tt.uri, tt.header, err)
		}
		if err != nil {
			continue
		}
		var list []map[string]any
		if err := json.Unmarshal(s.ask(t, "GET", "/api/connections?columns=peer_host,peer_port,name", 200), &list); err != nil {
			t.Fatal(err)
		}
		name, _ := list[len(list)-1]["name"].(string)
		if last := list[len(list)-1]; last["peer_host"] != tt.peer || last["peer_port"] != 50000.0 || !strings.HasPrefix(name, tt.peer+":50000 -> 127.0.0.1:56") {
			t.Errorf("%q: %v", tt.header, last)
		}
		c.Close()
	}
	for _, text := range []string{"127.0.0.9:50000", "192.0.2.7:50000", "[2001:db8::7]:50000", "does not begin with a PROXY header"} {
		if !strings.Contains(s.Log(), text) {
			t.Errorf("no %s in the log", text)
		}
	}
}
