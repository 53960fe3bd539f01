package server

import (
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/stats"
)

// octets counts what goes over a socket, once a read and once a write.
type octets struct {
	received, reads stats.Counter
	sent, writes    stats.Counter
}

func (o *octets) in(bytes int) {
	o.received.Add(uint64(bytes))
	o.reads.Add(1)
}

func (o *octets) out(bytes int) {
	o.sent.Add(uint64(bytes))
	o.writes.Add(1)
}

func (o *octets) read() broker.Octets {
	return broker.Octets{
		Received: o.received.Load(), Reads: o.reads.Load(), Sent: o.sent.Load(), Writes: o.writes.Load(),
	}
}

// state is what the connection waits for; anyone may ask.
func (c *connection) state() string {
	switch {
	case c.blocked.Load():
		return "blocked"
	case c.server.broker.Alarm() != 0:
		return "blocking"
	case c.waits.Load():
		return "flow"
	}
	return "running"
}

// pending is how many bytes wait to be written, headers of contents left out.
func (c *connection) pending() int {
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	return c.out.bytes + len(c.out.frames)
}
