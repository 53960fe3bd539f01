package exchange

import (
	"sync/atomic"

	"github.com/hutchmq/hutchmq/message"
)

// Bounds of a history, whatever is asked for.
const (
	maxHistory      = 1 << 14  // messages
	maxHistoryBytes = 64 << 20 // of memory they hold
)

// history is the last messages that were kept, in a ring. All of its methods
// may run at the same time and wait for nobody; messages kept at one moment
// come in any order.
type history struct {
	ring  []atomic.Pointer[message.Message]
	next  atomic.Int64 // the number of the next message
	least atomic.Int64 // those below this number were dropped to save bytes
	bytes atomic.Int64
}

func newHistory(length int) *history {
	return &history{ring: make([]atomic.Pointer[message.Message], length)}
}

// keep puts m in the place of the oldest, and drops as many more as need be.
func (h *history) keep(m *message.Message) {
	n := h.next.Add(1) - 1
	h.put(n, m)
	for h.bytes.Load() > maxHistoryBytes {
		least := h.least.Load()
		oldest := max(least, n+1-int64(len(h.ring)))
		if oldest > n {
			return
		}
		if h.least.CompareAndSwap(least, oldest+1) {
			h.put(oldest, nil)
		}
	}
}

// put replaces what stands at a place.
func (h *history) put(n int64, m *message.Message) {
	old := h.ring[n%int64(len(h.ring))].Swap(m)
	h.bytes.Add(footprint(m) - footprint(old))
}

func footprint(m *message.Message) int64 {
	if m == nil {
		return 0
	}
	return int64(m.Footprint())
}

// list is the messages, the oldest first. The slice is the caller's.
func (h *history) list() (all []*message.Message) {
	next := h.next.Load()
	for n := max(0, next-int64(len(h.ring))); n < next; n++ {
		if m := h.ring[n%int64(len(h.ring))].Load(); m != nil {
			all = append(all, m)
		}
	}
	return all
}
