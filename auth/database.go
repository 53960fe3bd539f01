package auth

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Database is the Backend that holds its users itself. Readers see an
// immutable snapshot and take no lock; a change copies and swaps it.
type Database struct {
	loopback  atomic.Pointer[[]string]
	passwords *passwords
	slow      atomic.Bool // some hash has been a slow one

	mu  sync.Mutex // serialises changes
	now atomic.Pointer[snapshot]
}

// UserPermission is a permission and whom it is for.
type UserPermission struct {
	User, Vhost string
	Permission
}

// NewDatabase makes an empty database. The users named in loopback, whether
// they exist or not, are LoopbackOnly.
func NewDatabase(loopback []string) *Database {
	d := &Database{passwords: newPasswords()}
	d.SetLoopback(loopback)
	d.now.Store(&snapshot{})
	return d
}

// Authenticate implements Backend. An unknown user costs as much as a wrong
// password, so that time does not tell who exists.
func (d *Database) Authenticate(user, password string) (*User, error) {
	a := d.now.Load().accounts[user]
	if a != nil && d.passwords.verify(a.user, password) {
		return a.user, nil
	}
	if a == nil {
		waste(SHA256, password)
	}
	if d.slow.Load() && (a == nil || a.user.HashingAlgorithm != Argon2id || a.user.PasswordHash == "") {
		waste(Argon2id, password)
	}
	if a == nil {
		return nil, noUser(user)
	}
	return nil, fmt.Errorf("%w: user '%s' gave a wrong password", ErrRefused, user)
}

// Known implements Voucher.
func (d *Database) Known(name string) (*User, error) {
	if u := d.User(name); u != nil {
		return u, nil
	}
	return nil, noUser(name)
}

func noUser(name string) error { return fmt.Errorf("%w: user '%s' does not exist", ErrRefused, name) }

// unknownUserHash has the length of a real one; nobody knows its password.
var unknownUserHash = strings.Repeat("A", 48)

// Allowed reports whether u has right r on the resource of that name, of
// whatever kind; the default exchange may have the name "". It goes by the name
// of u, and answers from the permissions of now.
func (d *Database) Allowed(u *User, vhost string, r Right, resource string) bool {
	g := d.grant(u, vhost)
	return g != nil && g.allows(r, resource)
}

// Reachable reports whether u may open vhost: it has a permission there, even
// one that grants nothing.
func (d *Database) Reachable(u *User, vhost string) bool { return d.grant(u, vhost) != nil }

func (d *Database) grant(u *User, vhost string) *grant {
	if a := d.now.Load().accounts[u.Name]; a != nil {
		return a.grants[vhost]
	}
	return nil
}

// LoopbackOnly reports whether user may log in only from this machine.
func (d *Database) LoopbackOnly(user string) bool { return slices.Contains(*d.loopback.Load(), user) }

// SetLoopback changes who may log in only from this machine.
func (d *Database) SetLoopback(users []string) {
	users = slices.Clone(users)
	d.loopback.Store(&users)
}

// Version grows on every change. Who remembers an answer of Allowed reads the
// version before asking, and forgets the answer when it has grown.
func (d *Database) Version() uint64 { return d.now.Load().version }

// User returns the user of that name, or nil.
func (d *Database) User(name string) *User {
	if a := d.now.Load().accounts[name]; a != nil {
		return a.user
	}
	return nil
}

// Users returns all users by name. The slice is the caller's.
func (d *Database) Users() []*User {
	accounts := d.now.Load().accounts
	us := make([]*User, 0, len(accounts))
	for _, name := range slices.Sorted(maps.Keys(accounts)) {
		us = append(us, accounts[name].user)
	}
	return us
}

// Permissions returns all permissions by user and vhost. The slice is the
// caller's.
func (d *Database) Permissions() []UserPermission {
	accounts := d.now.Load().accounts
	var ps []UserPermission
	for _, name := range slices.Sorted(maps.Keys(accounts)) {
		grants := accounts[name].grants
		for _, vhost := range slices.Sorted(maps.Keys(grants)) {
			ps = append(ps, UserPermission{User: name, Vhost: vhost, Permission: grants[vhost].Permission})
		}
	}
	return ps
}

// PutUser adds the user, or replaces the one of the same name and keeps its
// permissions. u is copied.
func (d *Database) PutUser(u User) {
	u.Tags = slices.Clone(u.Tags)
	if u.HashingAlgorithm == Argon2id {
		d.slow.Store(true)
	}
	d.change(func(accounts map[string]*account) bool {
		var a account
		if old := accounts[u.Name]; old != nil {
			a = *old
		}
		a.user = &u
		accounts[u.Name] = &a
		return true
	})
}

// DeleteUser removes the user and its permissions; false when there is none.
func (d *Database) DeleteUser(name string) bool {
	return d.change(func(accounts map[string]*account) bool {
		_, found := accounts[name]
		delete(accounts, name)
		return found
	})
}

// SetPermission gives user the permission p in vhost, in place of any other.
// It refuses an invalid expression, and an unknown user with ErrNoUser.
func (d *Database) SetPermission(user, vhost string, p Permission) error {
	g, err := compileGrant(p)
	if err != nil {
		return err
	}
	set := d.edit(user, func(a *account) bool {
		a.grants = with(a.grants)
		a.grants[vhost] = g
		return true
	})
	if !set {
		return ErrNoUser
	}
	return nil
}

// ClearPermission takes the permission of user in vhost away; false when
// there is none.
func (d *Database) ClearPermission(user, vhost string) bool {
	return d.edit(user, func(a *account) (found bool) {
		a.grants, found = without(a.grants, vhost)
		return found
	})
}

// edit changes one account; false when there is none, or f changed nothing.
func (d *Database) edit(user string, f func(a *account) bool) bool {
	return d.change(func(accounts map[string]*account) bool { return edit(accounts, user, f) })
}

// DropVhost takes every permission in vhost away.
func (d *Database) DropVhost(vhost string) {
	d.change(func(accounts map[string]*account) bool {
		changed := false
		for user := range accounts {
			changed = edit(accounts, user, leave(vhost)) || changed
		}
		return changed
	})
}

func leave(vhost string) func(*account) bool {
	return func(a *account) bool {
		var granted, restricted bool
		a.grants, granted = without(a.grants, vhost)
		a.topics, restricted = without(a.topics, vhost)
		return granted || restricted
	}
}
