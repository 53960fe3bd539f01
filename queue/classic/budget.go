package classic

import "sync/atomic"

// Budget is the memory that the messages of several types share.
type Budget struct {
	bytes    int64
	resident atomic.Int64 // bytes of messages in memory, all queues
}

// NewBudget is a budget of so many bytes: beyond them each queue keeps only a
// little of its messages in memory.
func NewBudget(bytes int64) *Budget { return &Budget{bytes: bytes} }

// Resident is how many bytes of messages are in memory now, about.
func (b *Budget) Resident() int64 { return b.resident.Load() }

// Within makes b what the queues of t, none of which is open yet, share with
// those of other types, and returns t. Without it t has a budget of its own.
func (t *Type) Within(b *Budget) *Type {
	t.limits.budget, t.resident = b.bytes, &b.resident
	return t
}
