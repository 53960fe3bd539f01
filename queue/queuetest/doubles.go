package queuetest

import (
	"fmt"
	"slices"
	"sync"

	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// Consumer takes deliveries for as long as it has credit, and keeps them.
type Consumer struct {
	mu        sync.Mutex
	Credit    int
	got       []queue.Delivery
	cancelled int
}

// Deliver implements queue.Consumer.
func (c *Consumer) Deliver(ds []queue.Delivery) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := min(c.Credit, len(ds))
	c.Credit -= n
	c.got = append(c.got, ds[:n]...)
	return n
}

// Cancelled implements queue.Consumer.
func (c *Consumer) Cancelled() {
	c.mu.Lock()
	c.cancelled++
	c.mu.Unlock()
}

// Grant adds credit; Resume must follow.
func (c *Consumer) Grant(n int) {
	c.mu.Lock()
	c.Credit += n
	c.mu.Unlock()
}

// Take gives what was delivered since the last Take.
func (c *Consumer) Take() []queue.Delivery {
	c.mu.Lock()
	defer c.mu.Unlock()
	got := c.got
	c.got = nil
	return got
}

// WasCancelled is how often the queue told that it is gone.
func (c *Consumer) WasCancelled() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cancelled
}

// Receipts counts confirms.
type Receipts struct {
	mu              sync.Mutex
	stored, refused map[uint64]int
}

// Confirm implements queue.Confirmer.
func (r *Receipts) Confirm(seqs []uint64, stored bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stored == nil {
		r.stored, r.refused = map[uint64]int{}, map[uint64]int{}
	}
	for _, seq := range seqs {
		if stored {
			r.stored[seq]++
		} else {
			r.refused[seq]++
		}
	}
}

// Check tells which of the receipts 1 to last did not come exactly once, or
// came with the wrong word.
func (r *Receipts) Check(last uint64, refused ...uint64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for seq := uint64(1); seq <= last; seq++ {
		want := [2]int{1, 0}
		if slices.Contains(refused, seq) {
			want = [2]int{0, 1}
		}
		if got := [2]int{r.stored[seq], r.refused[seq]}; got != want {
			return fmt.Errorf("receipt %d of %d came %v times [stored, refused], want %v", seq, last, got, want)
		}
	}
	return nil
}

// Letter is a message that was dead-lettered.
type Letter struct {
	Body, Exchange, Key string
	Why                 queue.Reason
}

// Host remembers what a queue told it.
type Host struct {
	mu      sync.Mutex
	letters []Letter
	gone    int
}

// DeadLetter implements queue.Host.
func (h *Host) DeadLetter(_ queue.Unit, m *message.Message, exchange string, key *string, why queue.Reason) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := Letter{string(m.Body), exchange, m.RoutingKey, why}
	if key != nil {
		l.Key = *key
	}
	h.letters = append(h.letters, l)
	return true
}

// Gone implements queue.Host.
func (h *Host) Gone() {
	h.mu.Lock()
	h.gone++
	h.mu.Unlock()
}

// Letters gives what was dead-lettered since the last call.
func (h *Host) Letters() []Letter {
	h.mu.Lock()
	defer h.mu.Unlock()
	letters := h.letters
	h.letters = nil
	return letters
}

// WasGone is how often the queue asked to be deleted.
func (h *Host) WasGone() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.gone
}
