// Package delay holds messages until they are due: one Holder a vhost, a log
// for what is held and an index of when it is due. It knows a log, records and
// the time, and nothing of exchanges, queues or users.
package delay

import (
	"sync"
	"time"

	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/store"
)

// Held is a message on its way into a Holder.
type Held struct {
	Message *message.Message
	Due     int64 // Unix milliseconds
	Receipt queue.Receipt
}

// Due is something whose time has come.
type Due struct {
	ID      uint64
	At      int64            // when it was due, Unix milliseconds
	Message *message.Message // nil of a note; it is the receiver's, and was held: see message.Undelayed
	Note    []byte           // what was given to Plan
}

// Target is where things go that are due: a vhost.
type Target interface {
	// Fire routes what is due, in this order, into queues that store it as a
	// part of u, and says how many of the messages went nowhere. It is called
	// by one goroutine at a time, with no lock that Hold and Plan take.
	Fire(u queue.Unit, list []Due) (dropped int)
}

// Delays are the Holders of a node.
type Delays struct {
	store  store.Store
	nextID func(durable bool) (uint64, error) // of logs
	limits limits
	clock  func() time.Time
	once   sync.Once // closes stop
	stop   chan struct{}
	done   sync.WaitGroup
}

// New keeps what is held in st. nextID numbers its logs.
func New(st store.Store, nextID func(durable bool) (uint64, error)) *Delays {
	return &Delays{store: st, nextID: nextID, limits: defaultLimits, clock: time.Now, stop: make(chan struct{})}
}

// Close ends what goes on behind the Holders' backs. They are closed.
func (d *Delays) Close() {
	d.once.Do(func() { close(d.stop) })
	d.done.Wait()
}

// limits bound what a Holder has in memory, and at once.
type limits struct {
	near      int           // of the next to be due, in memory
	crowd     int           // that came and are not in the index
	batch     int           // fired together
	sweep     int           // read together, sooner than they are due
	ahead     time.Duration // how much sooner at most,
	lead      time.Duration // and at least
	bytes     int           // of bodies read together, about
	pieces    int           // of the index written together
	ripe      time.Duration // after which what came goes into the index
	recheck   time.Duration // between looks at the clock, which may jump
	patience  time.Duration // before what failed is tried again
	seqsAhead uint64        // that a start passes over: they may have been given out
}

var defaultLimits = limits{
	near: 64 << 10, crowd: 16 << 10, batch: 512, sweep: 4 << 10, ahead: time.Second, lead: 400 * time.Millisecond,
	bytes: 8 << 20, pieces: 1900,
	ripe: time.Second, recheck: time.Second, patience: time.Second, seqsAhead: 1 << 20,
}

// The lanes of the log.
const (
	messages uint8 = iota
	notes
	signs // that a unit is on disk: see parting
)

// IsMessage reports whether a lane of such a log has messages, and not what the
// Holder needs besides.
func IsMessage(lane uint8) bool { return lane == messages }
