package broker

import (
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

// Channel is what a session asks of the channel that it belongs to, on behalf
// of people. Methods are called from anywhere, holding no lock; they must not
// wait for the peer.
type Channel interface {
	// State shows the channel.
	State() ChannelState
	// Consumers lists the consumers, in no order. Session, Active and Status
	// are filled in by the session.
	Consumers() []Consumer
	// Held lists up to most deliveries that wait for their acknowledgement,
	// from the delivery tag from on.
	Held(from uint64, most int) []Held
	// Extend makes the lease of the delivery with this tag, the message id of its
	// queue, end in ms; 0 is as long as it had in the first place.
	Extend(tag, id uint64, ms int64) Extension
}

// Extension is what became of a wish to extend a lease.
type Extension uint8

// What may become of it.
const (
	Extended   Extension = iota
	NotHeld              // the delivery was settled, or never made
	NotLeased            // it may be kept without a lease
	LeaseEnded           // too late: it went back to its queue
)

// ChannelState is a channel as people look at it.
type ChannelState struct {
	Confirm, Transactional bool
	Prefetch               int // of consumers to come, 0 none
	GlobalPrefetch         int // of all together, 0 none
	Consumers              int
	Unacked                int
	Unconfirmed            int
	Uncommitted            int // publishes
	AcksUncommitted        int
	Flow                   bool // its publishes wait for the disk
}

// Consumer is a consumer as people look at it.
type Consumer struct {
	Tag       string
	Queue     *Queue
	Session   *Session
	NoAck     bool
	Exclusive bool
	Priority  int
	Prefetch  int
	Arguments amqp.Table
	TimeoutMs int64 // how long a delivery may stay unacknowledged, 0 for ever
	Unacked   int

	Active bool // it gets messages
	Status ConsumerStatus
}

// ConsumerStatus says whether a consumer gets messages.
type ConsumerStatus string

// The values of activity_status.
const (
	Up           ConsumerStatus = "up"
	SingleActive ConsumerStatus = "single_active"
	Waiting      ConsumerStatus = "waiting" // for the single active one to go
)

// Held is a delivery that waits for its acknowledgement.
type Held struct {
	Tag         uint64 // of the delivery
	Queue       *Queue
	ID          uint64 // the queue's number for the message
	Consumer    string // tag; "" for basic.get
	Since       time.Time
	Until       time.Time // the end of its lease; zero: it has none
	Redelivered bool
	Bytes       int // of the body
}

// Self is a queue.Consumer that people may look at.
type Self interface {
	// Show fills in what a queue does not know: all but Queue, Active and
	// Status. It is called holding no lock.
	Show(c *Consumer)
}
