package queue

// Picture is a queue as people look at it.
type Picture struct {
	Stat
	Traffic
	Mortality

	// Bytes are those of bodies. Stat.Persistent is about ready messages.
	ResidentBodyBytes      int64
	PersistentBytes        int64 // ready
	UnackedPersistent      int
	UnackedPersistentBytes int64
	MemoryBytes            int64 // about what the queue takes as a whole
	Keys                   int   // of messages in a queue that takes none twice

	Retry Retry // which of those that come back wait

	Parking *Parking // nil when the first message always goes next

	SingleActiveTag string // the consumer that is, "" none
	ExclusiveTag    string // the consumer that has the queue to itself, "" none

	// StalledMs is for how long, all in all, messages have waited for consumers
	// that had no credit; Stalled tells that some do now.
	StalledMs int64
	Stalled   bool
	// ActiveMs is when something last happened, Unix milliseconds.
	ActiveMs int64
}

// Parking is about messages that others may overtake.
type Parking struct {
	Parked int // ready messages that the queue looked at, ahead of deliveries
	// Of the groups that are there, those are blocked that have messages, and as
	// many deliveries as they may.
	Groups, GroupsBlocked int
	// Of the keys with a limit of their own, and all others, those are blocked
	// that have messages and used their limit up.
	Limiters, LimitersBlocked int
	// ThrottledMs is for how long, all in all, consumers had credit and got
	// nothing because of limits; Throttled tells that they get nothing now.
	ThrottledMs int64
	Throttled   bool
}

// Attendant is a consumer of a queue, as people look at it.
type Attendant struct {
	Consumer Consumer
	ConsumeOptions
	Active bool // it gets messages; false while another is the single active one
}

// Head is about the first ready message of a queue.
type Head struct {
	// SinceMs is about when it came, Unix milliseconds. 0: there is no message,
	// or nobody knows.
	SinceMs int64
	// Timestamp is its property of that name, Unix seconds; 0 when it has none,
	// or is not in memory.
	Timestamp uint64
}
