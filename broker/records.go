package broker

import (
	"fmt"
	"math"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/store"
	"github.com/hutchmq/hutchmq/vhost"
)

// records keeps durable topology in the store; it is the vhosts' Keeper.
type records struct {
	store  store.Store
	owners *owners
}

// Keep implements vhost.Keeper.
func (r records) Keep(changes []vhost.Change) error {
	var b store.Batch
	for _, c := range changes {
		if c.Will {
			if err := putWill(&b, c.Queue, c.Forget); err != nil {
				return err
			}
			continue
		}
		rec := recordOf(c)
		if c.Forget {
			r.owners.forget(&b, definitions.Key(rec))
			continue
		}
		if err := put(&b, rec); err != nil {
			return err
		}
	}
	return r.store.Commit(&b)
}

func put(b *store.Batch, rec definitions.Record) error {
	value, err := definitions.Encode(rec)
	if err == nil {
		b.Set(definitions.Key(rec), value)
	}
	return err
}

// set stores one record.
func set(s store.Store, rec definitions.Record) error {
	var b store.Batch
	if err := put(&b, rec); err != nil {
		return err
	}
	return s.Commit(&b)
}

// load reads the record that has the identity of r, or returns
// store.ErrNotFound.
func load[T definitions.Record](s store.Store, r T) (T, error) {
	key := definitions.Key(r)
	value, err := s.Get(key)
	if err != nil {
		return r, err
	}
	stored, err := definitions.Decode(key, value)
	if err != nil {
		return r, err
	}
	return stored.(T), nil
}

func recordOf(c vhost.Change) definitions.Record {
	switch {
	case c.Exchange != nil:
		return exchangeRecord(c.Exchange)
	case c.Queue != nil:
		return queueRecord(c.Queue)
	}
	return bindingRecord(c.Binding)
}

func exchangeRecord(x *vhost.Exchange) *definitions.Exchange {
	return &definitions.Exchange{
		Vhost: x.Vhost(), Name: x.Name, Type: x.Kind, Durable: x.Durable, AutoDelete: x.AutoDelete,
		Internal: x.Internal, Arguments: object(x.Arguments), Encoded: encoded(x.Arguments),
		DeclaredBy: x.DeclaredBy, ID: x.ID,
	}
}

func queueRecord(q *vhost.Queue) *definitions.Queue {
	return &definitions.Queue{
		Vhost: q.Vhost, Name: q.Name, Type: q.Kind, Durable: q.Durable, AutoDelete: q.AutoDelete,
		Arguments: object(q.Current()), Encoded: encoded(q.Current()), Declared: declared(q), ID: q.ID,
		Protected: q.Marks().Protected, Paused: q.Marks().Paused,
	}
}

// declared are the arguments q was declared with, behind their length, where
// others hold.
func declared(q *vhost.Queue) []byte {
	if q.Marks().Amended == nil {
		return nil
	}
	return amqp.AppendTable(nil, q.Arguments)
}

func bindingRecord(b *vhost.Binding) *definitions.Binding {
	kind := "queue"
	if _, ok := b.Destination.(*vhost.Exchange); ok {
		kind = "exchange"
	}
	return &definitions.Binding{
		Vhost: b.Source.Vhost(), Source: b.Source.Name, Destination: b.Destination.DestinationName(),
		DestinationType: kind, RoutingKey: b.Key, Arguments: object(b.Arguments), Encoded: encoded(b.Arguments),
	}
}

// encoded keeps the types of arguments, which JSON would lose.
func encoded(args amqp.Table) []byte {
	if len(args) == 0 {
		return nil
	}
	return amqp.AppendTable(nil, args)[4:]
}

// Plain is args as JSON can say them.
func Plain(args amqp.Table) definitions.Object { return object(args) }

// Arguments undoes Plain, for what came as JSON. What AMQP cannot say, or not
// so deep, is an InvalidError.
func Arguments(o definitions.Object) (amqp.Table, error) {
	t := table(o)
	if err := t.Check(); err != nil {
		return nil, InvalidError("the arguments cannot be sent: " + err.Error())
	}
	return t, nil
}

// object is args as JSON can say them.
func object(args amqp.Table) definitions.Object {
	o := make(definitions.Object, len(args))
	for k, v := range args {
		o[k] = plain(v)
	}
	return o
}

func plain(v any) any {
	switch v := v.(type) {
	case amqp.Table:
		return map[string]any(object(v))
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = plain(v[i])
		}
		return list
	case []byte:
		return string(v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
	case float32:
		return plain(float64(v))
	}
	return v
}

// arguments undoes encoded; a record that was imported has only the object.
func arguments(encoded []byte, o definitions.Object) (amqp.Table, error) {
	if len(encoded) > 0 {
		return amqp.ParseTable(encoded)
	}
	return table(o), nil
}

// table turns what a definitions file says into AMQP's types.
func table(o map[string]any) amqp.Table {
	if len(o) == 0 {
		return nil
	}
	t := make(amqp.Table, len(o))
	for k, v := range o {
		t[k] = field(v)
	}
	return t
}

func field(v any) any {
	switch v := v.(type) {
	case map[string]any:
		return table(v)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = field(v[i])
		}
		return list
	}
	return v
}

// each yields the stored records of one kind.
func each[T definitions.Record](s store.Store, kind definitions.Kind, yield func(T) error) error {
	var failed error
	err := s.Scan(definitions.Prefix(kind), func(key, value []byte) bool {
		r, err := definitions.Decode(key, value)
		if err == nil {
			if rec, ok := r.(T); ok {
				err = yield(rec)
			}
		}
		if err != nil {
			failed = fmt.Errorf("stored %s: %w", kind, err)
		}
		return failed == nil
	})
	if failed != nil {
		return failed
	}
	return err
}
