package broker

import (
	"cmp"
	"maps"
	"os"
	"runtime"
	"runtime/metrics"
	"slices"
	"time"

	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/stats"
	"github.com/hutchmq/hutchmq/store"
)

// Node is the process as people look at it.
type Node struct {
	Name            string
	PID             int
	Started         time.Time
	Files, MaxFiles int // descriptors; 0: nobody knows
	Sockets         int // of clients
	Usage
	Goroutines      int
	Processors      int
	GCs             uint64 // collections of garbage
	GCBytes         uint64 // that they have freed
	ContextSwitches uint64 // 0: nobody knows
	IO              store.IO
	Failed          error // why the disk takes nothing more
}

// Node looks at the process. What is dear to find out is up to a second old.
func (b *Broker) Node() Node {
	n := Node{
		Name: b.node, PID: os.Getpid(), Started: b.began, Usage: b.Usage(),
		Processors: runtime.GOMAXPROCS(0), Goroutines: runtime.NumGoroutine(), Failed: b.Failed(),
		ContextSwitches: contextSwitches(), IO: b.IO(),
	}
	n.Files, n.MaxFiles = b.files.count(), maxFiles()
	b.mu.RLock()
	n.Sockets = len(b.connections)
	b.mu.RUnlock()
	n.GCs, n.GCBytes = garbage()
	return n
}

// garbage is how often it was collected, and how many bytes were freed.
func garbage() (cycles, bytes uint64) {
	s := [...]metrics.Sample{{Name: "/gc/cycles/total:gc-cycles"}, {Name: "/gc/heap/frees:bytes"}}
	metrics.Read(s[:])
	return s[0].Value.Uint64(), s[1].Value.Uint64()
}

// IO is what the store reads and writes.
func (b *Broker) IO() store.IO {
	if c, ok := b.store.(store.Counted); ok {
		return c.IO()
	}
	return store.IO{}
}

// Storage is what a store holds, and what waits for it.
type Storage = store.Stat

// Storage is what the store has on disk, and on its way there.
func (b *Broker) Storage() Storage {
	if c, ok := b.store.(store.Counted); ok {
		return c.Stat()
	}
	return Storage{}
}

// Latencies of what the broker does, in nanoseconds, since it started.
type Latencies struct {
	Confirm stats.Distribution // from a publish to its confirm, of some
	Sync    stats.Distribution // of the journal to disk
	Route   stats.Distribution // to find the queues of a message, of some
}

// Latencies reads them.
func (b *Broker) Latencies() Latencies {
	return Latencies{Confirm: b.confirming.Read(), Sync: b.IO().Sync, Route: b.vopts.Routing.Read()}
}

// MessageSizes is how big published bodies were, in bytes.
func (b *Broker) MessageSizes() stats.Distribution { return b.sizes.Read() }

// Confirmed notes how long a confirm took.
func (b *Broker) Confirmed(took time.Duration) { b.confirming.Observe(uint64(max(took, 0))) }

// ConfirmsWanted counts messages published by channels in confirm mode.
func (b *Broker) ConfirmsWanted() uint64 { return b.wanted.Load() }

// Lapsed notes deliveries that were not acknowledged in time.
func (b *Broker) Lapsed(n int) { b.lapsed.Add(uint64(n)) }

// LeasesEnded notes deliveries that went back as their lease had ended.
func (b *Broker) LeasesEnded(n int) { b.leasesEnded.Add(uint64(n)) }

// EndedLeases counts deliveries that went back as their lease had ended.
func (b *Broker) EndedLeases() uint64 { return b.leasesEnded.Load() }

// DeliveryTimeouts counts deliveries that were not acknowledged in time.
func (b *Broker) DeliveryTimeouts() uint64 { return b.lapsed.Load() }

// Mortality is what became of messages that died, by kind of queue.
func (b *Broker) Mortality() map[string]queue.Mortality {
	all := map[string]queue.Mortality{}
	for kind, t := range b.vopts.QueueTypes {
		if m, ok := t.(queue.Counted); ok {
			all[kind] = m.Mortality()
		}
	}
	return all
}

// NodeLimits are those that hold now.
func (b *Broker) NodeLimits() NodeLimits {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.nodeLimits
}

// ExchangeTypes names the types of exchanges that there are, in order.
func (b *Broker) ExchangeTypes() []string { return slices.Sorted(maps.Keys(b.vopts.ExchangeTypes)) }

// DefaultKind is the type of queues in vhosts that have no default of their
// own.
func (b *Broker) DefaultKind() string { return cmp.Or(b.vopts.DefaultKind, "classic") }
