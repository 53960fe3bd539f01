package classic

import "github.com/hutchmq/hutchmq/message"

// limiter is the rates that hold for the messages of one key, for a whole
// queue, or for a consumer.
type limiter struct {
	key     string
	buckets []bucket
	until   int64 // nothing goes before, Unix milliseconds; 0: something may
	waiting []waiters
	items   int // parked messages that it is for

	older, newer *limiter // by when it last let something go
}

// waiters are the strands of one class that wait for a limiter.
type waiters struct {
	class uint32
	heap  heap[waiter]
}

// waiter is a strand that waits, if its ticket still is the same.
type waiter struct {
	*strand
	shelf  int
	ticket uint64
}

func (w waiter) before(o waiter) bool {
	if w.shelf != o.shelf {
		return w.shelf < o.shelf
	}
	return w.ticket < o.ticket
}

func (m *limiter) before(o *limiter) bool { return m.until < o.until }

// wait is how long it takes until x can go, in milliseconds.
func (m *limiter) wait(x *message.Message, now int64) (ms int64) {
	for i := range m.buckets {
		b := &m.buckets[i]
		ms = max(ms, b.wait(costOf(x, b.Cost), now))
	}
	return ms
}

// charge takes what x costs.
func (m *limiter) charge(x *message.Message) {
	for i := range m.buckets {
		b := &m.buckets[i]
		b.tokens -= b.price(costOf(x, b.Cost))
	}
}

func (m *limiter) full(now int64) bool {
	for i := range m.buckets {
		if !m.buckets[i].full(now) {
			return false
		}
	}
	return true
}

// line is where strands of that class wait.
func (m *limiter) line(class uint32) *waiters {
	for i := range m.waiting {
		if m.waiting[i].class == class {
			return &m.waiting[i]
		}
	}
	m.waiting = append(m.waiting, waiters{class: class})
	return &m.waiting[len(m.waiting)-1]
}
