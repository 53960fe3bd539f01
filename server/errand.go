package server

import (
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

// errands are what others want the reading goroutine to do, which is the only
// one that may touch channels. outbox.mu guards them.
type errands []func()

// ask has the reading goroutine carry out f between two frames. Anyone may
// call it, holding no outbox.mu.
func (c *connection) ask(f func()) {
	c.out.mu.Lock()
	c.errands = append(c.errands, f)
	c.out.mu.Unlock()
	c.call()
}

// kick asks the connection to end with e; anyone may call it.
func (c *connection) kick(e *amqp.Error) {
	c.kicked.CompareAndSwap(nil, e)
	c.call()
}

// call wakes the reading goroutine, wherever it waits for the peer.
func (c *connection) call() {
	c.called.Store(true)
	c.out.mu.Lock()
	c.out.room.Signal()
	c.out.mu.Unlock()
	c.nc.SetReadDeadline(time.Now())
}

// attend does what others asked for.
func (c *connection) attend() {
	if !c.called.Load() {
		return
	}
	c.called.Store(false)
	c.disturbed = true
	c.out.mu.Lock()
	list := c.errands
	c.errands = nil
	c.out.mu.Unlock()
	for _, f := range list {
		f()
	}
	if c.kicked.Load() != nil && !c.closing {
		c.leave()
	}
}

// closeWith ends ch, or the connection, with an error that was found outside
// the reading goroutine, unless they have ended before. It is an errand.
func (ch *channel) closeWith(e *amqp.Error) {
	switch c := ch.c; {
	case c.closing || c.channels[ch.id] != ch || ch.closing:
	case e.Hard:
		c.beginClose(e)
	default:
		ch.fail(e)
	}
}
