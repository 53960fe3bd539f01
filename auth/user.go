package auth

import (
	"slices"
	"time"
)

// User is an account. A User handed out is shared: treat it as immutable.
type User struct {
	Name             string
	PasswordHash     string // as in exported definitions; empty: no login by password
	HashingAlgorithm string // one of the names in password.go; empty means SHA256
	Tags             []string

	// What follows is of users that a backend outside let in.
	Authority Authority // who says what the user may do; nil: the Database
	Expires   time.Time // when the login ends; zero: never
	PeerHost  string    // where the user came from, for those who ask
}

// HasTag reports whether the user carries tag, for example "administrator".
func (u *User) HasTag(tag string) bool { return slices.Contains(u.Tags, tag) }

// Internal reports whether the rights of u are those of the Database.
func (u *User) Internal() bool { return u.Authority == nil }

// Expired reports whether the login of u has ended.
func (u *User) Expired(now time.Time) bool { return !u.Expires.IsZero() && !now.Before(u.Expires) }
