// Package ldap lets in who can bind to a directory, and gives them what the
// groups they are in stand for. It knows of a directory no more than an entry
// a user and an entry a group.
package ldap

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/hutchmq/hutchmq/auth"
)

// Options say where the directory is, and how users and groups are found in
// it. In patterns and filters ${username} stands for the name that was given,
// and in GroupFilter ${user_dn} for the entry that was found; neither can
// become more than a value there.
type Options struct {
	URLs     []string    // ldap:// or ldaps://, tried in this order
	StartTLS bool        // over ldap://
	TLS      *tls.Config // nil: the system's certificates
	Timeout  time.Duration

	// A user is the entry UserPattern names, or else the only one that
	// UserFilter finds below UserBase.
	UserPattern          string
	UserBase, UserFilter string

	// Who searches; nobody: users and groups are sought anonymously, or as the
	// user once it is bound.
	BindDN, BindPassword string

	GroupBase, GroupFilter string
	GroupName              string              // the attribute that Groups go by: "cn"
	Groups                 map[string][]string // the scopes of a group: see auth.Scopes
	Everyone               []string            // the scopes of whoever can log in
	Log                    *slog.Logger
}

// maxGroups bounds what is read of a user's groups.
const maxGroups = 1000

// maxConversations bounds how many connections to the directory there are.
const maxConversations = 32

// Backend asks a directory. It is an auth.Backend, and an auth.Voucher if
// somebody searches.
type Backend struct {
	o     Options
	turns chan struct{}
}

// New checks o, and asks nobody.
func New(o Options) (*Backend, error) {
	switch {
	case len(o.URLs) == 0:
		return nil, errors.New("urls are needed: where the directory is")
	case o.UserPattern == "" && (o.UserBase == "" || o.UserFilter == ""):
		return nil, errors.New("a user_dn_pattern is needed, or user_base and user_filter")
	case o.GroupBase != "" && o.GroupFilter == "":
		return nil, errors.New("a group_filter is needed with group_base")
	}
	for _, text := range o.URLs {
		if u, err := url.Parse(text); err != nil || u.Scheme != "ldap" && u.Scheme != "ldaps" || u.Host == "" {
			return nil, fmt.Errorf("'%s' is no URL of ldap or ldaps", text)
		}
	}
	return &Backend{o, make(chan struct{}, maxConversations)}, nil
}

// Authenticate implements auth.Backend.
func (b *Backend) Authenticate(user, password string) (*auth.User, error) {
	if user == "" || password == "" { // a bind without a password is an anonymous one, and succeeds
		return nil, fmt.Errorf("%w: the directory needs a name and a password", auth.ErrRefused)
	}
	return b.converse(user, func(c *ldap.Conn, dn string) error {
		err := c.Bind(dn, password)
		if ldap.IsErrorWithCode(err, ldap.LDAPResultInvalidCredentials) || ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
			return fmt.Errorf("%w: the directory refuses '%s'", auth.ErrRefused, dn)
		}
		return err
	})
}

// Known implements auth.Voucher: the entry must be there.
func (b *Backend) Known(name string) (*auth.User, error) {
	if b.o.BindDN == "" {
		return nil, fmt.Errorf("%w: nobody may search the directory for '%s'", auth.ErrRefused, name)
	}
	return b.converse(name, func(c *ldap.Conn, dn string) error {
		_, err := c.Search(b.search(dn, ldap.ScopeBaseObject, "(objectClass=*)", 1))
		if ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
			return fmt.Errorf("%w: there is no '%s'", auth.ErrRefused, dn)
		}
		return err
	})
}

// converse finds the entry of user, has prove check that it is theirs, and
// reads its groups.
func (b *Backend) converse(user string, prove func(c *ldap.Conn, dn string) error) (*auth.User, error) {
	u, err := b.conversation(user, prove)
	if err != nil && !errors.Is(err, auth.ErrRefused) {
		b.o.Log.Warn("cannot ask the directory", "error", err)
	}
	return u, err
}

func (b *Backend) conversation(user string, prove func(c *ldap.Conn, dn string) error) (*auth.User, error) {
	select {
	case b.turns <- struct{}{}:
		defer func() { <-b.turns }()
	case <-time.After(b.o.Timeout):
		return nil, errors.New("the directory is too slow for all who ask")
	}
	c, err := b.dial()
	if err != nil {
		return nil, err
	}
	defer c.Close()
	dn, err := b.find(c, user)
	if err == nil {
		err = prove(c, dn)
	}
	if err != nil {
		return nil, err
	}
	groups, err := b.groups(c, user, dn)
	if err != nil {
		return nil, err
	}
	s := auth.ParseScopes("", b.scopes(groups))
	return &auth.User{Name: user, Tags: s.Tags(), Authority: s}, nil
}

// dial opens a connection to the first server that takes it.
func (b *Backend) dial() (c *ldap.Conn, err error) {
	for _, server := range b.o.URLs {
		c, err = ldap.DialURL(server, ldap.DialWithTLSConfig(b.tls(server)), ldap.DialWithDialer(&net.Dialer{Timeout: b.o.Timeout}))
		if err != nil {
			continue
		}
		c.SetTimeout(b.o.Timeout)
		if b.o.StartTLS && strings.HasPrefix(server, "ldap://") {
			err = c.StartTLS(b.tls(server))
		}
		if err == nil {
			return c, nil
		}
		c.Close()
	}
	return nil, err
}

// tls is for a server: its certificate must have the name in the URL.
func (b *Backend) tls(server string) *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if b.o.TLS != nil {
		c = b.o.TLS.Clone()
	}
	if u, err := url.Parse(server); err == nil {
		c.ServerName = u.Hostname()
	}
	return c
}

// scopes are those of groups, and everybody's.
func (b *Backend) scopes(groups []string) []string {
	list := append([]string(nil), b.o.Everyone...)
	for _, g := range groups {
		list = append(list, b.o.Groups[g]...)
	}
	return list
}
