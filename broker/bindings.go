package broker

import "github.com/hutchmq/hutchmq/vhost"

// Binding ties a queue or an exchange to an exchange, as faces list it. Its
// arguments are shared: they must not change.
type Binding struct {
	Vhost string
	Link
	ToExchange bool // Destination is an exchange
}

// Bindings lists the bindings of a vhost, in no order: those that were made,
// and the one of each queue to the default exchange, which has no name. It
// refuses an unknown vhost.
func (b *Broker) Bindings(vhostName string) ([]Binding, error) {
	v, err := b.Vhost(vhostName)
	if err != nil {
		return nil, err
	}
	var list []Binding
	for _, x := range v.Exchanges() {
		list = appendBindings(list, x.Bindings())
	}
	for _, q := range v.Queues() {
		list = append(list, defaultBinding(q))
	}
	return list, nil
}

// BindingsOf lists what ties q to exchanges, in no order, the default one
// included.
func (b *Broker) BindingsOf(q *Queue) []Binding {
	return appendBindings([]Binding{defaultBinding(q)}, q.Inbound())
}

// BindingsFrom lists what is bound to x, in no order.
func (b *Broker) BindingsFrom(x *Exchange) []Binding {
	if x.Name != "" {
		return appendBindings(nil, x.Bindings())
	}
	var list []Binding
	if v, err := b.Vhost(x.Vhost()); err == nil {
		for _, q := range v.Queues() {
			list = append(list, defaultBinding(q))
		}
	}
	return list
}

// BindingsTo lists what ties x to other exchanges, in no order.
func (b *Broker) BindingsTo(x *Exchange) []Binding { return appendBindings(nil, x.Inbound()) }

func appendBindings(list []Binding, bs []*vhost.Binding) []Binding {
	for _, b := range bs {
		_, toExchange := b.Destination.(*vhost.Exchange)
		list = append(list, Binding{
			Vhost: b.Source.Vhost(), ToExchange: toExchange,
			Link: Link{Source: b.Source.Name, Destination: b.Destination.DestinationName(), Key: b.Key, Arguments: b.Arguments},
		})
	}
	return list
}

func defaultBinding(q *Queue) Binding {
	return Binding{Vhost: q.Vhost, Link: Link{Destination: q.Name, Key: q.Name}}
}
