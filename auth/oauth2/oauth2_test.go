package oauth2

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/hutchmq/hutchmq/auth"
)

// TestAlgorithms: each kind of key verifies what it signed.
func TestAlgorithms(t *testing.T) {
	i := newIssuer(t)
	i.publish(public("r", rsaKey), public("e", p256Key), public("f", p384Key), public("d", edKey))
	b := i.backend()
	for _, tt := range []struct {
		m   jwt.SigningMethod
		id  string
		key any
	}{
		{jwt.SigningMethodRS256, "r", rsaKey}, {jwt.SigningMethodRS512, "r", rsaKey}, {jwt.SigningMethodPS256, "r", rsaKey},
		{jwt.SigningMethodES256, "e", p256Key}, {jwt.SigningMethodES384, "f", p384Key}, {jwt.SigningMethodEdDSA, "d", edKey},
		{jwt.SigningMethodRS256, "", rsaKey}, {jwt.SigningMethodES384, "", p384Key}, // by no name: any that can be
	} {
		if u, err := b.AuthenticateToken(sign(t, tt.m, tt.id, tt.key, i.claims())); err != nil || u.Name != "alice" {
			t.Errorf("%s by '%s': %v, %v", tt.m.Alg(), tt.id, u, err)
		}
	}
	if n := i.asked.Load(); n != 1 {
		t.Errorf("the keys were fetched %d times", n)
	}
}

// TestUser: what a token says of a user.
func TestUser(t *testing.T) {
	i := newIssuer(t)
	i.publish(public("r", rsaKey))
	tests := []struct {
		name    string
		claims  jwt.MapClaims
		options func(*Options)
		user    string
		tags    []string
		may     []string // "read /v/x"
		mayNot  []string
	}{
		{"scopes of ours alone", i.claims("scope", "read:*/* other.write:*/* rabbitmq.read:%2F/q"), nil, "alice", nil,
			[]string{"read / q"}, []string{"read / x", "write / q"}},
		{"a list of scopes", i.claims("scope", []string{"rabbitmq.tag:monitoring rabbitmq.tag:x", "rabbitmq.write:v/*"}), nil, "alice",
			[]string{"monitoring", "x"}, []string{"write v q"}, []string{"write / q"}},
		{"no scope", i.claims("scope", nil), nil, "alice", nil, nil, []string{"read / q"}},
		{"a prefix of its own", i.claims("scope", "read:*/* rabbitmq.write:*/*"), func(o *Options) { o.ScopePrefix = "re" }, "alice",
			nil, nil, []string{"read / q", "write / q"}},
		{"more scopes", i.claims("realm_access", map[string]any{"roles": []string{"rabbitmq.configure:*/*"}}), func(o *Options) {
			o.MoreScopes = []string{"nothing.here", "realm_access.roles"}
		}, "alice", []string{"management"}, []string{"configure v q", "read v q"}, nil},
		{"aliases", i.claims("scope", "admin"), func(o *Options) {
			o.Aliases = map[string][]string{"admin": {"rabbitmq.tag:administrator", "rabbitmq.read:*/*"}}
		}, "alice", []string{"administrator"}, []string{"read / q"}, []string{"write / q"}},
		{"another claim for the name", i.claims("preferred_username", "bob"), func(o *Options) {
			o.UserClaims = []string{"email", "preferred_username", "sub"}
		}, "bob", []string{"management"}, nil, nil},
		{"client_id", i.claims("sub", nil, "client_id", "service"), nil, "service", []string{"management"}, nil, nil},
		{"one audience", i.claims("aud", "rabbitmq"), nil, "alice", []string{"management"}, nil, nil},
		{"any audience", i.claims("aud", "other"), func(o *Options) { o.AnyAudience = true }, "alice", []string{"management"}, nil, nil},
		{"within the leeway", i.claims("exp", time.Now().Add(-2*time.Second).Unix()), nil, "alice", []string{"management"}, nil, nil},
	}
	for _, tt := range tests {
		change := tt.options
		if change == nil {
			change = func(*Options) {}
		}
		u, err := i.backend(change).Authenticate("whatever", sign(t, jwt.SigningMethodRS256, "r", rsaKey, tt.claims))
		if err != nil || u.Name != tt.user || !slices.Equal(u.Tags, tt.tags) {
			t.Errorf("%s: %+v, %v", tt.name, u, err)
			continue
		}
		for _, right := range tt.may {
			if !may(u, right) {
				t.Errorf("%s: may not %s", tt.name, right)
			}
		}
		for _, right := range tt.mayNot {
			if may(u, right) {
				t.Errorf("%s: may %s", tt.name, right)
			}
		}
	}
}

func may(u *auth.User, text string) bool {
	f := strings.Fields(text)
	right := map[string]auth.Right{"configure": auth.Configure, "write": auth.Write, "read": auth.Read}[f[0]]
	return u.Authority.Allowed(u, right, auth.Resource{Vhost: f[1], Kind: auth.Queue, Name: f[2]})
}

// TestRefused: tokens that look right, and are not.
func TestRefused(t *testing.T) {
	i := newIssuer(t)
	i.publish(public("r", rsaKey), public("e", p256Key), public("only384", rsaKey, "alg", "RS384"),
		public("enc", otherRSA, "use", "enc"), map[string]any{"kid": "oct", "kty": "oct", "k": b64([]byte("secret"))})
	b := i.backend()
	good := sign(t, jwt.SigningMethodRS256, "r", rsaKey, i.claims())
	parts := strings.Split(good, ".")
	der, _ := x509.MarshalPKIXPublicKey(rsaKey.Public())
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	past := time.Now().Add(-time.Minute).Unix()
	header := func(text string) string { return b64([]byte(text)) + "." + parts[1] + "." + parts[2] }
	with := func(pairs ...any) string { return sign(t, jwt.SigningMethodRS256, "r", rsaKey, i.claims(pairs...)) }
	demanding := jwt.NewWithClaims(jwt.SigningMethodRS256, i.claims())
	demanding.Header["kid"], demanding.Header["crit"], demanding.Header["x"] = "r", []string{"x"}, true
	critical, err := demanding.SignedString(rsaKey)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, token string }{
		{"no token", "guest"}, {"nothing", ""}, {"dots", ".."}, {"a cut signature", good[:len(good)-4]},
		{"more behind it", good + ".x"}, {"padding", good + "="},
		{"unsigned", sign(t, jwt.SigningMethodNone, "r", jwt.UnsafeAllowNoneSignatureType, i.claims())},
		{"None", header(`{"alg":"None","kid":"r"}`)}, {"no algorithm", header(`{"kid":"r"}`)},
		{"its own signature under another algorithm", header(`{"alg":"RS512","kid":"r"}`)},
		{"HMAC with the public key", sign(t, jwt.SigningMethodHS256, "r", publicPEM, i.claims())},
		{"HMAC with a key of the set", sign(t, jwt.SigningMethodHS256, "oct", []byte("secret"), i.claims())},
		{"another's key", sign(t, jwt.SigningMethodRS256, "r", otherRSA, i.claims())},
		{"another's key, by no name", sign(t, jwt.SigningMethodRS256, "", otherRSA, i.claims())},
		{"a key for encryption", sign(t, jwt.SigningMethodRS256, "enc", otherRSA, i.claims())},
		{"a key for another algorithm", sign(t, jwt.SigningMethodRS256, "only384", rsaKey, i.claims())},
		{"a key of another kind", sign(t, jwt.SigningMethodES256, "r", p256Key, i.claims())},
		{"an elliptic key for another curve", sign(t, jwt.SigningMethodES384, "e", p384Key, i.claims())},
		{"a path for a key", sign(t, jwt.SigningMethodRS256, "../../../dev/null", rsaKey, i.claims())},
		{"a statement for a key", sign(t, jwt.SigningMethodRS256, "x' UNION SELECT 'r", rsaKey, i.claims())},
		{"a URL of keys in the header", header(`{"alg":"RS256","kid":"x","jku":"http://127.0.0.1/evil"}`)},
		{"a key in the header", header(`{"alg":"RS256","jwk":{"kty":"oct","k":"c2VjcmV0"}}`)},
		{"a number for a key", header(`{"alg":"RS256","kid":7}`)},
		{"critical headers", critical},
		{"expired", with("exp", past)}, {"no expiry", with("exp", nil)}, {"a text for an expiry", with("exp", "tomorrow")},
		{"not yet", with("nbf", time.Now().Add(time.Minute).Unix())},
		{"for others", with("aud", "account")}, {"for nobody", with("aud", nil)}, {"for an empty list", with("aud", []string{})},
		{"of another issuer", with("iss", "https://evil.example")}, {"of no issuer", with("iss", nil)},
		{"no name", with("sub", nil)}, {"an empty name", with("sub", "")}, {"a number for a name", with("sub", 7)},
		{"a name of two lines", with("sub", "a\nb")}, {"a long name", with("sub", strings.Repeat("x", 256))},
		{"huge", with("x", strings.Repeat("x", maxTokenBytes))},
	}
	if _, err := b.AuthenticateToken(good); err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		if u, err := b.AuthenticateToken(tt.token); !errors.Is(err, auth.ErrRefused) {
			t.Errorf("%s: %+v, %v", tt.name, u, err)
		} else if len(tt.token) > 40 && strings.Contains(err.Error(), tt.token) {
			t.Errorf("%s: the error repeats the token", tt.name)
		}
	}
	if n := i.asked.Load(); n > 2 {
		t.Errorf("made-up names had the keys fetched %d times", n)
	}
}

// TestRotation: a new key is found at once, a withdrawn one forgotten, and who
// makes up names has the server asked no more.
func TestRotation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		current := []map[string]any{public("old", rsaKey)}
		asked := 0
		var failure error
		k := &keys{log: slog.New(slog.DiscardHandler), read: func() ([]byte, error) { asked++; return jwks(current), failure }}
		if len(k.named("old")) != 1 || len(k.named("old")) != 1 || asked != 1 {
			t.Errorf("asked %d times for a key", asked)
		}
		for range 100 {
			if len(k.named("made up")) != 0 {
				t.Error("a made-up key")
			}
		}
		if asked != 1 {
			t.Errorf("asked %d times within moments", asked)
		}
		current = []map[string]any{public("new", p256Key)}
		time.Sleep(askAgainAfter)
		if len(k.named("new")) != 1 || len(k.named("old")) != 0 || asked != 2 {
			t.Errorf("after a rotation: asked %d times", asked)
		}
		current, failure = nil, errors.New("down")
		time.Sleep(keysAgeAfter)
		if len(k.named("new")) != 1 || asked != 3 {
			t.Errorf("while the server is down: asked %d times", asked)
		}
		current, failure = []map[string]any{public("next", p256Key)}, nil
		time.Sleep(keysAgeAfter)
		if len(k.named("new")) != 0 || len(k.named("")) != 1 {
			t.Error("a withdrawn key is still good")
		}
	})
}

// TestRenew: a new token takes the place of the old one of the same user.
func TestRenew(t *testing.T) {
	i := newIssuer(t)
	i.publish(public("r", rsaKey))
	b := i.backend()
	token := func(pairs ...any) string { return sign(t, jwt.SigningMethodRS256, "r", rsaKey, i.claims(pairs...)) }
	u, err := b.AuthenticateToken(token("exp", time.Now().Add(time.Minute).Unix()))
	if err != nil {
		t.Fatal(err)
	}
	r := u.Authority.(auth.Renewer)
	n, err := r.Renew(u, token("scope", "rabbitmq.configure:*/*"))
	if err != nil || !n.Expires.After(u.Expires) || !may(n, "configure / q") || may(n, "read / q") {
		t.Errorf("%+v, %v", n, err)
	}
	for name, text := range map[string]string{"another's": token("sub", "bob"), "an old one": token("exp", 1), "none": "x"} {
		if _, err := r.Renew(u, text); !errors.Is(err, auth.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestIssuer: what an issuer answers is bounded, and is its own.
func TestIssuer(t *testing.T) {
	i := newIssuer(t)
	i.publish(public("r", rsaKey))
	token := sign(t, jwt.SigningMethodRS256, "r", rsaKey, i.claims())
	for name, doc := range map[string]map[string]string{
		"another issuer's document": {"issuer": "https://evil.example", "jwks_uri": i.URL + "/keys"},
		"keys that are elsewhere":   {"issuer": i.URL, "jwks_uri": strings.Replace(i.URL, "127.0.0.1", "0.0.0.0", 1) + "/keys"},
		"keys in a file":            {"issuer": i.URL, "jwks_uri": "file:///etc/passwd"},
		"no document":               {},
	} {
		i.doc = doc
		if _, err := i.backend().AuthenticateToken(token); err == nil {
			t.Errorf("%s: the token is taken", name)
		}
	}
	for name, h := range map[string]http.HandlerFunc{
		"an error":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"no JSON":     func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) },
		"no keys":     func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`{"keys":[]}`)) },
		"without end": func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, maxKeysBytes+100)) },
		"silence":     func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	} {
		server := httptest.NewServer(h)
		defer server.Close()
		o := i.options()
		o.KeysURL, o.Client = server.URL, &http.Client{Timeout: 100 * time.Millisecond}
		b, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.AuthenticateToken(token); err == nil {
			t.Errorf("%s: the token is taken", name)
		}
	}
}

func TestOptions(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(file, jwks([]map[string]any{public("r", rsaKey)}), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		o    Options
		want string
	}{
		{"a file", Options{ResourceServerID: "r", KeysFile: file}, ""},
		{"https", Options{ResourceServerID: "r", Issuer: "https://id.example.com/realms/x"}, ""},
		{"http from this machine", Options{ResourceServerID: "r", KeysURL: "http://127.0.0.1:8080/keys"}, ""},
		{"http that is allowed", Options{ResourceServerID: "r", KeysURL: "http://keycloak:8080/keys", AllowHTTP: true}, ""},
		{"http", Options{ResourceServerID: "r", KeysURL: "http://keycloak:8080/keys"}, "is not https"},
		{"no URL", Options{ResourceServerID: "r", Issuer: "id.example.com"}, "is not https"},
		{"no id", Options{KeysFile: file}, "resource_server_id"},
		{"no keys", Options{ResourceServerID: "r"}, "keys are needed"},
		{"no file", Options{ResourceServerID: "r", KeysFile: file + "x"}, "no such file"},
		{"a secret", Options{ResourceServerID: "r", KeysFile: file, Algorithms: []string{"HS256"}}, "'HS256' is not one of"},
	}
	for _, tt := range tests {
		if _, err := New(tt.o); (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	b, err := New(Options{ResourceServerID: "rabbitmq", KeysFile: file})
	if err != nil {
		t.Fatal(err)
	}
	claims := jwt.MapClaims{"aud": "rabbitmq", "sub": "a", "exp": time.Now().Add(time.Hour).Unix()}
	if _, err := b.AuthenticateToken(sign(t, jwt.SigningMethodRS256, "r", rsaKey, claims)); err != nil {
		t.Errorf("keys in a file: %v", err)
	}
}
