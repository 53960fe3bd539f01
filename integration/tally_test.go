//go:build soak

package integration

import (
	"encoding/binary"
	"sync"
	"testing"
)

// tally remembers of numbered messages which were confirmed and which came, a
// bit each. Its methods may be called by everybody.
type tally struct {
	mu              sync.Mutex
	name            string
	sent, came      uint64
	confirmed, seen bits
	doubled         int // came again, and were not marked as redelivered
	broken          int // no number of ours
}

type bits []uint64

// set sets bit n, and tells whether it was set.
func (b *bits) set(n uint64) (before bool) {
	for uint64(len(*b)) <= n/64 {
		*b = append(*b, 0)
	}
	before = b.has(n)
	(*b)[n/64] |= 1 << (n % 64)
	return before
}

func (b bits) has(n uint64) bool { return n/64 < uint64(len(b)) && b[n/64]&(1<<(n%64)) != 0 }

// next is the body, of size bytes, of the next message, and its number.
func (c *tally) next(size int) (body []byte, n uint64) {
	c.mu.Lock()
	n = c.sent
	c.sent++
	c.mu.Unlock()
	body = make([]byte, max(size, 8))
	binary.BigEndian.PutUint64(body, n)
	return body, n
}

func (c *tally) confirm(n uint64) {
	c.mu.Lock()
	c.confirmed.set(n)
	c.mu.Unlock()
}

func (c *tally) deliver(body []byte, redelivered bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.came++
	switch n := binary.BigEndian.Uint64(append(body[:len(body):len(body)], make([]byte, 8)...)); {
	case len(body) < 8 || n >= c.sent:
		c.broken++
	case c.seen.set(n) && !redelivered:
		c.doubled++
	}
}

// missing is how many were confirmed and did not come.
func (c *tally) missing() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.sent {
		if c.confirmed.has(i) && !c.seen.has(i) {
			n++
		}
	}
	return n
}

func (c *tally) audit(t *testing.T) {
	t.Helper()
	lost := c.missing()
	c.mu.Lock()
	defer c.mu.Unlock()
	t.Logf("%s: %d sent, %d deliveries, %d lost, %d doubled", c.name, c.sent, c.came, lost, c.doubled)
	if lost+c.doubled+c.broken > 0 || c.came == 0 {
		t.Errorf("%s: of %d, %d were confirmed and lost, %d doubled, %d broken, %d came", c.name, c.sent, lost, c.doubled, c.broken, c.came)
	}
}
