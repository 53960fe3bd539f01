package auth

import "maps"

// snapshot is all a Database knows at a moment. It never changes.
type snapshot struct {
	version  uint64
	accounts map[string]*account
}

type account struct {
	user   *User
	grants map[string]*grant                 // by vhost
	topics map[string]map[string]*topicGrant // by vhost and exchange
}

// change swaps in a copy of the accounts that f has changed, unless f says
// that it changed nothing.
func (d *Database) change(f func(accounts map[string]*account) bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	old := d.now.Load()
	accounts := with(old.accounts)
	if !f(accounts) {
		return false
	}
	d.now.Store(&snapshot{version: old.version + 1, accounts: accounts})
	return true
}

// edit replaces the account of user by a copy that f has changed; false when
// there is no such user, or f changed nothing. f copies a map it changes.
func edit(accounts map[string]*account, user string, f func(a *account) bool) bool {
	old := accounts[user]
	if old == nil {
		return false
	}
	a := *old
	if !f(&a) {
		return false
	}
	accounts[user] = &a
	return true
}

// with is a copy of m to add to.
func with[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return maps.Clone(m)
}

// without is a copy of m without key; false when key was not in it.
func without[V any](m map[string]V, key string) (map[string]V, bool) {
	if _, found := m[key]; !found {
		return m, false
	}
	m = maps.Clone(m)
	delete(m, key)
	return m, true
}
