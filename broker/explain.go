package broker

import (
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/vhost"
)

// Step is a part of the way that a message would go.
type Step struct {
	Binding           // without a key where there was none to match
	Bound      bool   // by a binding; else by the queue's name, or by
	Alternate  bool   // the alternate exchange, as nothing else was reached
	SourceKind string // the type of the exchange
}

// Explain is how a message, published to an exchange, would go: see that of the
// vhost. It refuses an unknown vhost or exchange.
func (b *Broker) Explain(vhostName, exchangeName string, m *message.Message, most int) (steps []Step, whole bool, err error) {
	v, err := b.Vhost(vhostName)
	if err != nil {
		return nil, false, err
	}
	x, err := v.Exchange(exchangeName)
	if err != nil {
		return nil, false, err
	}
	m.Exchange = exchangeName
	list, whole, err := v.Explain(x, m, most)
	for i := range list {
		steps = append(steps, stepOf(v, &list[i]))
	}
	return steps, whole, err
}

func stepOf(v *vhost.Vhost, s *vhost.Step) Step {
	_, toExchange := s.To.(*vhost.Exchange)
	shown := Step{
		Binding:    Binding{Vhost: v.Name, ToExchange: toExchange, Link: Link{Source: s.From.Name, Destination: s.To.DestinationName()}},
		Bound:      s.Binding != nil,
		Alternate:  s.Alternate,
		SourceKind: s.From.Kind,
	}
	switch {
	case s.Binding != nil:
		shown.Key, shown.Arguments = s.Binding.Key, s.Binding.Arguments
	case s.From.Name == "":
		shown.Key = shown.Destination
	}
	return shown
}
