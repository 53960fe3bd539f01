package broker

import (
	"errors"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/store"
)

// PutUser makes a user or changes its password and tags.
func (b *Broker) PutUser(name, password string, tags ...string) error {
	hash, err := auth.Hash(auth.SHA256, password)
	if err != nil {
		return err
	}
	return b.putUser(&definitions.User{
		Name: name, PasswordHash: hash, HashingAlgorithm: auth.SHA256, Tags: tags,
	})
}

func (b *Broker) putUser(r *definitions.User) error {
	b.topology.Lock()
	defer b.topology.Unlock()
	if err := set(b.store, r); err != nil {
		return err
	}
	was, is := b.auth.User(r.Name), userOf(r)
	b.auth.PutUser(is)
	b.emitUser(was, &is)
	return nil
}

// DeleteUser removes a user and its permissions; one that is not there is no
// error.
func (b *Broker) DeleteUser(name string) error {
	b.topology.Lock()
	defer b.topology.Unlock()
	var batch store.Batch
	batch.Delete(definitions.Key(&definitions.User{Name: name}))
	err := each(b.store, definitions.KindPermission, func(r *definitions.Permission) error {
		if r.User == name {
			batch.Delete(definitions.Key(r))
		}
		return nil
	})
	if err := errors.Join(err, b.store.Commit(&batch)); err != nil {
		return err
	}
	if b.auth.DeleteUser(name) {
		b.emit("user.deleted", named(name))
	}
	return nil
}

// SetPermission gives a user rights in a vhost, instead of those it had.
func (b *Broker) SetPermission(user, vhostName string, p auth.Permission) error {
	b.topology.Lock()
	defer b.topology.Unlock()
	if _, err := b.Vhost(vhostName); err != nil {
		return err
	}
	if b.auth.User(user) == nil {
		return auth.ErrNoUser
	}
	if err := p.Check(); err != nil {
		return err
	}
	err := set(b.store, &definitions.Permission{
		User: user, Vhost: vhostName, Configure: p.Configure, Write: p.Write, Read: p.Read,
	})
	if err != nil {
		return err
	}
	if err := b.auth.SetPermission(user, vhostName, p); err != nil {
		return err
	}
	b.emit("permission.created", func() amqp.Table {
		return amqp.Table{"user": user, "vhost": vhostName, "configure": p.Configure, "write": p.Write, "read": p.Read}
	})
	return nil
}

// ClearPermission takes all rights in a vhost from a user.
func (b *Broker) ClearPermission(user, vhostName string) error {
	b.topology.Lock()
	defer b.topology.Unlock()
	if err := forget(b.store, &definitions.Permission{User: user, Vhost: vhostName}); err != nil {
		return err
	}
	if b.auth.ClearPermission(user, vhostName) {
		b.emit("permission.deleted", func() amqp.Table { return amqp.Table{"user": user, "vhost": vhostName} })
	}
	return nil
}
