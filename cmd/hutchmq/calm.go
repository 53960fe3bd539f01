package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// After a load the heap holds garbage, which Go would collect within two
// minutes and return to the system bit by bit. A broker that has become calm
// does it at once: to collect costs little when nothing else is to be done.
const (
	calmLooks  = 3        // a second apart
	calmBytes  = 1 * mib  // allocated from look to look at most
	worthBytes = 16 * mib // allocated since memory was given back
	lookEvery  = time.Second
)

// calm finds out when memory should be given back.
type calm struct {
	last     uint64 // bytes ever allocated, at the last look
	returned uint64 // and when memory was given back
	looks    int    // in a row with little allocated
}

// returnMemory gives memory back whenever the broker has become calm, until
// ctx ends.
func returnMemory(ctx context.Context) {
	allocated := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	var c calm
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if metrics.Read(allocated); c.look(allocated[0].Value.Uint64()) {
			debug.FreeOSMemory()
		}
	}
}

// look reports whether it is time to give memory back, now that so many bytes
// were ever allocated.
func (c *calm) look(allocated uint64) bool {
	little := allocated-c.last <= calmBytes
	c.last = allocated
	if !little {
		c.looks = 0
		return false
	}
	if c.looks++; c.looks < calmLooks || allocated-c.returned < worthBytes {
		return false
	}
	c.returned = allocated
	return true
}
