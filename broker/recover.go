package broker

import (
	"errors"
	"fmt"
	"slices"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/policy"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/store"
	"github.com/hutchmq/hutchmq/vhost"
)

// recover takes up what the store holds; found is false when it holds nothing.
// What refers to others comes after them.
func (b *Broker) recover() (found bool, err error) {
	queues := map[uint64]bool{}
	steps := []func() error{
		func() error {
			return each(b.store, definitions.KindVhost, func(r *definitions.Vhost) error {
				found = true
				return b.restoreVhost(r)
			})
		},
		func() error {
			return each(b.store, definitions.KindUser, func(r *definitions.User) error {
				found = true
				return b.restoreUser(r)
			})
		},
		func() error {
			return each(b.store, definitions.KindPermission, func(r *definitions.Permission) error {
				return b.auth.SetPermission(r.User, r.Vhost, permissionOf(r))
			})
		},
		func() error { // before the queues, which open with what policies say
			return each(b.store, definitions.KindPolicy, func(r *definitions.Policy) error {
				return b.restorePolicy(policy.User, r)
			})
		},
		func() error { return each(b.store, definitions.KindParameter, b.restoreParameter) },
		func() error {
			return each(b.store, definitions.KindTopicPermission, func(r *definitions.TopicPermission) error {
				return b.auth.SetTopicPermission(r.User, r.Vhost, r.Exchange, topicPermissionOf(r))
			})
		},
		func() error { return each(b.store, definitions.KindExchange, b.restoreExchange) },
		func() error {
			return each(b.store, definitions.KindQueue, func(r *definitions.Queue) error {
				queues[r.ID] = true
				return b.restoreQueue(r)
			})
		},
		func() error { return each(b.store, definitions.KindBinding, b.restoreBinding) },
		func() error { return b.restoreWills(queues) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return found, err
		}
	}
	if err := b.restoreDelayed(queues); err != nil {
		return found, err
	}
	if err := b.dropOrphans(queues); err != nil {
		return found, err
	}
	b.vopts.Dedup.Retain(func(name string) bool {
		_, err := b.Vhost(name)
		return err == nil
	})
	if err := b.resumeSchedules(); err != nil {
		return found, err
	}
	for _, v := range b.Vhosts() {
		v.Restored()
	}
	return found, nil
}

// stored finds the vhost of a record, and its arguments.
func (b *Broker) stored(name string, encoded []byte, o definitions.Object) (*vhost.Vhost, amqp.Table, error) {
	v, err := b.Vhost(name)
	if err != nil {
		return nil, nil, err
	}
	args, err := arguments(encoded, o)
	return v, args, err
}

// restoreParameter puts back a parameter of a component that is here.
func (b *Broker) restoreParameter(r *definitions.Parameter) error {
	if r.Component == definitions.OperatorPolicy {
		return b.restoreOperatorPolicy(r)
	}
	if r.Component == definitions.ScheduleComponent {
		return b.schedules.load(r)
	}
	return nil
}

func (b *Broker) restoreExchange(r *definitions.Exchange) error {
	v, args, err := b.stored(r.Vhost, r.Encoded, r.Arguments)
	if err != nil {
		return err
	}
	return v.RestoreExchange(vhost.ExchangeDeclaration{
		Name: r.Name, Kind: r.Type, Durable: true, AutoDelete: r.AutoDelete, Internal: r.Internal, Arguments: args,
		By: r.DeclaredBy, ID: r.ID,
	})
}

func (b *Broker) restoreQueue(r *definitions.Queue) error {
	v, args, err := b.stored(r.Vhost, r.Encoded, r.Arguments)
	if err != nil {
		return err
	}
	m := vhost.Marks{Protected: r.Protected, Paused: r.Paused}
	d := queue.Declaration{ID: r.ID, Name: r.Name, Durable: true, AutoDelete: r.AutoDelete, Arguments: args}
	if len(r.Declared) >= 4 { // a length is before them
		m.Amended = &args
		if d.Arguments, err = amqp.ParseTable(r.Declared[4:]); err != nil {
			return err
		}
	}
	return v.RestoreQueue(d, r.Type, m)
}

func (b *Broker) restoreBinding(r *definitions.Binding) error {
	v, args, err := b.stored(r.Vhost, r.Encoded, r.Arguments)
	if err != nil {
		return err
	}
	if r.Source == eventExchange || r.Destination == eventExchange {
		// In what was the default vhost once it stays as long as it is bound.
		if err := restoreEventExchange(v); err != nil {
			return err
		}
	}
	return v.RestoreBinding(r.Source, r.Destination, r.DestinationType == "exchange", r.RoutingKey, args)
}

// dropOrphans forgets what is stored of queues that no longer exist: the crash
// came between the end of the queue and the end of its log.
func (b *Broker) dropOrphans(queues map[uint64]bool) error {
	for _, id := range b.store.Logs() {
		if queues[id] {
			continue
		}
		l, err := b.store.Log(id, false, nobody{})
		if err != nil {
			return fmt.Errorf("log of a deleted queue: %w", err)
		}
		l.Drop()
	}
	return nil
}

// nobody owns a log that is about to be dropped.
type nobody struct{}

func (nobody) Stored(uint64, error) {}

// inVhosts are the kinds of records that go with their vhost. Those of
// exchanges, queues and bindings went before, each with what it is of.
var inVhosts = []definitions.Kind{
	definitions.KindPermission, definitions.KindTopicPermission, definitions.KindPolicy, definitions.KindParameter,
}

// forgetVhost deletes the records of a vhost and of what is inVhosts.
func (b *Broker) forgetVhost(name string) error {
	var batch store.Batch
	b.owners.forget(&batch, definitions.Key(&definitions.Vhost{Name: name}))
	var errs []error
	for _, kind := range inVhosts {
		errs = append(errs, b.store.Scan(definitions.PrefixIn(kind, name), func(key, _ []byte) bool {
			b.owners.forget(&batch, slices.Clone(key))
			return true
		}))
	}
	errs = append(errs, b.store.Scan(willsIn(name), func(key, _ []byte) bool {
		batch.Delete(slices.Clone(key))
		return true
	}))
	return errors.Join(append(errs, b.store.Commit(&batch))...)
}

func userOf(r *definitions.User) auth.User {
	return auth.User{
		Name: r.Name, PasswordHash: r.PasswordHash, HashingAlgorithm: r.HashingAlgorithm, Tags: r.Tags,
	}
}

func topicPermissionOf(r *definitions.TopicPermission) auth.TopicPermission {
	return auth.TopicPermission{Write: r.Write, Read: r.Read}
}

func permissionOf(r *definitions.Permission) auth.Permission {
	return auth.Permission{Configure: r.Configure, Write: r.Write, Read: r.Read}
}
