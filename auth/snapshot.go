package auth

import "maps"

// snapshot is all a Database knows at a moment. It never changes.
type snapshot struct {
	version  uint64
	accounts map[string]*account
}

type account struct {
	user   *User
	grants map[string]*grant // by vhost
}

// change swaps in a copy of the accounts that f has changed, unless f says
// that it changed nothing.
func (d *Database) change(f func(accounts map[string]*account) bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	old := d.now.Load()
	accounts := maps.Clone(old.accounts)
	if accounts == nil {
		accounts = map[string]*account{}
	}
	if !f(accounts) {
		return false
	}
	d.now.Store(&snapshot{version: old.version + 1, accounts: accounts})
	return true
}

// edit replaces the account of user by one whose grants f has changed; false
// when there is no such user, or f changed nothing.
func edit(accounts map[string]*account, user string, f func(grants map[string]*grant) bool) bool {
	a := accounts[user]
	if a == nil {
		return false
	}
	grants := maps.Clone(a.grants)
	if grants == nil {
		grants = map[string]*grant{}
	}
	if !f(grants) {
		return false
	}
	accounts[user] = &account{user: a.user, grants: grants}
	return true
}
