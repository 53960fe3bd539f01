package queue

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

	Events = iota // how many there are
)

var eventNames = [Events]string{
	"publish", "publish_in", "publish_out", "confirm", "return_unroutable", "drop_unroutable",
	"deliver", "deliver_no_ack", "get", "get_no_ack", "get_empty", "redeliver", "ack", "disk_reads", "disk_writes",
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
