package vhost

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

const (
	queueType   = "x-queue-type"
	classicKind = "classic"
	quorumKind  = "quorum"
)

// SetDefaultKind makes kind the kind of queues whose declaration names none;
// "" leaves it to the node. Queues that are there stay what they are.
func (v *Vhost) SetDefaultKind(kind string) {
	if kind == "" {
		kind = v.options.DefaultKind
	}
	v.mu.Lock()
	v.defaultKind = kind
	v.mu.Unlock()
}

// DefaultKind is the kind of queues whose declaration names none.
func (v *Vhost) DefaultKind() string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.defaultKind
}

// KindOf is the kind of queue d asks for. Where it names none that is the
// default, unless a queue of the default kind might not be what d says
// besides: only a durable queue with a name, shared and not deleted by itself,
// can be of any kind.
func (v *Vhost) KindOf(d *queue.Declaration) string {
	if named, ok := d.Arguments[queueType]; ok {
		if s, ok := named.(string); ok {
			return s
		}
		return classicKind
	}
	if d.Name == "" || !d.Durable || d.Exclusive || d.AutoDelete {
		return classicKind
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.defaultKind
}

// sameKind refuses a declaration that asks for another kind than q is. One
// that names no kind is equivalent to one that named none, even if the default
// has changed in between.
func (q *Queue) sameKind(d *queue.Declaration) error {
	if d.Arguments[queueType] == nil && q.Arguments[queueType] == nil {
		return nil
	}
	if kind := q.vhost.KindOf(d); kind != q.Kind {
		return amqp.Inequivalent.New(queueType, q, kind, q.Kind)
	}
	return nil
}
