package exchange

import "github.com/hutchmq/hutchmq/amqp"

// Deduplicating routes as Fanout does. That a message does not pass twice is not
// its business: whoever keeps an exchange of its name remembers what came.
var Deduplicating Type = deduplicatingType{}

type deduplicatingType struct{}

func (deduplicatingType) Name() string { return "x-message-deduplication" }

func (deduplicatingType) New(args amqp.Table) (Router, error) { return Fanout.New(args) }
