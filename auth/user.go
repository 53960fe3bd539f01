package auth

import "slices"

// User is an account. A User handed out is shared: treat it as immutable.
type User struct {
	Name             string
	PasswordHash     string // base64, as in exported definitions; empty: no login by password
	HashingAlgorithm string // one of the names in password.go; empty means SHA256
	Tags             []string
}

// HasTag reports whether the user carries tag, for example "administrator".
func (u *User) HasTag(tag string) bool { return slices.Contains(u.Tags, tag) }
