package broker

import "github.com/hutchmq/hutchmq/queue"

// Columns of histories. Those of sessions, and of what they published and
// delivered, have the events of queue.Traffic: the column of an event is its
// number. A passage has but one column, its count.
//
// An exchange:
const (
	ExchangeIn = iota
	ExchangeOut
	exchangeColumns
)

// A connection:
const (
	Received = iota
	Reads
	Sent
	Writes
	connectionColumns
)

// A queue, after the events:
const (
	Ready = queue.Events + iota
	Unacked
	StalledMs
	queueColumns
)

// A vhost, after the events, Ready and Unacked:
const (
	VhostReceived = Unacked + 1 + iota
	VhostSent
	vhostColumns
)

// The node, after what a vhost has:
const (
	ConnectionsOpened = vhostColumns + iota
	ConnectionsClosed
	ChannelsOpened
	ChannelsClosed
	QueuesDeclared
	QueuesCreated
	QueuesDeleted
	MemoryUsed
	DiskFree
	Files
	Sockets
	Goroutines
	GCs
	GCBytes
	ContextSwitches
	IOReads
	IOReadBytes
	IOReadNs
	IOWrites
	IOWriteBytes
	IOWriteNs
	IOSyncs
	IOSyncNs
	nodeColumns
)
