package broker

import (
	"cmp"
	"slices"

	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/vhost"
)

// Sessions lists the open sessions, by connection and number.
func (b *Broker) Sessions() []*Session {
	list := b.appendSessions(nil)
	slices.SortFunc(list, func(x, y *Session) int {
		return cmp.Or(cmp.Compare(x.c.ID, y.c.ID), cmp.Compare(x.channel, y.channel))
	})
	return list
}

func (b *Broker) appendSessions(list []*Session) []*Session {
	b.mu.RLock()
	defer b.mu.RUnlock()
	list = slices.Grow(list, len(b.sessions))
	for s := range b.sessions {
		list = append(list, s)
	}
	return list
}

// SessionsIn lists the open sessions in a vhost, as Sessions does.
func (b *Broker) SessionsIn(vhostName string) []*Session {
	return slices.DeleteFunc(b.Sessions(), func(s *Session) bool { return s.v.Name != vhostName })
}

// Sessions lists the open sessions of c, by number.
func (c *Connection) Sessions() []*Session {
	return slices.DeleteFunc(c.b.Sessions(), func(s *Session) bool { return s.c != c })
}

// SessionNamed finds a session by its name, nil if there is none.
func (b *Broker) SessionNamed(name string) *Session {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for s := range b.sessions {
		if s.name() == name {
			return s
		}
	}
	return nil
}

// Name is how lists call the session: "<connection> (<number>)". This and what
// follows may be called from anywhere.
func (s *Session) Name() string { return s.name() }

// Number is that of the channel on its connection, 0 when it is none.
func (s *Session) Number() uint16 { return s.channel }

// Connection is what the session belongs to.
func (s *Session) Connection() *Connection { return s.c }

// VhostName is the vhost it is in.
func (s *Session) VhostName() string { return s.v.Name }

// State shows the channel behind the session.
func (s *Session) State() ChannelState {
	if s.face == nil {
		return ChannelState{}
	}
	return s.face.State()
}

// Held lists up to most deliveries that wait for their acknowledgement, from
// the delivery tag from on.
func (s *Session) Held(from uint64, most int) []Held {
	if s.face == nil {
		return nil
	}
	return s.face.Held(from, most)
}

// Consumers lists the consumers of the session, by tag.
func (s *Session) Consumers() []Consumer {
	if s.face == nil {
		return nil
	}
	list := s.face.Consumers()
	for i := range list {
		c := &list[i]
		c.Session, c.Active, c.Status = s, true, Up
		if c.Queue.SingleActive() {
			c.Active, c.Status = false, Waiting
			for _, of := range ConsumersOf(c.Queue) {
				if of.Session == s && of.Tag == c.Tag {
					c.Active, c.Status = of.Active, of.Status
				}
			}
		}
	}
	slices.SortFunc(list, func(x, y Consumer) int { return cmp.Compare(x.Tag, y.Tag) })
	return list
}

// ConsumersOf lists the consumers of a queue, in order of arrival.
func ConsumersOf(q *Queue) []Consumer {
	attendance := q.Attendance()
	list := make([]Consumer, 0, len(attendance))
	for i := range attendance {
		a := &attendance[i]
		c := Consumer{
			Tag: a.Tag, Queue: q, NoAck: a.NoAck, Exclusive: a.Exclusive, Priority: a.Priority,
			Arguments: a.Arguments, Active: a.Active, Status: Up,
		}
		switch {
		case !a.Active:
			c.Status = Waiting
		case q.SingleActive():
			c.Status = SingleActive
		}
		if self, ok := a.Consumer.(Self); ok {
			self.Show(&c)
			list = append(list, c)
		}
	}
	return list
}

// Consumers lists the consumers in a vhost, queue by queue.
func Consumers(v *vhost.Vhost) (list []Consumer) {
	for _, q := range v.Queues() {
		list = append(list, ConsumersOf(q)...)
	}
	return list
}

// DeliveredFrom lists what sessions got from q, by session.
func (b *Broker) DeliveredFrom(q *Queue) (list []*Delivered) {
	for _, s := range b.SessionsIn(q.Vhost) {
		if d := s.DeliveredFrom(q); d != nil {
			list = append(list, d)
		}
	}
	return list
}

// PublishedTo lists what sessions published to x, by session.
func (b *Broker) PublishedTo(x *Exchange) (list []By) {
	for _, s := range b.SessionsIn(x.Vhost()) {
		if p := s.PublishedTo(x); p != nil {
			list = append(list, By{p, s})
		}
	}
	return list
}

// By is what a session published to an exchange.
type By struct {
	*Published
	Session *Session
}

// Holding is a delivery and the session that holds it.
type Holding struct {
	Held
	Session *Session
}

// Holders lists up to most deliveries of q that wait for their acknowledgement,
// session by session.
func (b *Broker) Holders(q *Queue, most int) (list []Holding) {
	b.eachHolding(q, func(h Holding) bool {
		if len(list) < most {
			list = append(list, h)
		}
		return len(list) < most
	})
	return list
}

// eachHolding yields the deliveries of q that wait for their acknowledgement,
// session by session, until yield returns false.
func (b *Broker) eachHolding(q *Queue, yield func(Holding) bool) {
	for _, s := range b.SessionsIn(q.Vhost) {
		for from := uint64(0); s.DeliveredFrom(q) != nil; {
			page := s.Held(from, holdingsPage)
			for _, h := range page {
				if from = h.Tag + 1; h.Queue == q && !yield(Holding{h, s}) {
					return
				}
			}
			if len(page) < holdingsPage {
				break
			}
		}
	}
}

// holdingsPage is how many deliveries of a session are looked at together.
const holdingsPage = 1000

// CountUnrouted counts a message to x that reached no queue: it was returned,
// or dropped.
func (s *Session) CountUnrouted(x *Exchange, returned bool) {
	e := queue.Dropped
	if returned {
		e = queue.Returned
	}
	s.To(x).Count(e, 1)
}
