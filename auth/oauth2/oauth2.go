// Package oauth2 lets in who shows an access token of an OAuth 2.0 server: a
// JWT that one of its keys has signed, for this broker, and which has not
// expired. It knows no vhost and no connection: what a token allows is in its
// scopes.
package oauth2

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/hutchmq/hutchmq/auth"
)

// Options say which tokens are taken, and how they are read.
type Options struct {
	// ResourceServerID is this broker among the audiences of tokens.
	ResourceServerID string

	// Where the keys come from: the first of these that is set.
	KeysFile string // a JWKS in a file
	KeysURL  string // a JWKS
	Issuer   string // whose discovery document says where; it must be the issuer of all tokens, if set

	ScopePrefix string              // of the scopes that are for us; "" is ResourceServerID and a dot
	Aliases     map[string][]string // what other scopes stand for
	MoreScopes  []string            // claims that hold scopes beside "scope": names, with dots into objects
	UserClaims  []string            // the first that is there is the user's name; none: sub, client_id
	Algorithms  []string            // that may have signed; none: Algorithms
	AnyAudience bool                // take tokens for others too
	Leeway      time.Duration       // by which clocks may differ
	Client      *http.Client        // asks for keys; it has a timeout, and follows no redirects
	AllowHTTP   bool                // take keys over http from other machines than this one
	Log         *slog.Logger
}

// Algorithms are those that can be allowed: a public key verifies, and is of no
// use to sign.
func Algorithms() []string {
	return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
}

// maxTokenBytes bounds what is looked at.
const maxTokenBytes = 64 << 10

// Backend lets in who shows a token. It is an auth.TokenBackend.
type Backend struct {
	o      Options
	keys   *keys
	parser *jwt.Parser
}

// New checks o. It asks nobody: keys are fetched when the first token comes.
func New(o Options) (*Backend, error) {
	o.ScopePrefix = cmp.Or(o.ScopePrefix, o.ResourceServerID+".")
	if len(o.UserClaims) == 0 {
		o.UserClaims = []string{"sub", "client_id"}
	}
	if len(o.Algorithms) == 0 {
		o.Algorithms = Algorithms()
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	checks := []jwt.ParserOption{
		jwt.WithValidMethods(o.Algorithms), jwt.WithExpirationRequired(), jwt.WithLeeway(o.Leeway), jwt.WithStrictDecoding(),
	}
	if !o.AnyAudience {
		checks = append(checks, jwt.WithAudience(o.ResourceServerID))
	}
	if o.Issuer != "" {
		checks = append(checks, jwt.WithIssuer(o.Issuer))
	}
	return &Backend{o: o, keys: &keys{read: o.readKeys, log: o.Log}, parser: jwt.NewParser(checks...)}, nil
}

func (o *Options) check() error {
	if o.ResourceServerID == "" {
		return errors.New("a resource_server_id is needed: it tells tokens for this broker from others")
	}
	for _, a := range o.Algorithms {
		if !slices.Contains(Algorithms(), a) {
			return fmt.Errorf("algorithm '%s' is not one of %v", a, Algorithms())
		}
	}
	switch {
	case o.KeysFile != "":
		_, err := os.Stat(o.KeysFile)
		return err
	case o.KeysURL != "":
		return o.checkURL(o.KeysURL)
	case o.Issuer != "":
		return o.checkURL(o.Issuer)
	}
	return errors.New("keys are needed: set issuer, jwks_url or jwks_file")
}

// checkURL wants https: who can change the keys under way can be anybody.
func (o *Options) checkURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return err
	case u.Scheme == "https" && u.Host != "":
		return nil
	case u.Scheme == "http" && (o.AllowHTTP || isLoopback(u.Hostname())):
		return nil
	}
	return fmt.Errorf("'%s' is not https: keys that come over a network without it may be anybody's", text)
}

// Authenticate implements auth.Backend: the password is the token. The user
// name says nothing.
func (b *Backend) Authenticate(_, password string) (*auth.User, error) {
	return b.AuthenticateToken(password)
}

// AuthenticateToken implements auth.TokenBackend.
func (b *Backend) AuthenticateToken(token string) (*auth.User, error) {
	if len(token) > maxTokenBytes {
		return nil, fmt.Errorf("%w: the token is longer than %d bytes", auth.ErrRefused, maxTokenBytes)
	}
	claims := jwt.MapClaims{}
	if _, err := b.parser.ParseWithClaims(token, claims, b.keyOf); err != nil {
		return nil, fmt.Errorf("%w: %w", auth.ErrRefused, err)
	}
	return b.user(claims)
}

// keyOf finds the keys that may have signed t.
func (b *Backend) keyOf(t *jwt.Token) (any, error) {
	if _, critical := t.Header["crit"]; critical {
		return nil, errors.New("the token has critical headers, which nobody here understands")
	}
	id, _ := t.Header["kid"].(string)
	set := jwt.VerificationKeySet{}
	for _, k := range b.keys.named(id) {
		if k.signs(t.Method.Alg()) {
			set.Keys = append(set.Keys, k.public)
		}
	}
	if len(set.Keys) == 0 {
		return nil, fmt.Errorf("no key '%.40s' for %s is known", id, t.Method.Alg())
	}
	return set, nil
}

// granted is what a token allows.
type granted struct {
	*auth.Scopes
	b *Backend
}

// Renew implements auth.Renewer: a new token of the same user takes the place
// of the old one.
func (g granted) Renew(u *auth.User, token string) (*auth.User, error) {
	n, err := g.b.AuthenticateToken(token)
	switch {
	case err != nil:
		return nil, err
	case n.Name != u.Name:
		return nil, fmt.Errorf("%w: the new token is of '%s', not of '%s'", auth.ErrRefused, n.Name, u.Name)
	}
	n.PeerHost = u.PeerHost
	return n, nil
}
