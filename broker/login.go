package broker

import (
	"cmp"
	"fmt"
	"time"

	"github.com/hutchmq/hutchmq/auth"
)

// Login checks a name and password. loopback tells that the peer is on this
// host: some users may only come from there.
func (b *Broker) Login(name, password string, loopback bool) (*auth.User, error) {
	return b.LoginFrom(Client{}, name, password, loopback)
}

// LoopbackOnly reports whether a user, who need not exist, may only log in from
// this host.
func (b *Broker) LoopbackOnly(name string) bool { return b.auth.LoopbackOnly(name) }

// LoginFrom is Login that tells whoever listens to events where the client is.
// From where too many wrong passwords came it refuses without a look, unless
// this one has been right before; faces for HTTP have a brake of their own.
func (b *Broker) LoginFrom(client Client, name, password string, loopback bool) (*auth.User, error) {
	braked := client.Protocol != "http" && client.PeerHost != ""
	return b.login(&client, name, loopback, func() (*auth.User, error) {
		if braked && b.guesses.TooMany(client.PeerHost, name, password) {
			return nil, fmt.Errorf("%w: too many wrong passwords came from this address", auth.ErrRefused)
		}
		u, err := b.chain.Authenticate(name, password)
		if braked {
			b.guesses.Note(client.PeerHost, name, password, err == nil)
		}
		return u, err
	})
}

// LoginByToken is LoginFrom for who bears a token, which says who they are.
func (b *Broker) LoginByToken(client Client, token string, loopback bool) (*auth.User, error) {
	return b.login(&client, "", loopback, func() (*auth.User, error) { return b.chain.AuthenticateToken(token) })
}

// LoginAs is LoginFrom for somebody who proves to be name in another way: by a
// certificate, or because the operator lets anybody be it.
func (b *Broker) LoginAs(client Client, name string, loopback bool) (*auth.User, error) {
	return b.login(&client, name, loopback, func() (*auth.User, error) { return b.chain.Known(name) })
}

// login lets in whom check finds. The name it goes by afterwards need not be
// the one that was given.
func (b *Broker) login(client *Client, name string, loopback bool, check func() (*auth.User, error)) (u *auth.User, err error) {
	u, err = b.checked(name, loopback, check)
	if err == nil {
		name = u.Name
	}
	if err == nil && !u.Internal() {
		here := *u
		here.PeerHost = client.PeerHost
		u = &here
	}
	b.attempts.note(client.Protocol, client.PeerHost, name, err != nil)
	b.emitLogin(client, name, err)
	return u, err
}

func (b *Broker) checked(name string, loopback bool, check func() (*auth.User, error)) (*auth.User, error) {
	if !loopback && b.auth.LoopbackOnly(name) {
		return nil, notFromHere(name)
	}
	u, err := check()
	switch {
	case err != nil:
		return nil, err
	case !loopback && b.auth.LoopbackOnly(u.Name):
		return nil, notFromHere(u.Name)
	case u.Expired(time.Now()):
		return nil, fmt.Errorf("%w: the credential of '%s' has expired", auth.ErrRefused, u.Name)
	}
	return u, nil
}

func notFromHere(name string) error {
	return fmt.Errorf("%w: user '%s' can only connect via localhost", auth.ErrRefused, name)
}

// Logins say who lets users in, and how.
type Logins struct {
	Backends  []auth.Link   // in this order; none: the broker's own users
	RightsTTL time.Duration // how long rights are remembered of users from outside; 0 is 15 s
	Hashing   string        // of new passwords, by the name in definitions; "" is auth.SHA256
}

const defaultRightsTTL = 15 * time.Second

// SetLogins changes who lets users in, from now on. Connections that are open
// stay, with the rights that whoever let them in gives them.
func (b *Broker) SetLogins(l Logins) {
	hashing := cmp.Or(l.Hashing, auth.SHA256)
	b.hashing.Store(&hashing)
	b.asking.Reset(cmp.Or(l.RightsTTL, defaultRightsTTL))
	b.chain.SetLinks(l.Backends)
}

// askAgain has rights asked for anew from time to time once users are known
// outside, where they change without a word, until the broker closes.
func (b *Broker) askAgain() {
	defer b.asking.Stop()
	for {
		select {
		case <-b.done:
			return
		case <-b.asking.C:
			if b.chain.Remote() {
				b.chain.Forget()
			}
		}
	}
}
