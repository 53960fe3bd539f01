package integration

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	amqp "github.com/rabbitmq/amqp091-go"
)

// signer signs tokens with a key that a broker reads from a file.
type signer struct {
	t    *testing.T
	key  *ecdsa.PrivateKey
	file string
}

func newSigner(t *testing.T) *signer {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := k.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding
	text, _ := json.Marshal(map[string]any{"keys": []map[string]string{{
		"kty": "EC", "crv": "P-256", "kid": "k", "x": b64.EncodeToString(point[1:33]), "y": b64.EncodeToString(point[33:]),
	}}})
	i := &signer{t, k, filepath.Join(t.TempDir(), "jwks.json")}
	if err := os.WriteFile(i.file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return i
}

// settings make a broker take tokens, and internal users.
func (i *signer) settings() []string {
	return []string{
		"HUTCHMQ_AUTH_BACKENDS=internal,oauth2", "HUTCHMQ_AUTH_OAUTH2_JWKS_FILE=" + i.file,
		"HUTCHMQ_AUTH_OAUTH2_RESOURCE_SERVER_ID=rabbitmq", "HUTCHMQ_AUTH_OAUTH2_LEEWAY=0s",
	}
}

// token is one for name that lasts for d.
func (i *signer) token(name string, d time.Duration, scopes string) string {
	i.t.Helper()
	t := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{
		"sub": name, "aud": "rabbitmq", "exp": time.Now().Add(d).Unix(), "scope": scopes,
	})
	t.Header["kid"] = "k"
	text, err := t.SignedString(i.key)
	if err != nil {
		i.t.Fatal(err)
	}
	return text
}

const orders = "rabbitmq.configure:*/orders* rabbitmq.write:*/amq.default rabbitmq.read:*/orders*"

// as dials b with a name and password, or a token for a password.
func as(b *Broker, name, password string) (*amqp.Connection, error) {
	return amqp.DialConfig("amqp://"+b.Addr+"/", amqp.Config{SASL: []amqp.Authentication{&amqp.PlainAuth{Username: name, Password: password}}})
}

// TestToken: a token lets in until it expires, unless a new one comes in time.
func TestToken(t *testing.T) {
	t.Parallel()
	i := newSigner(t)
	b := Start(t, hutchmq, i.settings()...)
	if _, err := as(b, "alice", i.token("alice", -time.Minute, orders)); code(err) != 403 {
		t.Errorf("an expired token: %v", err)
	}
	if guest, err := as(b, "guest", "guest"); err != nil {
		t.Errorf("a password: %v", err)
	} else {
		guest.Close()
	}
	conn, err := as(b, "whatever", i.token("alice", 4*time.Second, orders))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	closed := conn.NotifyClose(make(chan *amqp.Error, 1))
	ch, err := conn.Channel()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ch.QueueDeclare("orders", false, false, true, false, nil); err != nil {
		t.Fatal(err)
	}
	if err := conn.UpdateSecret(i.token("alice", 7*time.Second, orders+" rabbitmq.configure:*/more"), "renewal"); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if _, err := ch.QueueDeclare("more", false, false, true, false, nil); err != nil {
		t.Errorf("the new token's scopes: %v", err)
	}
	select {
	case e := <-closed:
		if e == nil || e.Code != 320 || e.Reason != "CONNECTION_FORCED - credential expired" || time.Since(began) < 4*time.Second {
			t.Errorf("closed with %v after %v", e, time.Since(began))
		}
	case <-time.After(15 * time.Second):
		t.Error("the token does not expire")
	}
}

// TestTokenRefused: a new secret must be a good one, and of the same user.
func TestTokenRefused(t *testing.T) {
	t.Parallel()
	i := newSigner(t)
	b := Start(t, hutchmq, i.settings()...)
	for name, secret := range map[string]string{
		"another user's": i.token("bob", time.Minute, orders), "an old one": i.token("alice", -time.Minute, orders), "no token": "guest",
	} {
		conn, err := as(b, "", i.token("alice", time.Minute, orders))
		if err != nil {
			t.Fatal(err)
		}
		closed := conn.NotifyClose(make(chan *amqp.Error, 1))
		go conn.UpdateSecret(secret, "renewal") // nobody answers it
		if e := <-closed; e == nil || e.Code != 530 || e.Reason != "NOT_ALLOWED - New secret was refused by one of the backends" {
			t.Errorf("%s: %v", name, e)
		}
	}
}

// TestPikaToken runs a Python client with a token.
func TestPikaToken(t *testing.T) {
	t.Parallel()
	python := pythonWith(t, "pika")
	i := newSigner(t)
	b := Start(t, hutchmq, i.settings()...)
	programIn(t, append(b.Env(), "AMQP_TOKEN="+i.token("alice", 5*time.Second, orders)), nil, python, "pika/auth/credential.py")
}

// TestBearer: the management API takes tokens.
func TestBearer(t *testing.T) {
	t.Parallel()
	i := newSigner(t)
	m := startManaged(t, i.settings()...)
	for _, tt := range []struct {
		token, path string
		status      int
		body        string
	}{
		{i.token("alice", time.Minute, "rabbitmq.tag:management"), "/api/whoami", 200, `{"name":"alice","tags":["management"],"is_internal_user":false}`},
		{i.token("alice", time.Minute, "rabbitmq.tag:administrator"), "/api/users/guest", 200, `"guest"`},
		{i.token("alice", time.Minute, "rabbitmq.tag:management"), "/api/users", 401, "Not administrator user"},
		{i.token("alice", time.Minute, orders), "/api/whoami", 401, "Not management user"},
		{i.token("alice", -time.Minute, "rabbitmq.tag:management"), "/api/whoami", 401, "Not_Authorized"},
		{"guest", "/api/whoami", 401, "Not_Authorized"}, {"", "/api/whoami", 401, "Not_Authorized"},
	} {
		status, body, err := m.try(tt.path, "Authorization", "Bearer "+tt.token)
		if err != nil || status != tt.status || !strings.Contains(string(body), tt.body) {
			t.Errorf("%s: %d %s, %v", tt.path, status, body, err)
		}
	}
}

// TestHTTPBackend: a web service says who may what; its word counts for a
// while, and its silence is a no.
func TestHTTPBackend(t *testing.T) {
	t.Parallel()
	answer := map[string]func(q func(string) string) bool{
		"/user":  func(q func(string) string) bool { return q("username") == "carol" && q("password") == "c" },
		"/vhost": func(q func(string) string) bool { return q("vhost") == "/" && q("ip") == "127.0.0.1" },
		"/resource": func(q func(string) string) bool {
			return strings.HasPrefix(q("name"), "carol.") || q("name") == "amq.topic"
		},
		"/topic": func(q func(string) string) bool { return strings.HasPrefix(q("routing_key"), "carol.") },
	}
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answer[r.URL.Path](r.FormValue) {
			fmt.Fprint(w, "allow management")
		} else {
			fmt.Fprint(w, "deny")
		}
	}))
	defer service.Close()
	b := Start(t, hutchmq, "HUTCHMQ_AUTH_BACKENDS=internal,http", "HUTCHMQ_AUTH_HTTP_HTTP_METHOD=post",
		"HUTCHMQ_AUTH_HTTP_USER_PATH="+service.URL+"/user", "HUTCHMQ_AUTH_HTTP_VHOST_PATH="+service.URL+"/vhost",
		"HUTCHMQ_AUTH_HTTP_RESOURCE_PATH="+service.URL+"/resource", "HUTCHMQ_AUTH_HTTP_TOPIC_PATH="+service.URL+"/topic")
	if _, err := as(b, "carol", "wrong"); code(err) != 403 {
		t.Errorf("a wrong password: %v", err)
	}
	conn, err := as(b, "carol", "c")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	try := func(f func(ch *amqp.Channel) error) error {
		ch, err := conn.Channel()
		if err != nil {
			t.Fatal(err)
		}
		defer ch.Close()
		return f(ch)
	}
	declare := func(name string) func(*amqp.Channel) error {
		return func(ch *amqp.Channel) error {
			_, err := ch.QueueDeclare(name, false, false, true, false, nil)
			return err
		}
	}
	bind := func(key string) func(*amqp.Channel) error {
		return func(ch *amqp.Channel) error { return ch.QueueBind("carol.q", key, "amq.topic", false, nil) }
	}
	for name, tt := range map[string]struct {
		err  error
		code int
	}{
		"hers":             {try(declare("carol.q")), 0},
		"another's":        {try(declare("bob.q")), 403},
		"her routing key":  {try(bind("carol.x")), 0},
		"another's key":    {try(bind("bob.x")), 403},
		"an unknown vhost": {func() error { _, err := amqp.Dial("amqp://carol:c@" + b.Addr + "/nope"); return err }(), 530},
	} {
		if tt.code == 0 && tt.err != nil || code(tt.err) != tt.code {
			t.Errorf("%s: %v", name, tt.err)
		}
	}
	service.Close()
	if err := try(declare("carol.q")); err != nil {
		t.Errorf("an answer from before: %v", err)
	}
	if err := try(declare("carol.new")); code(err) != 403 {
		t.Errorf("without the service: %v", err)
	}
	if guest, err := as(b, "guest", "guest"); err != nil {
		t.Errorf("an internal user without the service: %v", err)
	} else {
		guest.Close()
	}
}

// TestAuthPage runs the web service of docs/AUTH.md.
func TestAuthPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/AUTH.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(page), "```python\n")
	text, _, _ = strings.Cut(text, "```")
	service := filepath.Join(t.TempDir(), "service.py")
	if err := os.WriteFile(service, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	addr := freeAddr(t)
	_, port, _ := strings.Cut(addr, ":")
	c := exec.Command("python3", service, port)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer c.Wait()
	defer c.Process.Kill()
	b := Start(t, hutchmq, "HUTCHMQ_AUTH_BACKENDS=internal,http", "HUTCHMQ_AUTH_HTTP_HTTP_METHOD=post",
		"HUTCHMQ_AUTH_HTTP_USER_PATH=http://"+addr+"/user", "HUTCHMQ_AUTH_HTTP_VHOST_PATH=http://"+addr+"/vhost",
		"HUTCHMQ_AUTH_HTTP_RESOURCE_PATH=http://"+addr+"/resource", "HUTCHMQ_AUTH_HTTP_TOPIC_PATH=http://"+addr+"/topic")
	for end := time.Now().Add(startTimeout); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if c, err := net.Dial("tcp", addr); err == nil {
			c.Close()
			break
		}
	}
	conn, err := as(b, "shop", "secret")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for name, want := range map[string]int{"shop.orders": 0, "other": 403} {
		ch, err := conn.Channel()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ch.QueueDeclare(name, false, false, true, false, nil); code(err) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := as(b, "shop", "wrong"); code(err) != 403 {
		t.Errorf("a wrong password: %v", err)
	}
}

// anonymous is the SASL mechanism ANONYMOUS.
type anonymous struct{}

func (anonymous) Mechanism() string { return "ANONYMOUS" }
func (anonymous) Response() string  { return "trace me" }

// TestAnonymous: anybody is whom the operator says, and nobody by default; not
// all mechanisms need be offered.
func TestAnonymous(t *testing.T) {
	t.Parallel()
	config := amqp.Config{SASL: []amqp.Authentication{anonymous{}}}
	b := Start(t, hutchmq)
	if _, err := amqp.DialConfig("amqp://"+b.Addr+"/", config); err == nil {
		t.Error("somebody without a name was let in")
	}
	b = Start(t, hutchmq, "HUTCHMQ_AUTH_ANONYMOUS_LOGIN_USER=guest", "HUTCHMQ_AUTH_MECHANISMS=ANONYMOUS")
	conn, err := amqp.DialConfig("amqp://"+b.Addr+"/", config)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if _, err := as(b, "guest", "guest"); !errors.Is(err, amqp.ErrSASL) {
		t.Errorf("a mechanism that is not offered: %v", err)
	}
}

// TestArgon: passwords are hashed as configured, and verify after a restart.
func TestArgon(t *testing.T) {
	t.Parallel()
	m := startManaged(t, "HUTCHMQ_AUTH_PASSWORD_HASHING=argon2id")
	var u struct {
		Hash      string `json:"password_hash"`
		Algorithm string `json:"hashing_algorithm"`
	}
	m.get("/api/users/guest", &u)
	if !strings.HasPrefix(u.Hash, "$argon2id$") || u.Algorithm != "hutchmq_password_hashing_argon2id" {
		t.Errorf("%+v", u)
	}
	var nodes []struct {
		Mechanisms []struct {
			Name    string
			Enabled bool
		} `json:"auth_mechanisms"`
	}
	m.get("/api/nodes", &nodes)
	for _, one := range nodes[0].Mechanisms {
		if one.Enabled != (one.Name != "ANONYMOUS") {
			t.Errorf("%+v", one)
		}
	}
	m.Stop()
	m.Restart()
	conn, err := as(m.Broker, "guest", "guest")
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if _, err := as(m.Broker, "guest", "Guest"); code(err) != 403 {
		t.Errorf("a wrong password: %v", err)
	}
}

// TestAuthMistakes: settings that cannot work keep the broker from starting,
// and say why.
func TestAuthMistakes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ settings, want string }{
		{"HUTCHMQ_AUTH_BACKENDS=none", "nobody could log in"},
		{"HUTCHMQ_AUTH_MECHANISMS=ANONYMOUS", "auth.mechanisms: nobody could log in"},
		{"HUTCHMQ_AUTH_BACKENDS=oauth2", "auth backend oauth2: a resource_server_id is needed"},
		{"HUTCHMQ_AUTH_BACKENDS=http", "auth backend http: a user_path is needed"},
		{"HUTCHMQ_AUTH_BACKENDS=ldap", "auth backend ldap: urls are needed"},
	} {
		c := exec.Command(hutchmq, "server", "--data-dir="+t.TempDir(), "--amqp=127.0.0.1:0", "--management=none", "--metrics=none")
		c.Env = append(os.Environ(), tt.settings)
		if out, err := c.CombinedOutput(); err == nil || !strings.Contains(string(out), tt.want) {
			t.Errorf("%s: %v\n%s", tt.settings, err, out)
		}
	}
}
