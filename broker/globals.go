package broker

import (
	"encoding/json"
	"errors"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/store"
)

// SetGlobalParameter makes a setting of the whole cluster or changes it;
// created tells which. The value is JSON, and kept as it is.
func (b Acting) SetGlobalParameter(r *definitions.GlobalParameter) (created bool, err error) {
	b.topology.Lock()
	defer b.topology.Unlock()
	var text string
	if r.Name == clusterName && json.Unmarshal(r.Value, &text) != nil {
		return false, ParameterError("the name of a cluster is a text")
	}
	_, err = load(b.store, &definitions.GlobalParameter{Name: r.Name})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return false, err
	}
	created = err != nil
	if err := set(b.store, r); err != nil {
		return false, err
	}
	b.emit("parameter.set", func() amqp.Table { return amqp.Table{"vhost": "global", "name": r.Name} })
	return created, nil
}

// DeleteGlobalParameter removes a setting of the whole cluster; there tells
// whether it was there.
func (b Acting) DeleteGlobalParameter(name string) (there bool, err error) {
	b.topology.Lock()
	defer b.topology.Unlock()
	r, err := load(b.store, &definitions.GlobalParameter{Name: name})
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err == nil {
		err = b.forget(r)
	}
	if err == nil {
		b.emit("parameter.cleared", func() amqp.Table { return amqp.Table{"vhost": "global", "name": name} })
	}
	return true, err
}

// GlobalParameters lists the settings of the whole cluster. The slice is the
// caller's.
func (b *Broker) GlobalParameters() (list []definitions.GlobalParameter, err error) {
	err = each(b.store, definitions.KindGlobalParameter, func(r *definitions.GlobalParameter) error {
		list = append(list, *r)
		return nil
	})
	return list, err
}
