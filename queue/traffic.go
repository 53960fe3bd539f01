package queue

// Event is something that happens to a message and is counted.
type Event uint8

// The events, by what RabbitMQ's API calls them in message_stats. A channel
// counts what its client did, a queue what happened in it, an exchange what
// came in and went out; a vhost and a node count what their channels do.
const (
	Publish          Event = iota // by a channel; into a queue
	PublishIn                     // into an exchange
	PublishOut                    // from an exchange, once for each queue
	Confirm                       // told the publisher
	ReturnUnroutable              // mandatory, and no queue wanted it
	DropUnroutable                // no queue wanted it, and nobody asked
	Deliver                       // to a consumer that acknowledges
	DeliverNoAck                  // to one that does not
	Get                           // by basic.get, to be acknowledged
	GetNoAck
	GetEmpty  // basic.get that found nothing
	Redeliver // any of these, when the message was out before
	Ack
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
func (t *Traffic) DeliverGet() uint64 { return t[Deliver] + t[DeliverNoAck] + t[Get] + t[GetNoAck] }
