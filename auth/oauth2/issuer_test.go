package oauth2

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// issuer is a server that signs tokens, on this machine.
type issuer struct {
	*httptest.Server
	t     *testing.T
	keys  atomic.Pointer[[]map[string]any]
	asked atomic.Int32 // for keys
	doc   map[string]string
}

func newIssuer(t *testing.T) *issuer {
	i := &issuer{t: t}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(i.doc)
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		i.asked.Add(1)
		json.NewEncoder(w).Encode(map[string]any{"keys": *i.keys.Load()})
	})
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	i.doc = map[string]string{"issuer": i.URL, "jwks_uri": i.URL + "/keys"}
	return i
}

// publish makes keys the only ones there are.
func (i *issuer) publish(keys ...map[string]any) { i.keys.Store(&keys) }

func (i *issuer) options() Options {
	return Options{
		ResourceServerID: "rabbitmq", Issuer: i.URL, Leeway: 5 * time.Second,
		Client: &http.Client{Timeout: time.Second}, Log: slog.New(slog.DiscardHandler),
	}
}

func (i *issuer) backend(change ...func(*Options)) *Backend {
	i.t.Helper()
	o := i.options()
	for _, f := range change {
		f(&o)
	}
	b, err := New(o)
	if err != nil {
		i.t.Fatal(err)
	}
	return b
}

// claims are those of a good token, changed by pairs of names and values; nil
// takes one away.
func (i *issuer) claims(pairs ...any) jwt.MapClaims {
	c := jwt.MapClaims{
		"iss": i.URL, "aud": []string{"account", "rabbitmq"}, "sub": "alice", "exp": time.Now().Add(time.Hour).Unix(),
		"scope": "openid rabbitmq.read:*/* rabbitmq.write:%2F/orders rabbitmq.tag:management",
	}
	for n := 0; n < len(pairs); n += 2 {
		if c[pairs[n].(string)] = pairs[n+1]; pairs[n+1] == nil {
			delete(c, pairs[n].(string))
		}
	}
	return c
}

func sign(t *testing.T, m jwt.SigningMethod, id string, k any, c jwt.Claims) string {
	t.Helper()
	token := jwt.NewWithClaims(m, c)
	if id != "" {
		token.Header["kid"] = id
	}
	text, err := token.SignedString(k)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// The keys of all tests: it takes long to make one.
var (
	rsaKey, otherRSA = mustRSA(), mustRSA()
	p256Key          = mustECDSA(elliptic.P256())
	p384Key          = mustECDSA(elliptic.P384())
	_, edKey, _      = ed25519.GenerateKey(rand.Reader)
)

func mustRSA() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
}

func mustECDSA(c elliptic.Curve) *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		panic(err)
	}
	return k
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// public is the JWK of a private key's other half.
func public(id string, private crypto.Signer, more ...string) map[string]any {
	j := map[string]any{"kid": id, "use": "sig"}
	switch k := private.Public().(type) {
	case *rsa.PublicKey:
		j["kty"], j["n"], j["e"] = "RSA", b64(k.N.Bytes()), b64(big.NewInt(int64(k.E)).Bytes())
	case *ecdsa.PublicKey:
		point, _ := k.Bytes()
		half := (len(point) - 1) / 2
		j["kty"], j["crv"], j["x"], j["y"] = "EC", k.Params().Name, b64(point[1:1+half]), b64(point[1+half:])
	case ed25519.PublicKey:
		j["kty"], j["crv"], j["x"] = "OKP", "Ed25519", b64(k)
	}
	for n := 0; n < len(more); n += 2 {
		j[more[n]] = more[n+1]
	}
	return j
}

func jwks(keys []map[string]any) []byte {
	text, _ := json.Marshal(map[string]any{"keys": keys})
	return text
}
