package broker

import (
	"reflect"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/vhost"
)

// ProtectedError refuses to delete the vhost of that name.
type ProtectedError string

// Error implements error in RabbitMQ's words.
func (e ProtectedError) Error() string {
	return "Refusing to delete virtual host '" + string(e) + "' because it is protected from deletion"
}

// InvalidError says what is wrong with a setting that somebody wants to make.
type InvalidError string

// Error implements error.
func (e InvalidError) Error() string { return string(e) }

// PutVhost makes a vhost, or puts m in the place of what is said of it.
func (b Acting) PutVhost(name string, m definitions.Metadata) error {
	if err := b.checkKind(m.DefaultQueueType); err != nil {
		return err
	}
	if err := b.CreateVhost(name); err != nil {
		return err
	}
	return b.editVhost(name, func(r *definitions.Vhost) { r.Metadata = m })
}

// ProtectVhost says whether DeleteVhost refuses a vhost.
func (b Acting) ProtectVhost(name string, on bool) error {
	return b.editVhost(name, func(r *definitions.Vhost) { r.Metadata.ProtectedFromDeletion = on })
}

// VhostRecord is a vhost as definitions have it. It refuses an unknown one.
func (b *Broker) VhostRecord(name string) (*definitions.Vhost, error) {
	if _, err := b.Vhost(name); err != nil {
		return nil, err
	}
	return load(b.store, &definitions.Vhost{Name: name})
}

// VhostMetadata is what is said of a vhost. It refuses an unknown one.
func (b *Broker) VhostMetadata(name string) (definitions.Metadata, error) {
	r, err := b.VhostRecord(name)
	if err != nil {
		return definitions.Metadata{}, err
	}
	return r.Metadata, nil
}

// editVhost changes the record of a vhost, and puts it into effect. It refuses
// an unknown vhost with 530.
func (b Acting) editVhost(name string, edit func(r *definitions.Vhost)) error {
	b.topology.Lock()
	defer b.topology.Unlock()
	v, err := b.Vhost(name)
	if err != nil {
		return err
	}
	r, err := load(b.store, &definitions.Vhost{Name: name})
	if err != nil {
		return err
	}
	was := *r
	edit(r)
	l, err := b.checkVhost(r)
	if err != nil {
		return err
	}
	if err := set(b.store, r); err != nil {
		return err
	}
	b.configure(v, r, l)
	if r.Tracing != was.Tracing || !reflect.DeepEqual(r.Metadata, was.Metadata) {
		b.Note("vhost.changed", vhostSaid(r))
	}
	return nil
}

// vhostSaid is what the audit log says of a vhost.
func vhostSaid(r *definitions.Vhost) amqp.Table {
	m := &r.Metadata
	return amqp.Table{
		"name": r.Name, "description": m.Description, "tags": texts(m.Tags), "default_queue_type": m.DefaultQueueType,
		"protected_from_deletion": m.ProtectedFromDeletion, "tracing": r.Tracing,
	}
}

// checkVhost reads the limits in r, and refuses what cannot be in effect.
func (b *Broker) checkVhost(r *definitions.Vhost) (Limits, error) {
	if err := b.checkKind(r.Metadata.DefaultQueueType); err != nil {
		return nil, err
	}
	return limitsOf(r.Limits, vhostLimits)
}

func (b *Broker) checkKind(kind string) error {
	if kind != "" && b.vopts.QueueTypes[kind] == nil {
		return InvalidError("queue type '" + kind + "' is not available")
	}
	return nil
}

// configure puts what r says of v into effect.
func (b *Broker) configure(v *vhost.Vhost, r *definitions.Vhost, l Limits) {
	v.SetTracing(r.Tracing)
	v.SetDefaultKind(r.Metadata.DefaultQueueType)
	most, ok := l[MaxQueues]
	if !ok {
		most = -1
	}
	v.SetMaxQueues(most)
	b.mu.Lock()
	b.inVhost.edit(v.Name, func(t *tally) { t.limit(l) })
	b.mu.Unlock()
	b.alarms.told()
}

// importVhost makes a vhost, and changes what r speaks of.
func (b Acting) importVhost(r *definitions.Vhost) error {
	if _, err := b.checkVhost(r); err != nil {
		return err
	}
	if err := b.CreateVhost(r.Name); err != nil {
		return err
	}
	return b.editVhost(r.Name, func(now *definitions.Vhost) { become(now, r) })
}

// become changes a vhost as far as r speaks of it.
func become(now, r *definitions.Vhost) {
	m := r.Metadata
	if m.Description != "" || m.Tags != nil || m.DefaultQueueType != "" || m.ProtectedFromDeletion {
		now.Metadata = m
	}
	if len(r.Limits) > 0 {
		now.Limits = r.Limits
	}
	now.Tracing = now.Tracing || r.Tracing
}

func (b *Broker) restoreVhost(r *definitions.Vhost) error {
	l, err := b.checkVhost(r)
	if err != nil {
		return err
	}
	v, err := vhost.New(r.Name, b.vopts)
	if err != nil {
		return err
	}
	b.configure(v, r, l)
	return b.addVhost(v)
}
