package server

import (
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/broker"
)

// While the broker has an alarm, or its vhost holds as many bytes as it may, a connection that publishes is not read any
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
	if published && !c.blocked.Load() {
		if reason := c.refusal(); reason != "" {
			c.block(reason)
		}
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

// refusal is why the broker takes no messages from c, or "".
func (c *connection) refusal() string {
	if alarm := c.server.broker.Alarm(); alarm != 0 {
		return alarm.String()
	}
	return c.broker.Full()
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
	for c.refusal() != "" && o.runs() {
		o.room.Wait()
	}
	return c.refusal() == "" || o.stopped
}

// takeTurn counts what the channels at hand have published, and waits as vhost
// and user ask for.
func (c *connection) takeTurn() {
	c.spent = false
	var turn broker.Turn
	for _, ch := range c.dirty {
		if t := ch.session.Take(); t.After(turn) {
			turn = t
		}
	}
	c.awaitTurn(turn)
}

// awaitTurn waits until who published may publish again; or the connection is
// over, or somebody calls. Like an alarm it holds back all that the peer sends.
func (c *connection) awaitTurn(t broker.Turn) {
	wait := c.broker.Wait(t)
	if wait == 0 {
		return
	}
	c.waits.Store(true)
	defer c.waits.Store(false)
	o, began := &c.out, time.Now()
	alarm := time.AfterFunc(wait, o.signalRoom)
	defer alarm.Stop()
	o.mu.Lock()
	for c.broker.Wait(t) > 0 && o.runs() {
		o.room.Wait()
	}
	o.mu.Unlock()
	c.limit = time.Time{} // its silence was ours
	c.broker.Waited(time.Since(began))
}

// signalRoom has the reading goroutine look whether it may go on.
func (o *outbox) signalRoom() {
	o.mu.Lock()
	o.room.Signal()
	o.mu.Unlock()
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
		c.out.signalRoom()
	}
}
