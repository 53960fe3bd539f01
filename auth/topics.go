package auth

import (
	"maps"
	"slices"
)

// UserTopicPermission is a topic permission and what it is for.
type UserTopicPermission struct {
	User, Vhost, Exchange string
	TopicPermission
}

// Topics returns what topic permissions say of u in vhost, for a client of
// that id if it has one; nil when they say nothing.
func (d *Database) Topics(u *User, vhost, clientID string) *Topics {
	a := d.now.Load().accounts[u.Name]
	if a == nil || len(a.topics[vhost]) == 0 {
		return nil
	}
	t := &Topics{grants: make(map[string]*topicGrant, len(a.topics[vhost]))}
	for exchange, g := range a.topics[vhost] {
		t.grants[exchange] = g.of(clientID)
	}
	return t
}

// TopicPermissions returns all topic permissions by user, vhost and exchange.
// The slice is the caller's.
func (d *Database) TopicPermissions() []UserTopicPermission {
	accounts := d.now.Load().accounts
	var ps []UserTopicPermission
	for _, user := range slices.Sorted(maps.Keys(accounts)) {
		topics := accounts[user].topics
		for _, vhost := range slices.Sorted(maps.Keys(topics)) {
			for _, exchange := range slices.Sorted(maps.Keys(topics[vhost])) {
				ps = append(ps, UserTopicPermission{user, vhost, exchange, topics[vhost][exchange].TopicPermission})
			}
		}
	}
	return ps
}

// SetTopicPermission limits the routing keys of user on exchange, in place of
// any other limit. It refuses an invalid expression, and an unknown user with
// ErrNoUser. Nobody asks whether the exchange exists.
func (d *Database) SetTopicPermission(user, vhost, exchange string, p TopicPermission) error {
	g, err := newTopicGrant(user, vhost, p)
	if err != nil {
		return err
	}
	set := d.edit(user, func(a *account) bool {
		a.topics = with(a.topics)
		a.topics[vhost] = with(a.topics[vhost])
		a.topics[vhost][exchange] = g
		return true
	})
	if !set {
		return ErrNoUser
	}
	return nil
}

// ClearTopicPermission takes the topic permission of user on exchange away;
// false when there is none.
func (d *Database) ClearTopicPermission(user, vhost, exchange string) bool {
	return d.edit(user, func(a *account) bool {
		left, found := without(a.topics[vhost], exchange)
		if !found {
			return false
		}
		a.topics = with(a.topics)
		a.topics[vhost] = left
		if len(left) == 0 {
			delete(a.topics, vhost)
		}
		return true
	})
}
