// Package auth says yes or no: who somebody is, and what they may do. It
// keeps users and permissions in memory, asks backends outside through
// interfaces that they implement, and knows no protocol, no disk and no
// resource beyond its kind and name.
package auth

import "errors"

// ErrRefused is what Authenticate returns, wrapped with the reason, for a
// wrong name or password. The reason is for the log: a client that learned it
// could probe for users.
var ErrRefused = errors.New("login refused")

// ErrNoUser is returned for a change to a user that does not exist.
var ErrNoUser = errors.New("no such user")

// Backend lets users in. Its methods, and those of the interfaces below, may
// be called concurrently; those of a backend outside wait for it, a bounded
// time.
type Backend interface {
	// Authenticate returns the user, or an error: one that wraps ErrRefused
	// when the credentials are wrong, another when nobody could find out.
	Authenticate(user, password string) (*User, error)
}

// Voucher is a Backend that knows users without their passwords, when somebody
// else vouches for the name: a certificate, or the operator.
type Voucher interface {
	Known(name string) (*User, error)
}

// TokenBackend is a Backend that also lets in who bears a token, whatever
// their name.
type TokenBackend interface {
	AuthenticateToken(token string) (*User, error)
}

// Authority answers for what a user may do that a backend outside let in.
type Authority interface {
	// Allowed reports whether u has right r on a resource.
	Allowed(u *User, r Right, on Resource) bool
	// Reachable reports whether u may open vhost.
	Reachable(u *User, vhost string) bool
	// AllowedTopic reports whether u has right r, Write or Read, on a routing
	// key of a topic exchange, beside the right on the exchange.
	AllowedTopic(u *User, r Right, vhost, exchange, key string) bool
}

// Renewer is an Authority whose rights come with a secret that expires.
type Renewer interface {
	// Renew returns u as secret has it, or refuses.
	Renew(u *User, secret string) (*User, error)
}

// Resource is what a right is wanted on; the default exchange has the name
// "amq.default".
type Resource struct {
	Vhost, Kind, Name string
}

// The kinds of resources.
const (
	Queue    = "queue"
	Exchange = "exchange"
)
