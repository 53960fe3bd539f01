// Package queue says what a queue is, whatever its kind, and holds the
// furniture all kinds share: arguments, consumers, credit. It knows no
// exchange, no vhost and no disk.
package queue

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
)

// Declaration is what queue.declare asked for.
type Declaration struct {
	ID         uint64 // the broker's number for the queue; never reused
	Vhost      string
	Name       string
	Durable    bool
	Exclusive  bool
	AutoDelete bool
	Arguments  amqp.Table
	Amended    bool // Arguments are other than when it was declared: see Amendable
	// Policy is what policies say of the queue, by policy key. It is no part
	// of what was declared, and may change while the queue lives.
	Policy amqp.Table
}

// String prints the queue as errors do: queue 'q' in vhost '/'.
func (d Declaration) String() string { return amqp.QueueIn(d.Name, d.Vhost) }

// Type is a kind of queue: "classic", "quorum".
type Type interface {
	Name() string
	// Check refuses arguments and properties this kind does not accept, with
	// an *amqp.Error. It changes nothing.
	Check(d Declaration) error
	// Open makes the queue, or recovers what is stored of it.
	Open(d Declaration, h Host) (Queue, error)
}

// Queue holds messages in order and hands them to consumers. All methods may
// be called concurrently; none waits for the disk except Get, which may read
// one chunk of a backlog.
type Queue interface {
	// Publish enqueues a burst, in order. Each receipt that wants one gets
	// exactly one Confirm, during or after the call. The slice is the
	// caller's again when Publish returns; the messages are the queue's. Of
	// those it refused, as far as it knows by then, Message is nil.
	Publish(burst []Publication)
	// Consume adds a consumer; deliveries may begin before it returns. It
	// refuses with an *amqp.Error.
	Consume(c Consumer, o ConsumeOptions) error
	// Cancel removes a consumer; what it holds unacknowledged stays held.
	Cancel(c Consumer)
	// Resume tells the queue that c, which had refused a delivery, has credit
	// again.
	Resume(c Consumer)
	// Get takes the first message; Settle must follow unless noAck. Left is
	// how many stay ready.
	Get(noAck bool) (d Delivery, left int, ok bool)
	// Settle ends deliveries of this queue, in any order. It also resumes c
	// when c is a consumer of the queue. c may be nil.
	Settle(c Consumer, ds []Delivery, how Outcome)
	// Purge drops what is ready, and says how many.
	Purge() int
	// Stat counts.
	Stat() Stat
	// Close ends the queue: it takes no more messages and tells its consumers
	// Cancelled when forget is true. With forget, what is stored is deleted;
	// pending receipts are confirmed.
	Close(forget bool)
}

// Leased is a queue that goes when nobody uses it (x-expires).
type Leased interface {
	// Renew tells that the queue was declared again: its time starts anew.
	Renew()
}

// Transactional is a queue whose changes can be a part of a Unit. Besides, the
// methods do what Publish and Settle do.
type Transactional interface {
	PublishIn(u Unit, burst []Publication)
	SettleIn(u Unit, c Consumer, ds []Delivery, how Outcome)
}

// Unit makes changes of several queues hold together on a crash: all of them
// are stored, or none. It comes from the broker's store, or from a queue that
// dead-letters; whoever began it commits it soon, and waits for nothing in
// between.
type Unit interface{ Commit() }

// Reconfigurer is a queue that follows its policies while it lives.
type Reconfigurer interface {
	// Reconfigure puts what policies say now, by policy key, in the place of
	// Declaration.Policy. Bounds hold at once; a time to live holds for
	// messages that come from now on.
	Reconfigure(policy amqp.Table)
}

// Amendable is a queue whose arguments can be changed while it lives: those
// that a policy could set.
type Amendable interface {
	// Amend puts args, which were checked, in the place of
	// Declaration.Arguments, and policy as Reconfigure does.
	Amend(args, policy amqp.Table)
}

// Pausable is a queue that can be told to rest.
type Pausable interface {
	// Pause stops deliveries (consumers and Get), or lets them go on. What is
	// delivered already can be settled; publishes are taken.
	Pause(paused bool)
}

// Timed is a queue that says how long a consumer may keep a delivery.
type Timed interface {
	// ConsumerTimeoutMs is how long a delivery may stay unacknowledged: 0 for
	// ever, -1 as long as the node says. It may change, and takes no lock.
	ConsumerTimeoutMs() int64
}

// Lender is a queue that delivers on lease.
type Lender interface {
	// LeaseMs is after how long a delivery that nobody settles goes back to the
	// queue; 0 never. It may change, and takes no lock.
	LeaseMs() int64
}

// Paced is a queue that holds back who publishes faster than its consumers
// take, when that is better for both.
type Paced interface {
	// Behind reports whether a publisher should call Pace. It takes no lock.
	Behind() bool
	// Pace blocks for a few milliseconds at most, less when consumers catch up.
	Pace()
}

// Publication is one message on its way into a queue.
type Publication struct {
	Message *message.Message
	Receipt Receipt
}

// Receipt says who wants to know that a message is safe. A value, so that a
// publish makes no closure. The zero Receipt wants nothing.
type Receipt struct {
	To  Confirmer
	Seq uint64
}

// Confirmer is told what became of publishes: stored is false when a queue
// refused or failed to keep them. It is called from any goroutine, holding no
// lock of a queue; it must not block. seqs is the caller's again on return.
type Confirmer interface {
	Confirm(seqs []uint64, stored bool)
}

// Delivery is a message as a queue hands it out, and the ticket by which it
// is settled.
type Delivery struct {
	Message     *message.Message
	ID          uint64 // the queue's number for the message; grows in queue order
	Expiry      int64  // Unix milliseconds; 0 never
	Count       uint32 // earlier deliveries that failed
	Size        uint32 // of the body, in bytes
	Redelivered bool
	Counted     bool // the queue counts failed deliveries, and consumers are shown
	// Stored tells that the message is on disk: whoever holds the delivery may
	// forget Message, and the queue reads it again if it comes back.
	Stored bool

	Copy bool // only to be looked at: how it is settled means nothing

	// The queue's own.
	Picked     bool // from its midst: see Picker
	Lane       uint8
	Logged     bool // its log knows the message
	Persistent bool
}

// Outcome is what a consumer did with a delivery.
type Outcome uint8

// The outcomes of basic.ack, basic.nack and basic.reject.
const (
	Ack     Outcome = iota // done
	Requeue                // give it back, at its original place
	Discard                // dead-letter it, or drop it
	Return                 // give it back as Requeue does, but no delivery has failed: somebody had a look
)

// Consumer receives deliveries: a channel's consumer, a session of another
// protocol. Its methods are called with the queue's lock held: they must
// return at once and must not call the queue.
type Consumer interface {
	// Deliver takes as many of ds as there is credit for, in order, and
	// returns how many. Fewer than all means: no more until Resume. ds is the
	// queue's again on return.
	Deliver(ds []Delivery) int
	// Cancelled tells that the queue is gone.
	Cancelled()
}

// ConsumeOptions is what basic.consume asked of a queue.
type ConsumeOptions struct {
	Tag       string
	NoAck     bool
	Exclusive bool
	Priority  int // higher first
	Arguments amqp.Table
}

// Reason says why a message is dead-lettered.
type Reason string

// The reasons in x-death.
const (
	Rejected      Reason = "rejected"
	Expired       Reason = "expired"
	MaxLen        Reason = "maxlen"
	DeliveryLimit Reason = "delivery_limit"
	QueueDeleted  Reason = "queue_deleted" // with what was in it; not RabbitMQ's, as the next
	QueueExpired  Reason = "queue_expired"
)

// Testator is a queue that can leave what it holds to its dead-letter exchange
// when it goes.
type Testator interface {
	// Bequest reports whether it shall, and why it goes.
	Bequest() (why Reason, ok bool)
	// Perish ends the queue, as Close does that forgets it, and has what it holds
	// die of why: what is ready in the background, and what is unacked unless it
	// is acknowledged. Once nothing is left done is called, by another goroutine
	// and holding no lock, and Close(true) follows. If the node ends before that,
	// Close(false) keeps what is left; Perish goes on with it when the queue is
	// opened again.
	Perish(why Reason, done func())
}

// Host is the one door up, given to a queue when it is opened. Its methods
// are called without the queue's lock.
type Host interface {
	// DeadLetter routes m to the dead-letter exchange of the queue, with its
	// x-death brought up to date, into queues that store it as a part of u.
	// False means that the node is going down: what is stored of m must stay,
	// to die after the next start.
	DeadLetter(u Unit, m *message.Message, exchange string, key *string, why Reason) bool
	// Gone says that the queue should be deleted: its last consumer left, or
	// it expired unused.
	Gone()
}

// Repeated is a Host that wants to know how many messages a queue did not take
// because they were in it already.
type Repeated interface{ Repeated(n int) }

// Wrapped is a Unit that is part of another.
type Wrapped interface{ Within() Unit }

// Stat is a queue in numbers.
type Stat struct {
	Ready, Unacked           int
	ReadyBytes, UnackedBytes int64
	Resident                 int // messages held in memory
	ResidentBytes            int64
	Persistent               int
	Consumers                int
	Paused                   bool
	// Delayed are neither ready nor unacked: they came back, and wait for their
	// retry. They count for the length limit.
	Delayed      int
	DelayedBytes int64
}

// Watched is a queue that shows more of itself.
type Watched interface {
	// Picture shows it as a whole.
	Picture() Picture
	// Changes grows whenever Picture may have changed. It takes no lock.
	Changes() uint64
	// Attendance lists the consumers, in order of arrival.
	Attendance() []Attendant
	// Head tells of the message that is next.
	Head() Head
}
