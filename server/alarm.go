package server

import (
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

// While the broker has an alarm, a connection that publishes is not read any
// more, so that TCP makes it wait: from its next message on, whose header is
// still taken. Until the alarm is over nothing else that it sends is heard
// either, be it an acknowledgement or connection.close; it still gets
// deliveries and heartbeats, and can be closed from this side. A peer that dies
// meanwhile is noticed when a heartbeat cannot be written.

// throttled holds the connection while it has to wait. True means that somebody
// called, so that it has to look around first.
func (c *connection) throttled() (called bool) {
	published := c.published
	c.published = false
	if !published && !c.blocked.Load() || c.closing {
		return false
	}
	if alarm := c.server.broker.Alarm(); published && !c.blocked.Load() && alarm != 0 {
		c.block(alarm.String())
	}
	if !c.blocked.Load() {
		return false
	}
	if !c.awaitClear() {
		return true
	}
	c.unblock()
	return false
}

// block tells the peer why it is not heard any more.
func (c *connection) block(reason string) {
	c.flush()
	c.blocked.Store(true)
	c.log.Info("publisher stopped", "reason", reason)
	if c.client.blocked {
		c.out.method(0, &amqp.ConnectionBlocked{Reason: reason})
	}
}

// awaitClear waits until the alarm, or the connection, is over; false when
// somebody called before.
func (c *connection) awaitClear() bool {
	o := &c.out
	o.mu.Lock()
	defer o.mu.Unlock()
	for c.server.broker.Alarm() != 0 && o.runs() {
		o.room.Wait()
	}
	return c.server.broker.Alarm() == 0 || o.stopped
}

func (c *connection) unblock() {
	c.blocked.Store(false)
	c.limit = time.Time{} // its silence was ours
	if c.client.blocked {
		c.out.method(0, &amqp.ConnectionUnblocked{})
	}
}

// alarmChanged wakes the connections that wait for an alarm to be over.
func (s *Server) alarmChanged() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.connections {
		c.out.mu.Lock()
		c.out.room.Signal()
		c.out.mu.Unlock()
	}
}
