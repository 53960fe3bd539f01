// Package exchange routes: a message, its key and its headers in, destinations
// out. It knows nothing of queues, vhosts or sockets.
package exchange

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
)

// Destination is all an exchange knows of what it routes to: a queue or
// another exchange. Destinations are compared by identity, so an
// implementation is a pointer.
type Destination interface {
	DestinationName() string
}

// Binding ties a destination to an exchange. Two bindings are the same when
// destination, key and arguments are equal.
type Binding struct {
	Destination Destination
	Key         string
	Arguments   amqp.Table
}

// Type is a kind of exchange. Its methods may be called from anywhere.
type Type interface {
	// Name is what exchange.declare calls the type: "direct", "topic".
	Name() string
	// New makes an empty router, or refuses bad arguments with an *amqp.Error.
	New(args amqp.Table) (Router, error)
}

// Router decides where messages go. Route may run concurrently with itself
// and with one Bind or Unbind; Bind and Unbind must be serialised by the
// caller.
type Router interface {
	// Check refuses a binding with bad arguments (an *amqp.Error), without
	// changing anything.
	Check(b Binding) error
	// Bind adds b, which Check has passed; false when it was there already.
	Bind(b Binding) (added bool)
	// Unbind removes b; false when it was not there.
	Unbind(b Binding) (removed bool)
	// Route adds each destination of m under key to into, once. The key is
	// not always m.RoutingKey: CC and BCC headers route under further keys.
	Route(m *message.Message, key string, into *Set)
}

// Volatile is a Router that does not choose by the routing key alone, but by
// headers, by chance, or by what came before: what it chose for one message
// says nothing of the next. The method is never called.
type Volatile interface{ Volatile() }

// Single is a Router that takes a message once, under its own routing key,
// and not under those of its CC and BCC headers as well. The method is never
// called.
type Single interface{ Single() }

// Recalling is a Router that has past messages for who is bound anew.
type Recalling interface {
	// Recall lists them, the oldest first. They are not to be changed.
	Recall() []*message.Message
}
