package broker

import (
	"errors"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/policy"
	"github.com/hutchmq/hutchmq/vhost"
)

// remove deletes what r describes; what is not there is no error.
func (b Acting) remove(r definitions.Record) error {
	var err error
	switch r := r.(type) {
	case *definitions.User:
		err = b.DeleteUser(r.Name)
	case *definitions.Vhost:
		err = b.DeleteVhost(r.Name)
	case *definitions.Permission:
		err = b.ClearPermission(r.User, r.Vhost)
	case *definitions.TopicPermission:
		err = b.ClearTopicPermission(r.User, r.Vhost, r.Exchange)
	case *definitions.Policy:
		_, err = b.DeletePolicy(policy.User, r.Vhost, r.Name)
	case *definitions.Parameter:
		_, err = b.DeleteParameter(r.Component, r.Vhost, r.Name)
	case *definitions.GlobalParameter:
		_, err = b.DeleteGlobalParameter(r.Name)
	default:
		err = b.removeTopology(r)
	}
	if amqp.NoVhost.Is(err) || amqp.NoQueue.Is(err) || amqp.NoExchange.Is(err) || errors.Is(err, auth.ErrNoUser) {
		return nil
	}
	return err
}

// removeTopology is remove for what is in a vhost.
func (b Acting) removeTopology(r definitions.Record) error {
	v, err := b.Vhost(definitions.VhostOf(r))
	if err != nil {
		return err
	}
	switch r := r.(type) {
	case *definitions.Exchange:
		return v.By(b.by).DeleteExchange(r.Name, false)
	case *definitions.Queue:
		q, err := v.Queue(r.Name, 0)
		if err == nil {
			_, err = v.By(b.by).DeleteQueue(q, false, false)
		}
		return err
	case *definitions.Binding:
		to, err := destination(v, r)
		if err != nil {
			return err
		}
		return v.By(b.by).Unbind(r.Source, to, r.RoutingKey, argumentsOf(r.Encoded, r.Arguments))
	}
	return nil
}

// restore makes what was there before be there again.
func (b Acting) restore(r definitions.Record) error {
	switch r := r.(type) {
	case *definitions.User:
		was := *r
		if was.Limits == nil {
			was.Limits = definitions.Object{}
		}
		return b.putUser(&was)
	case *definitions.Vhost:
		if err := b.CreateVhost(r.Name); err != nil {
			return err
		}
		return b.editVhost(r.Name, func(now *definitions.Vhost) { *now = *r })
	case *definitions.Queue:
		return b.restoreMarks(r)
	}
	return b.importRecord(r)
}

// restoreMarks declares a queue unless it is there, and marks it as it was.
func (b Acting) restoreMarks(r *definitions.Queue) error {
	v, err := b.Vhost(r.Vhost)
	if err != nil {
		return err
	}
	q, err := v.Queue(r.Name, 0)
	if amqp.NoQueue.Is(err) {
		return b.importQueue(r)
	}
	if err != nil {
		return err
	}
	return errors.Join(v.Protect(q, r.Protected), pause(v, q, r.Paused))
}

// pause pauses a queue or lets it go on, if it is not as it should be.
func pause(v *vhost.Vhost, q *vhost.Queue, on bool) error {
	if q.Marks().Paused == on {
		return nil
	}
	return v.Pause(q, on)
}
