// Package stats counts: how many, and how fast. It knows nothing of what is
// counted, nor of who reads it.
package stats

import "sync/atomic"

// Counter only grows. The zero value is ready. Methods may be called
// concurrently, and allocate nothing.
type Counter struct{ n atomic.Uint64 }

// Add counts n more.
func (c *Counter) Add(n uint64) { c.n.Add(n) }

// Load is the count so far.
func (c *Counter) Load() uint64 { return c.n.Load() }

// cacheLineBytes is the unit in which processors fight over memory.
const cacheLineBytes = 64

// HotCounter is a Counter with a cache line to itself, for a counter that
// several goroutines bump per message: its neighbours stay out of the fight.
type HotCounter struct {
	_ [cacheLineBytes - 8]byte
	Counter
	_ [cacheLineBytes - 8]byte
}
