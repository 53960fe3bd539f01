package auth

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
)

// Link is one Backend of a Chain.
type Link struct {
	Name    string // as it is configured: "ldap"
	Backend Backend
	// Local gives who logs in there the tags and rights of the Database's user
	// of that name, who must exist.
	Local bool
}

// Chain asks one Backend after the other, and the Authority of whoever was let
// in. A nil or empty list of links is the Database alone.
type Chain struct {
	db     *Database
	links  atomic.Pointer[[]Link]
	remote atomic.Bool
	epoch  atomic.Uint64
}

// NewChain makes a chain of links around d, which may be one of them.
func NewChain(d *Database, links []Link) *Chain {
	c := &Chain{db: d}
	c.SetLinks(links)
	return c
}

// SetLinks puts other links in the place of those there are, and makes
// everybody ask again. Who was let in keeps the Authority it was let in by.
func (c *Chain) SetLinks(links []Link) {
	if len(links) == 0 {
		links = []Link{{Name: "internal", Backend: c.db}}
	}
	for _, l := range links {
		if l.Backend != Backend(c.db) {
			c.remote.Store(true)
		}
	}
	c.links.Store(&links)
	c.Forget()
}

// Remote reports whether some users are, or were, known outside only.
func (c *Chain) Remote() bool { return c.remote.Load() }

// Authenticate returns the user that the first backend to do so lets in. The
// error says what each of them said.
func (c *Chain) Authenticate(user, password string) (*User, error) {
	return c.first(func(b Backend) (*User, error) { return b.Authenticate(user, password) })
}

// AuthenticateToken returns the user that a token is of. Only those that read
// tokens get to see it.
func (c *Chain) AuthenticateToken(token string) (*User, error) {
	return c.first(func(b Backend) (*User, error) {
		if t, ok := b.(TokenBackend); ok {
			return t.AuthenticateToken(token)
		}
		return nil, errNoTokens
	})
}

// Known returns the user of a name that somebody vouches for.
func (c *Chain) Known(name string) (*User, error) {
	if name == "" {
		return nil, fmt.Errorf("%w: there is no name", ErrRefused)
	}
	return c.first(func(b Backend) (*User, error) {
		if v, ok := b.(Voucher); ok {
			return v.Known(name)
		}
		return nil, errNoVoucher
	})
}

var (
	errNoTokens  = errors.New("takes no tokens")
	errNoVoucher = errors.New("lets nobody in without a secret")
)

func (c *Chain) first(ask func(Backend) (*User, error)) (*User, error) {
	var reasons []string
	links := *c.links.Load()
	for _, l := range links {
		u, err := ask(l.Backend)
		if err == nil && l.Local {
			u, err = c.db.Known(u.Name)
		}
		if err == nil || len(links) == 1 {
			return u, err
		}
		reasons = append(reasons, l.Name+": "+strings.TrimPrefix(err.Error(), ErrRefused.Error()+": "))
	}
	return nil, fmt.Errorf("%w: %s", ErrRefused, strings.Join(reasons, "; "))
}

// Renew returns u with a new secret. Who logged in with one that does not
// expire stays as they are.
func (c *Chain) Renew(u *User, secret string) (*User, error) {
	if r, ok := u.Authority.(Renewer); ok {
		return r.Renew(u, secret)
	}
	return u, nil
}

// Allowed reports whether u has right r on a resource.
func (c *Chain) Allowed(u *User, r Right, on Resource) bool {
	if u.Internal() {
		return c.db.Allowed(u, on.Vhost, r, on.Name)
	}
	return u.Authority.Allowed(u, r, on)
}

// Reachable reports whether u may open vhost.
func (c *Chain) Reachable(u *User, vhost string) bool {
	if u.Internal() {
		return c.db.Reachable(u, vhost)
	}
	return u.Authority.Reachable(u, vhost)
}

// Topics returns what there is to say of u and routing keys in vhost, for a
// client of that id if it has one; nil when that is nothing.
func (c *Chain) Topics(u *User, vhost, clientID string) *Topics {
	if u.Internal() {
		return c.db.Topics(u, vhost, clientID)
	}
	return &Topics{ask: func(r Right, exchange, key string) bool {
		return u.Authority.AllowedTopic(u, r, vhost, exchange, key)
	}}
}

// Version grows on every change of the Database and with every Forget. Who
// remembers an answer reads the version before asking, and forgets the answer
// when it has grown.
func (c *Chain) Version() uint64 { return c.db.Version() + c.epoch.Load() }

// Forget makes everybody ask again.
func (c *Chain) Forget() { c.epoch.Add(1) }
