package broker

import (
	"cmp"
	"errors"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/store"
)

// PutUser makes a user or changes its password and tags. Its limits stay.
func (b Acting) PutUser(name, password string, tags ...string) error {
	hash, algorithm, err := b.HashPassword(password)
	if err != nil {
		return err
	}
	return b.putUser(&definitions.User{Name: name, PasswordHash: hash, HashingAlgorithm: algorithm, Tags: tags})
}

func (b Acting) putUser(r *definitions.User) error {
	b.topology.Lock()
	defer b.topology.Unlock()
	old, err := load(b.store, &definitions.User{Name: r.Name})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if r.Limits == nil {
		r.Limits = old.Limits
	}
	return b.setUser(r)
}

// editUser changes the record of a user, and puts it into effect. It refuses
// an unknown user with auth.ErrNoUser.
func (b Acting) editUser(name string, edit func(r *definitions.User)) error {
	b.topology.Lock()
	defer b.topology.Unlock()
	r, err := load(b.store, &definitions.User{Name: name})
	if errors.Is(err, store.ErrNotFound) {
		return auth.ErrNoUser
	}
	if err != nil {
		return err
	}
	edit(r)
	return b.setUser(r)
}

// setUser stores r and puts it into effect. The topology lock is held.
func (b Acting) setUser(r *definitions.User) error {
	if _, err := limitsOf(r.Limits, userLimits); err != nil {
		return err
	}
	if err := set(b.store, r); err != nil {
		return err
	}
	was := b.auth.User(r.Name)
	if err := b.restoreUser(r); err != nil {
		return err
	}
	b.emitUser(was, b.auth.User(r.Name))
	return nil
}

func (b *Broker) restoreUser(r *definitions.User) error {
	l, err := limitsOf(r.Limits, userLimits)
	if err != nil {
		return err
	}
	b.auth.PutUser(userOf(r))
	b.limitUser(r.Name, l)
	return nil
}

func (b *Broker) limitUser(name string, l Limits) {
	b.mu.Lock()
	b.ofUser.edit(name, func(t *tally) { t.limit(l) })
	b.mu.Unlock()
}

// DeleteUser removes a user and its permissions, and closes its connections;
// one that is not there is no error.
func (b Acting) DeleteUser(name string) error {
	b.topology.Lock()
	defer b.topology.Unlock()
	var batch store.Batch
	b.owners.forget(&batch, definitions.Key(&definitions.User{Name: name}))
	err := each(b.store, definitions.KindPermission, func(r *definitions.Permission) error {
		if r.User == name {
			b.owners.forget(&batch, definitions.Key(r))
		}
		return nil
	})
	err = errors.Join(err, each(b.store, definitions.KindTopicPermission, func(r *definitions.TopicPermission) error {
		if r.User == name {
			b.owners.forget(&batch, definitions.Key(r))
		}
		return nil
	}))
	if err := errors.Join(err, b.store.Commit(&batch)); err != nil {
		return err
	}
	if b.auth.DeleteUser(name) {
		b.emit("user.deleted", named(name))
		b.kick("user '"+name+"' was deleted", func(c *Connection) bool { return c.User.Name == name })
	}
	b.limitUser(name, nil)
	return nil
}

// SetUser makes a user or puts r in its place. A Password is hashed; with
// neither a password nor a hash the user cannot log in with any. Limits that
// are nil stay. What is wrong with r comes back as an InvalidError or a
// LimitError.
func (b Acting) SetUser(r *definitions.User) error {
	user := *r
	user.Password = ""
	if r.Password != "" {
		var err error
		user.HashingAlgorithm = cmp.Or(r.HashingAlgorithm, *b.hashing.Load())
		if user.PasswordHash, err = auth.Hash(user.HashingAlgorithm, r.Password); err != nil {
			return InvalidError(err.Error())
		}
	}
	return b.putUser(&user)
}

// HashPassword hashes a password as new ones are, and names the algorithm.
func (b *Broker) HashPassword(password string) (hash, algorithm string, err error) {
	algorithm = *b.hashing.Load()
	hash, err = auth.Hash(algorithm, password)
	return hash, algorithm, err
}

// User finds a user, or returns nil.
func (b *Broker) User(name string) *auth.User { return b.auth.User(name) }

// UserRecord is a user as definitions have it, or auth.ErrNoUser.
func (b *Broker) UserRecord(name string) (*definitions.User, error) {
	r, err := load(b.store, &definitions.User{Name: name})
	if errors.Is(err, store.ErrNotFound) {
		return nil, auth.ErrNoUser
	}
	return r, err
}

// Users are all users by name. The slice is the caller's.
func (b *Broker) Users() []*auth.User { return b.auth.Users() }
