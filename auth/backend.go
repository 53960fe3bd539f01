// Package auth says yes or no: who somebody is, and what they may do. It
// keeps users and permissions in memory, and knows no protocol, no disk and
// no resource beyond its name.
package auth

import "errors"

// ErrRefused is what Authenticate returns, wrapped with the reason, for a
// wrong name or password. The reason is for the log: a client that learned it
// could probe for users.
var ErrRefused = errors.New("login refused")

// ErrNoUser is returned for a change to a user that does not exist.
var ErrNoUser = errors.New("no such user")

// Backend answers for users. Its methods may be called concurrently, and do
// not wait for a disk or a network.
type Backend interface {
	// Authenticate returns the user, or an error that wraps ErrRefused.
	Authenticate(user, password string) (*User, error)
	// Allowed reports whether u has right r on the resource of that name; the
	// default exchange has the name "".
	Allowed(u *User, vhost string, r Right, resource string) bool
	// Reachable reports whether u may open vhost: it has a permission there,
	// even one that grants nothing.
	Reachable(u *User, vhost string) bool
	// Topics returns what topic permissions say of u in vhost, for a client
	// of that id if it has one; nil when they say nothing.
	Topics(u *User, vhost, clientID string) *Topics
}
