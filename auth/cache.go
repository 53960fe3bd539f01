package auth

import "time"

// maxCached bounds the logins, and the answers, that a Cache remembers.
const maxCached = 16384

// Cache is a backend outside whose answers are remembered for a while: also
// those of its Authority, which it takes the place of. Logins that were refused,
// or failed, are not remembered.
type Cache struct {
	of      Backend
	ttl     time.Duration
	marks   *marker
	logins  *recent[mark, *User]
	answers *recent[mark, bool]
}

// NewCache remembers answers of b for ttl, or not at all when that is 0.
func NewCache(b Backend, ttl time.Duration) Backend {
	if ttl <= 0 {
		return b
	}
	return &Cache{b, ttl, newMarker(), newRecent[mark, *User](ttl, maxCached), newRecent[mark, bool](ttl, maxCached)}
}

// Authenticate implements Backend.
func (c *Cache) Authenticate(user, password string) (*User, error) {
	return c.login(c.marks.of("password", user, password), func() (*User, error) { return c.of.Authenticate(user, password) })
}

// Known implements Voucher, for a backend that does.
func (c *Cache) Known(name string) (*User, error) {
	v, ok := c.of.(Voucher)
	if !ok {
		return nil, errNoVoucher
	}
	return c.login(c.marks.of("name", name), func() (*User, error) { return v.Known(name) })
}

func (c *Cache) login(m mark, ask func() (*User, error)) (*User, error) {
	if u, ok := c.logins.get(m); ok {
		return u, nil
	}
	u, err := ask()
	if err != nil {
		return nil, err
	}
	known := *u
	known.Authority = &cachedAuthority{c, u.Authority}
	c.logins.put(m, &known)
	return &known, nil
}

// cachedAuthority is an Authority whose answers are remembered.
type cachedAuthority struct {
	c  *Cache
	of Authority
}

func (a *cachedAuthority) answer(m mark, ask func() bool) bool {
	if yes, ok := a.c.answers.get(m); ok {
		return yes
	}
	yes := ask()
	a.c.answers.put(m, yes)
	return yes
}

// Allowed implements Authority.
func (a *cachedAuthority) Allowed(u *User, r Right, on Resource) bool {
	m := a.c.marks.of("resource", u.Name, u.PeerHost, r.String(), on.Vhost, on.Kind, on.Name)
	return a.answer(m, func() bool { return a.of.Allowed(u, r, on) })
}

// Reachable implements Authority.
func (a *cachedAuthority) Reachable(u *User, vhost string) bool {
	return a.answer(a.c.marks.of("vhost", u.Name, u.PeerHost, vhost), func() bool { return a.of.Reachable(u, vhost) })
}

// AllowedTopic implements Authority.
func (a *cachedAuthority) AllowedTopic(u *User, r Right, vhost, exchange, key string) bool {
	m := a.c.marks.of("topic", u.Name, r.String(), vhost, exchange, key)
	return a.answer(m, func() bool { return a.of.AllowedTopic(u, r, vhost, exchange, key) })
}
