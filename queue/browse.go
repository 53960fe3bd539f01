package queue

import "github.com/hutchmq/hutchmq/message"

// Browser is a queue that can be looked into.
type Browser interface {
	// Browse looks at ready messages in the order of the queue, in memory and
	// on disk, from a position on, and lists those that are wanted. It takes
	// nothing, marks nothing and moves nothing; all that is listed was ready
	// at some time during the call. It may wait for the disk, whose error is
	// all that it returns; what was listed before is in the view still.
	Browse(b Browse) (View, error)
}

// Picker is a queue from whose midst ready messages can be taken.
type Picker interface {
	// Pick takes those of list, which Browse gave, that are still ready, also
	// while the queue is paused. Nobody holds these deliveries but the caller,
	// who settles all of them, soon. Requeue gives one back as it was, to its
	// place: nobody has had it. What a crash leaves unsettled is ready again.
	Pick(list []Seen) []Delivery
}

// Browse says what to look at, and bounds it.
type Browse struct {
	After    uint64           // the position to go on behind; 0: begin at the head
	Limit    int              // how many messages are listed at most
	MaxLooks int              // how many are looked at
	MaxBytes int              // how many bytes these hold, but for the last
	Want     func(*Seen) bool // called with no lock held; nil: every message is wanted
}

// View is what Browse saw.
type View struct {
	List   []Seen
	Next   uint64 // the position to go on behind
	Looked int    // messages, listed or not
	Newest uint64 // the highest Seq that any message of the queue has had so far
	End    bool   // there was no more
}

// Seen is a ready message in its queue. Message must not be changed.
type Seen struct {
	ID          uint64 // its position: not 0, growing in queue order, and the same for as long as the message is in the queue
	Seq         uint64 // its number in the order in which messages came to the queue
	Message     *message.Message
	Expiry      int64  // Unix milliseconds; 0 never
	Count       uint32 // earlier deliveries that failed
	Size        uint32 // of the body, in bytes
	Priority    uint8  // as far as the queue tells priorities apart
	Redelivered bool
}
