package delay

import "github.com/hutchmq/hutchmq/stats"

// Count is how many messages are held.
type Count struct {
	Messages int
	Bytes    int64 // of their bodies
}

func (c *Count) add(n, bytes int) {
	c.Messages += n
	c.Bytes += int64(n) * int64(bytes)
}

// Counters count what became of messages since the start.
type Counters struct {
	Delayed   stats.Counter // held
	Fired     stats.Counter // due, and routed
	Cancelled stats.Counter
	Dropped   stats.Counter // of Fired, those that went nowhere
}

// Counters are those of the Holder.
func (h *Holder) Counters() *Counters { return &h.counters }

// Held is how many messages are held.
func (h *Holder) Held() (all Count) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range h.held {
		all.Messages += c.Messages
		all.Bytes += c.Bytes
	}
	return all
}

// HeldBy is how many of the messages held were published to an exchange.
func (h *Holder) HeldBy(exchange string) Count {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c := h.held[exchange]; c != nil {
		return *c
	}
	return Count{}
}

// count counts f in or out. h.mu is held.
func (h *Holder) count(f *fresh, n int) {
	if f.lane == messages {
		h.countBy(f.exchange, n, f.bytes)
	}
}

func (h *Holder) countBy(exchange string, n, bytes int) {
	c := h.held[exchange]
	if c == nil {
		c = &Count{}
		h.held[exchange] = c
	}
	if c.add(n, bytes); c.Messages == 0 {
		delete(h.held, exchange)
	}
}
