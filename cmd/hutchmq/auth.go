package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"github.com/hutchmq/hutchmq/auth"
	authhttp "github.com/hutchmq/hutchmq/auth/http"
	"github.com/hutchmq/hutchmq/auth/ldap"
	"github.com/hutchmq/hutchmq/auth/oauth2"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/config"
)

// hashings are the algorithms of new passwords, by what settings call them.
var hashings = map[string]string{"sha256": auth.SHA256, "sha512": auth.SHA512, "argon2id": auth.Argon2id}

// mechanisms are those that c lets clients use: nobody is anonymous unless c
// says who that is.
func mechanisms(c *config.Auth) []string {
	return slices.DeleteFunc(slices.Clone(c.Mechanisms), func(m string) bool { return m == "ANONYMOUS" && c.AnonymousUser == "" })
}

// logins are who lets users in, and how that changes while the broker runs.
type logins struct {
	users *auth.Database
	log   *slog.Logger

	next    broker.Logins            // what the last attempt has made
	offered atomic.Pointer[[]string] // mechanisms
}

// attempt makes new backends as c has them, and changes nothing yet. Files are
// read again, and nothing is asked.
func (l *logins) attempt(c *config.Config) error {
	links, err := backends(&c.Auth, l.users, l.log)
	if err != nil {
		return err
	}
	l.next = broker.Logins{Backends: links, RightsTTL: max(c.Auth.CacheTTL, time.Second), Hashing: hashings[c.Auth.PasswordHashing]}
	return nil
}

// apply has b follow the last attempt.
func (l *logins) apply(c *config.Config, b *broker.Broker) {
	l.users.SetLoopback(c.Auth.LoopbackUsers)
	b.SetLogins(l.next)
	l.offer(c)
}

// offer has the mechanisms shown that c lets clients use.
func (l *logins) offer(c *config.Config) {
	list := mechanisms(&c.Auth)
	l.offered.Store(&list)
}

func (l *logins) mechanisms() []string { return *l.offered.Load() }

// backends are those that c lists, around the users of d.
func backends(c *config.Auth, d *auth.Database, log *slog.Logger) (links []auth.Link, err error) {
	switch {
	case len(c.Backends) == 0:
		return nil, errors.New("auth.backends: nobody could log in")
	case len(mechanisms(c)) == 0:
		return nil, errors.New("auth.mechanisms: nobody could log in")
	}
	for _, name := range c.Backends {
		l := auth.Link{Name: name}
		switch name {
		case config.BackendInternal:
			l.Backend = d
		case config.BackendOAuth2:
			l.Backend, err = newOAuth2(&c.OAuth2, log)
		case config.BackendHTTP, config.BackendHTTPInternal:
			l.Backend, err = newHTTP(c, log)
			l.Local = name == config.BackendHTTPInternal
		case config.BackendLDAP, config.BackendLDAPInternal:
			l.Backend, err = newLDAP(c, log)
			l.Local = name == config.BackendLDAPInternal
		}
		if err != nil {
			return nil, fmt.Errorf("auth backend %s: %w", name, err)
		}
		links = append(links, l)
	}
	return links, nil
}

func newOAuth2(c *config.OAuth2, log *slog.Logger) (auth.Backend, error) {
	client, err := outsideClient(c.CAFile, c.Timeout)
	if err != nil {
		return nil, err
	}
	return oauth2.New(oauth2.Options{
		ResourceServerID: c.ResourceServerID, KeysFile: c.JWKSFile, KeysURL: c.JWKSURL, Issuer: c.Issuer,
		ScopePrefix: c.ScopePrefix, Aliases: c.ScopeAliases, MoreScopes: c.AdditionalScopesKeys,
		UserClaims: c.UsernameClaims, Algorithms: c.Algorithms, AnyAudience: !c.VerifyAudience,
		Leeway: c.Leeway, Client: client, AllowHTTP: !c.RequireTLS, Log: log,
	})
}

func newHTTP(c *config.Auth, log *slog.Logger) (auth.Backend, error) {
	client, err := outsideClient(c.HTTP.CAFile, c.HTTP.Timeout)
	if err != nil {
		return nil, err
	}
	b, err := authhttp.New(authhttp.Options{
		User: c.HTTP.UserPath, Vhost: c.HTTP.VhostPath, Resource: c.HTTP.ResourcePath, Topic: c.HTTP.TopicPath,
		Post: c.HTTP.Method == "post", Client: client, Log: log,
	})
	if err != nil {
		return nil, err
	}
	return auth.NewCache(b, c.CacheTTL), nil
}

func newLDAP(c *config.Auth, log *slog.Logger) (auth.Backend, error) {
	l := &c.LDAP
	trust, err := trusting(l.CAFile)
	if err != nil {
		return nil, err
	}
	b, err := ldap.New(ldap.Options{
		URLs: l.URLs, StartTLS: l.StartTLS, TLS: trust, Timeout: l.Timeout,
		UserPattern: l.UserDNPattern, UserBase: l.UserBase, UserFilter: l.UserFilter,
		BindDN: l.BindDN, BindPassword: l.BindPassword,
		GroupBase: l.GroupBase, GroupFilter: l.GroupFilter, GroupName: l.GroupNameAttribute,
		Groups: l.Groups, Everyone: l.Everyone, Log: log,
	})
	if err != nil {
		return nil, err
	}
	return auth.NewCache(b, c.CacheTTL), nil
}

// outsideClient asks other systems: it goes where it is sent and nowhere else.
func outsideClient(caFile string, timeout time.Duration) (*http.Client, error) {
	trust, err := trusting(caFile)
	if err != nil {
		return nil, err
	}
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, TLSClientConfig: trust, ForceAttemptHTTP2: true,
			MaxIdleConnsPerHost: 16, MaxConnsPerHost: 64, IdleConnTimeout: time.Minute,
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// trusting trusts the certificates in a file, or the system's if there is none.
func trusting(caFile string) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if caFile == "" {
		return c, nil
	}
	text, err := os.ReadFile(caFile)
	if err != nil {
		return nil, err
	}
	c.RootCAs = x509.NewCertPool()
	if !c.RootCAs.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s: no certificate in PEM", caFile)
	}
	return c, nil
}
