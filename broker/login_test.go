package broker

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
)

// outside is a backend whose tokens are names, and whose users may write to
// what may names.
type outside struct {
	may     atomic.Pointer[string]
	expires time.Time
	asked   atomic.Int32
	from    atomic.Pointer[string] // the address vhosts were asked for
}

func newOutside(may string) *outside {
	o := &outside{}
	o.may.Store(&may)
	return o
}

func (o *outside) Authenticate(_, password string) (*auth.User, error) {
	return o.AuthenticateToken(password)
}

func (o *outside) AuthenticateToken(token string) (*auth.User, error) {
	if token == "wrong" {
		return nil, fmt.Errorf("%w: a wrong token", auth.ErrRefused)
	}
	return &auth.User{Name: token, Authority: o, Expires: o.expires}, nil
}

func (o *outside) Renew(u *auth.User, secret string) (*auth.User, error) {
	if secret != u.Name {
		return nil, auth.ErrRefused
	}
	return &auth.User{Name: secret, Authority: o, Expires: o.expires, Tags: []string{"impersonator"}}, nil
}

func (o *outside) Allowed(_ *auth.User, r auth.Right, on auth.Resource) bool {
	o.asked.Add(1)
	return r == auth.Write && on.Kind == auth.Exchange && on.Name == *o.may.Load()
}

func (o *outside) Reachable(u *auth.User, vhost string) bool {
	o.from.Store(&u.PeerHost)
	return vhost == "/"
}

func (o *outside) AllowedTopic(_ *auth.User, _ auth.Right, _, _, key string) bool { return key == "k" }

// withOutside is a fixture that o lets users into, beside the internal ones.
func withOutside(t testing.TB, o *outside) *fixture {
	f := newFixture(t)
	f.chain = auth.NewChain(f.auth, []auth.Link{{Name: "internal", Backend: f.auth}, {Name: "oauth2", Backend: o}})
	return f
}

// TestTokenNames: a token does not say who it is of until it is read, and then
// the rules for that name hold.
func TestTokenNames(t *testing.T) {
	f := withOutside(t, newOutside(""))
	here := Client{Protocol: "http", PeerHost: "10.0.0.9"}
	if u, err := f.LoginByToken(here, "bob", false); err != nil || u.Name != "bob" || u.PeerHost != "10.0.0.9" {
		t.Errorf("%+v, %v", u, err)
	}
	for name, login := range map[string]func() (*auth.User, error){
		"a token of a loopback user":    func() (*auth.User, error) { return f.LoginByToken(here, "guest", false) },
		"that token for a password":     func() (*auth.User, error) { return f.LoginFrom(here, "bob", "guest", false) },
		"a loopback user by name":       func() (*auth.User, error) { return f.LoginAs(here, "guest", false) },
		"a name that is vouched for":    func() (*auth.User, error) { return f.LoginAs(here, "bob", true) },
		"no name that is vouched for":   func() (*auth.User, error) { return f.LoginAs(here, "", true) },
		"a wrong token":                 func() (*auth.User, error) { return f.LoginByToken(here, "wrong", true) },
		"the password of an unknown":    func() (*auth.User, error) { return f.LoginFrom(here, "bob", "wrong", true) },
		"a loopback user's own from it": func() (*auth.User, error) { return f.LoginFrom(here, "guest", "guest", false) },
	} {
		if u, err := login(); !errors.Is(err, auth.ErrRefused) {
			t.Errorf("%s: %+v, %v", name, u, err)
		}
	}
	if u, err := f.LoginAs(here, "guest", true); err != nil || !u.Internal() {
		t.Errorf("a name that is vouched for: %+v, %v", u, err)
	}
}

// TestOutsideRights: a session asks once, and again when it is told to forget,
// or the user has a new secret.
func TestOutsideRights(t *testing.T) {
	o := newOutside("amq.topic")
	f := withOutside(t, o)
	u, err := f.LoginFrom(Client{PeerHost: "10.0.0.9", Protocol: "AMQP 0-9-1"}, "", "bob", false)
	f.must(err)
	_, err = f.Connect(u, "other", Client{})
	f.refused(err, "NOT_ALLOWED - vhost other not found")
	c, err := f.Connect(u, "/", Client{})
	f.must(err)
	defer c.Close()
	if *o.from.Load() != "10.0.0.9" {
		t.Errorf("asked for %s", *o.from.Load())
	}
	s, err := c.Open()
	f.must(err)
	write := func() error { _, err := s.Target([]byte("amq.topic")); return err }
	for range 3 {
		f.must(write())
	}
	if n := o.asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	f.must(s.needTopic(auth.Write, mustExchange(f, "amq.topic"), "k"))
	f.refused(s.needTopic(auth.Write, mustExchange(f, "amq.topic"), "other"),
		"ACCESS_REFUSED - write access to topic 'other' in exchange 'amq.topic' in vhost '/' refused for user 'bob'")
	nothing := ""
	o.may.Store(&nothing)
	f.must(write())
	f.chain.Forget()
	if err := write(); !amqp.NoPermission.Is(err) {
		t.Errorf("after the right is gone: %v", err)
	}
	may := "amq.topic"
	o.may.Store(&may)
	if err := c.Renew("another"); !errors.Is(err, auth.ErrRefused) {
		t.Errorf("another's secret: %v", err)
	}
	if write() == nil || s.CheckUserID([]byte("x")) == nil {
		t.Error("a secret that is refused changes something")
	}
	f.must(c.Renew("bob"))
	f.must(write())
	f.must(s.CheckUserID([]byte("x")))
}

func mustExchange(f *fixture, name string) *Exchange {
	x, err := f.vhosts["/"].Exchange(name)
	f.must(err)
	return x
}

// TestExpiry: a connection is told once its credential has expired, and not
// when it has gone before.
func TestExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutside("")
		f := withOutside(t, o)
		o.expires = time.Now().Add(10 * time.Second)
		var mu sync.Mutex
		var kicked []string
		connect := func() *Connection {
			u, err := f.Login("", "bob", true)
			f.must(err)
			c, err := f.Connect(u, "/", Client{Kick: func(reason string) {
				mu.Lock()
				defer mu.Unlock()
				kicked = append(kicked, reason)
			}})
			f.must(err)
			return c
		}
		stays, goes, renews := connect(), connect(), connect()
		goes.Close()
		o.expires = time.Now().Add(time.Minute)
		f.must(renews.Renew("bob"))
		told := func() []string {
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			return kicked
		}
		time.Sleep(11 * time.Second)
		if k := told(); len(k) != 1 || k[0] != "credential expired" {
			t.Errorf("kicked with %q", k)
		}
		if _, err := f.LoginByToken(Client{}, "bob", true); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Minute)
		if k := told(); len(k) != 2 {
			t.Errorf("the new credential does not expire: %q", k)
		}
		if _, err := f.LoginByToken(Client{}, "bob", true); !errors.Is(err, auth.ErrRefused) {
			t.Errorf("an expired credential: %v", err)
		}
		stays.Close()
		renews.Close()
	})
}

// TestBrake: who guesses over AMQP is stopped, and who comes back with the
// right password is not, however many come back at once.
func TestBrake(t *testing.T) {
	f := newFixture(t)
	f.must(f.PutUser("other", "secret"))
	from := Client{Protocol: "AMQP 0-9-1", PeerHost: "10.0.0.9"}
	login := func(name, password string) error {
		_, err := f.LoginFrom(from, name, password, true)
		return err
	}
	f.must(login("guest", "guest"))
	for range 300 {
		if login("guest", "wrong") == nil {
			t.Fatal("a wrong password is right")
		}
	}
	if login("other", "secret") == nil {
		t.Error("a guess was right, after so many")
	}
	for range 300 {
		f.must(login("guest", "guest"))
	}
	from.PeerHost = "10.0.0.10"
	f.must(login("other", "secret"))
}

// TestHashing: new passwords are hashed as the operator wants, unless whoever
// makes the user says how.
func TestHashing(t *testing.T) {
	f := newFixture(t)
	f.SetLogins(Logins{Hashing: auth.SHA512})
	f.must(f.PutUser("a", "secret"))
	hash, algorithm, err := f.HashPassword("secret")
	f.must(err)
	if u := f.User("a"); u.HashingAlgorithm != auth.SHA512 || algorithm != auth.SHA512 || !auth.Verify(algorithm, hash, "secret") {
		t.Errorf("%+v, %s", u, algorithm)
	}
	_, err = f.Login("a", "secret", true)
	f.must(err)
}
