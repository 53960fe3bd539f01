package auth

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// stranger is a backend outside with one user, and an authority that says yes
// to what begins with an x.
type stranger struct {
	name, password string
	err            error // instead of an answer
	asked          int
}

func (s *stranger) Authenticate(user, password string) (*User, error) {
	s.asked++
	switch {
	case s.err != nil:
		return nil, s.err
	case user != s.name || password != s.password:
		return nil, ErrRefused
	}
	return &User{Name: user, Tags: []string{"stranger"}, Authority: s}, nil
}

func (s *stranger) Allowed(_ *User, _ Right, on Resource) bool {
	s.asked++
	return strings.HasPrefix(on.Name, "x")
}

func (s *stranger) Reachable(_ *User, vhost string) bool {
	s.asked++
	return strings.HasPrefix(vhost, "x")
}

func (s *stranger) AllowedTopic(_ *User, _ Right, _, _, key string) bool {
	s.asked++
	return strings.HasPrefix(key, "x")
}

// knowing is a stranger that needs no password, and reads tokens.
type knowing struct{ stranger }

func (k *knowing) Known(name string) (*User, error) { return k.Authenticate(name, k.password) }
func (k *knowing) AuthenticateToken(token string) (*User, error) {
	return k.Authenticate(token, k.password)
}

func newChain(t *testing.T) (*Chain, *Database, *stranger, *knowing) {
	d := NewDatabase(nil)
	hash, err := Hash(SHA256, "secret")
	if err != nil {
		t.Fatal(err)
	}
	d.PutUser(User{Name: "alice", PasswordHash: hash, Tags: []string{"ours"}})
	d.PutUser(User{Name: "bob"})
	if err := d.SetPermission("alice", "/", Permission{Read: "^q"}); err != nil {
		t.Fatal(err)
	}
	out, local := &stranger{name: "carol", password: "c"}, &knowing{stranger{name: "bob", password: "b"}}
	return NewChain(d, []Link{{"internal", d, false}, {"http", out, false}, {"ldap/internal", local, true}}), d, out, local
}

func TestChain(t *testing.T) {
	c, _, out, local := newChain(t)
	for _, tt := range []struct{ user, password, tag string }{
		{"alice", "secret", "ours"}, {"carol", "c", "stranger"}, {"bob", "b", ""},
	} {
		u, err := c.Authenticate(tt.user, tt.password)
		if err != nil || u.Name != tt.user || tt.tag != "" && !u.HasTag(tt.tag) || tt.tag == "" && len(u.Tags) > 0 {
			t.Errorf("%s: %+v, %v", tt.user, u, err)
		}
	}
	local.name = "dave" // who has no user here
	if _, err := c.Authenticate("dave", "b"); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "ldap/internal: user 'dave' does not exist") {
		t.Errorf("dave: %v", err)
	}
	out.err = errors.New("no route to host")
	if _, err := c.Authenticate("carol", "c"); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "http: no route to host") {
		t.Errorf("while http is away: %v", err)
	}
	if u, err := c.Authenticate("alice", "secret"); err != nil || !u.Internal() {
		t.Errorf("alice while http is away: %v", err)
	}
}

// TestChainKnown: names that are vouched for, and tokens, go to those who know
// them.
func TestChainKnown(t *testing.T) {
	c, _, out, local := newChain(t)
	if u, err := c.Known("alice"); err != nil || !u.HasTag("ours") {
		t.Errorf("alice: %+v, %v", u, err)
	}
	for _, name := range []string{"carol", "nobody", ""} {
		if _, err := c.Known(name); !errors.Is(err, ErrRefused) {
			t.Errorf("'%s': %v", name, err)
		}
	}
	if _, err := c.AuthenticateToken("alice"); !errors.Is(err, ErrRefused) {
		t.Errorf("a token that nobody knows: %v", err)
	}
	if _, err := c.AuthenticateToken("bob"); err != nil || out.asked != 0 || local.asked == 0 {
		t.Errorf("a token: %v, http was asked %d times", err, out.asked)
	}
}

// TestChainRights: who let a user in says what it may.
func TestChainRights(t *testing.T) {
	c, d, _, _ := newChain(t)
	alice, _ := c.Authenticate("alice", "secret")
	carol, _ := c.Authenticate("carol", "c")
	on := func(name string) Resource { return Resource{"/", Queue, name} }
	if !c.Allowed(alice, Read, on("q1")) || c.Allowed(alice, Read, on("x1")) || !c.Reachable(alice, "/") || c.Topics(alice, "/", "") != nil {
		t.Error("the rights of alice are not those of the database")
	}
	if c.Allowed(carol, Read, on("q1")) || !c.Allowed(carol, Read, on("x1")) || c.Reachable(carol, "/") || !c.Reachable(carol, "x") {
		t.Error("the rights of carol are not those of the stranger")
	}
	topics := c.Topics(carol, "/", "")
	if !topics.Restricts("any") || !topics.Allowed(Write, "any", "x") || topics.Allowed(Write, "any", "y") {
		t.Error("the stranger has no say about routing keys")
	}
	if u, err := c.Renew(alice, "anything"); u != alice || err != nil {
		t.Errorf("a new secret for who has none that expires: %v, %v", u, err)
	}
	v := c.Version()
	d.PutUser(User{Name: "new"})
	w := c.Version()
	if c.Forget(); v >= w || w >= c.Version() || !c.Remote() || NewChain(d, nil).Remote() {
		t.Error("the version does not grow")
	}
}

// TestSetLinks: other backends let users in from now on; who is in keeps the
// rights of whoever let them in, and is asked about again.
func TestSetLinks(t *testing.T) {
	d := NewDatabase([]string{"guest"})
	d.PutUser(User{Name: "bob"})
	c := NewChain(d, nil)
	s := &knowing{stranger{name: "carol", password: "c"}}
	if _, err := c.Authenticate("carol", "c"); err == nil || c.Remote() {
		t.Errorf("a stranger is known: %v", err)
	}
	v := c.Version()
	c.SetLinks([]Link{{Name: "http", Backend: s}})
	carol, err := c.Authenticate("carol", "c")
	if err != nil || c.Version() <= v || !c.Remote() {
		t.Fatalf("%v, version %d after %d", err, c.Version(), v)
	}
	if _, err := c.Known("bob"); err == nil {
		t.Error("the database is asked, and is not in the chain")
	}
	c.SetLinks(nil)
	if _, err := c.Authenticate("carol", "c"); err == nil {
		t.Error("a backend that is gone lets users in")
	}
	if bob, err := c.Known("bob"); err != nil || bob.Name != "bob" {
		t.Errorf("%v", err)
	}
	if on := (Resource{"/", Queue, "x1"}); !c.Allowed(carol, Read, on) || !c.Remote() {
		t.Error("who is in has lost the rights they came with")
	}
	if d.SetLoopback([]string{"bob"}); d.LoopbackOnly("guest") || !d.LoopbackOnly("bob") {
		t.Error("who may only come from here did not change")
	}
}

// TestCache: answers are remembered for a while; refusals and failures of
// logins are not.
func TestCache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &knowing{stranger{name: "carol", password: "c"}}
		b := NewCache(s, 10*time.Second)
		ask := func() *User {
			u, err := b.Authenticate("carol", "c")
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"x1", "q1"} {
				if got := u.Authority.Allowed(u, Read, Resource{"/", Queue, name}); got != (name == "x1") {
					t.Errorf("%s: %v", name, got)
				}
			}
			if u.Authority.Reachable(u, "/") || !u.Authority.AllowedTopic(u, Read, "/", "x", "x") {
				t.Error("a wrong answer")
			}
			return u
		}
		ask()
		before := s.asked
		ask()
		if s.asked != before {
			t.Errorf("asked %d times again", s.asked-before)
		}
		if _, err := b.Authenticate("carol", "d"); err == nil || s.asked != before+1 {
			t.Errorf("a wrong password: %v", err)
		}
		if _, err := b.Authenticate("carol", "d"); err == nil || s.asked != before+2 {
			t.Error("a refusal is remembered")
		}
		if u, err := b.(Voucher).Known("carol"); err != nil || u.Name != "carol" || s.asked != before+3 {
			t.Error("a login without a password came from one with it")
		}
		u := ask()
		if u.Authority.Allowed(u, Write, Resource{"/", Exchange, "x1"}); s.asked != before+4 {
			t.Error("the answer for one right or kind is given for another")
		}
		time.Sleep(10 * time.Second)
		before = s.asked
		if ask(); s.asked != before+5 {
			t.Errorf("asked %d times after a while", s.asked-before)
		}
		if NewCache(s, 0) != Backend(s) {
			t.Error("what is not to be cached is")
		}
	})
}

func TestRecentIsBounded(t *testing.T) {
	r := newRecent[int, int](time.Hour, 100)
	for i := range 1000 {
		r.put(i, i)
		if v, ok := r.get(max(0, i-40)); !ok || v != max(0, i-40) {
			t.Fatalf("%d is forgotten at %d", max(0, i-40), i)
		}
	}
	if n := len(r.young) + len(r.old); n > 100 {
		t.Errorf("%d are remembered", n)
	}
}

// TestGuesses: who guesses is stopped, and whose password was right is not.
func TestGuesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGuesses()
		g.Note("10.0.0.1", "guest", "right", true)
		for i := range maxGuesses {
			if g.TooMany("10.0.0.1", "guest", "wrong") {
				t.Fatalf("stopped after %d", i)
			}
			g.Note("10.0.0.1", "guest", "wrong", false)
		}
		for _, tt := range []struct {
			host, user, password string
			want                 bool
		}{
			{"10.0.0.1", "guest", "wrong", true}, {"10.0.0.1", "other", "right", true}, {"10.0.0.1", "guest", "right", false},
			{"10.0.0.2", "guest", "wrong", false},
		} {
			if got := g.TooMany(tt.host, tt.user, tt.password); got != tt.want {
				t.Errorf("%+v: %v", tt, got)
			}
		}
		time.Sleep(forgiveEvery)
		if g.TooMany("10.0.0.1", "guest", "wrong") {
			t.Error("not one is forgiven")
		}
		for i := range 2 * maxGuesses {
			g.Note([]string{"2001:db8::1", "2001:db8::ffff:2"}[i%2], "u", "wrong", false)
		}
		if !g.TooMany("2001:db8::3", "u", "wrong") || g.TooMany("2001:db8:0:1::3", "u", "wrong") {
			t.Error("a network of IPv6 is not one guesser")
		}
	})
}
