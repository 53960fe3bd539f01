package queue

import (
	"slices"

	"github.com/hutchmq/hutchmq/stats"
)

// Event is something that happens to a message and is counted.
type Event uint8

// The events, by what RabbitMQ's API calls them in message_stats. A channel
// counts what its client did, a queue what happened in it, an exchange what
// came in and went out; a vhost and a node count what their channels do.
const (
	Published      Event = iota // by a channel; into a queue
	PublishedIn                 // into an exchange
	PublishedOut                // from an exchange, once for each queue
	Confirmed                   // told the publisher
	Returned                    // mandatory, and no queue wanted it
	Dropped                     // no queue wanted it, and nobody asked
	Delivered                   // to a consumer that acknowledges
	DeliveredNoAck              // to one that does not
	Got                         // by basic.get, to be acknowledged
	GotNoAck
	GotNothing  // basic.get of an empty queue
	Redelivered // any of these, when the message was out before
	Acked
	DiskReads
	DiskWrites
	Deduplicated // not enqueued, since it came before

	Events = iota // how many there are
)

var eventNames = [Events]string{
	"publish", "publish_in", "publish_out", "confirm", "return_unroutable", "drop_unroutable",
	"deliver", "deliver_no_ack", "get", "get_no_ack", "get_empty", "redeliver", "ack", "disk_reads", "disk_writes",
	"deduplicated",
}

// String is the event's key in message_stats.
func (e Event) String() string { return eventNames[e] }

// Traffic counts events. Whoever holds one guards it.
type Traffic [Events]uint64

// Add counts what o has counted.
func (t *Traffic) Add(o *Traffic) {
	for e, n := range o {
		t[e] += n
	}
}

// DeliverGet is everything that went out: deliver_get in message_stats.
func (t *Traffic) DeliverGet() uint64 { return t[Delivered] + t[DeliveredNoAck] + t[Got] + t[GotNoAck] }

// IsZero reports whether nothing was counted.
func (t *Traffic) IsZero() bool { return *t == Traffic{} }

// Counters is a Traffic that anybody may add to and read at any time. The zero
// Counters is ready.
type Counters [Events]stats.Counter

// Traffic is what was counted so far.
func (c *Counters) Traffic() (t Traffic) {
	for e := range c {
		t[e] = c[e].Load()
	}
	return t
}

// Deaths counts, for each of Reasons, the messages that died of it.
type Deaths [6]uint64

// Reasons are what a message dies of, in the order of Deaths.
var Reasons = [...]Reason{Rejected, Expired, MaxLen, DeliveryLimit, QueueDeleted, QueueExpired}

// Count counts a death.
func (d *Deaths) Count(why Reason) { d[slices.Index(Reasons[:], why)]++ }

// Of is how many died of why.
func (d *Deaths) Of(why Reason) uint64 { return d[slices.Index(Reasons[:], why)] }

// Mortality is what became of messages that died in queues.
type Mortality struct {
	DeadLettered Deaths // to a dead-letter exchange
	Dropped      Deaths // the queue had none
}

// Counted is a Type that counts what happens in its queues, those that are gone
// included.
type Counted interface {
	Mortality() Mortality
	// DiskTraffic is how many messages were read from disk and written to it.
	DiskTraffic() (reads, writes uint64)
}
