package exchange

import (
	"slices"

	"github.com/hutchmq/hutchmq/amqp"
)

// DelayedType is what the type is called that RabbitMQ's plugin for delayed
// messages brings: an exchange of it routes as the type does that delayedTypeArg
// names. Messages are delayed on any exchange, and not by it.
const (
	DelayedType    = "x-delayed-message"
	delayedTypeArg = "x-delayed-type"
)

type delayed struct{ types []Type }

// Delayed is DelayedType around one of types.
func Delayed(types []Type) Type { return delayed{slices.Clone(types)} }

func (delayed) Name() string { return DelayedType }

// New makes the router of the type that args name. The errors are the plugin's.
func (d delayed) New(args amqp.Table) (Router, error) {
	name, ok := args[delayedTypeArg].(string)
	switch {
	case !ok:
		return nil, amqp.NoDelayedType.New()
	case name == DelayedType:
		return nil, amqp.DelayedInDelayed.New()
	}
	i := slices.IndexFunc(d.types, func(t Type) bool { return t.Name() == name })
	if i < 0 {
		return nil, amqp.UnknownExchangeType.New(name)
	}
	return d.types[i].New(args)
}
