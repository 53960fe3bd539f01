package broker

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/vhost"
)

// target is the exchange a session published to last, and the versions for
// which it may do so again without a look-up.
type target struct {
	x        *vhost.Exchange
	rights   uint64
	topology uint64
}

// Target finds the exchange to publish to, and checks that the user may. The
// answer holds for the message that follows.
func (s *Session) Target(name []byte) (*vhost.Exchange, error) {
	rights, topology := s.c.rights(), s.v.Version()
	t := &s.target
	if t.x != nil && string(name) == t.x.Name && t.rights == rights && t.topology == topology {
		return t.x, nil
	}
	x, err := s.writable(clean(string(name)))
	if err != nil {
		return nil, err
	}
	*t = target{x: x, rights: rights, topology: topology}
	return x, nil
}

func (s *Session) writable(name string) (*vhost.Exchange, error) {
	if err := s.needExchange(auth.Write, name); err != nil {
		return nil, err
	}
	x, err := s.v.Exchange(name)
	if err != nil {
		return nil, err
	}
	if x.Internal {
		return nil, amqp.InternalExchange.New(x)
	}
	return x, nil
}

// CheckUserID refuses a user-id property that names another user, unless the
// user may impersonate.
func (s *Session) CheckUserID(id []byte) error {
	u := s.c.user.Load()
	if string(id) == u.Name || u.HasTag("impersonator") {
		return nil
	}
	return amqp.UserIDMismatch.New(id, u.Name)
}

// Publish routes m to the queues it reaches, and says how many they are; each
// gives r one Confirm. The queues get it at the next Flush. m must not change
// any more. It refuses what MayPublish does.
func (s *Session) Publish(x *vhost.Exchange, m *message.Message, r queue.Receipt) (routed int, err error) {
	if err = s.MayPublish(x, m); err != nil {
		return 0, err
	}
	if routed, err = s.publisher.Publish(x, m, r); err != nil {
		return 0, err
	}
	s.sizes.Observe(uint64(len(m.Body)))
	s.spend(m)
	if s.publisher.Traced() {
		s.tracePublish(m)
	}
	return routed, nil
}

// Begin begins a unit: what FlushIn and Queue.SettleIn do in it holds together
// on a crash, once it is committed.
func (s *Session) Begin() queue.Unit { return s.v.Begin() }

// FlushIn is Flush as a part of u.
func (s *Session) FlushIn(u queue.Unit) {
	s.sizes.Flush()
	s.publisher.FlushIn(u)
}

// Flush hands what was published to the queues.
func (s *Session) Flush() { s.FlushIn(nil) }

// Pace waits a few milliseconds at most if a queue that was published to asks
// for it: see queue.Paced.
func (s *Session) Pace() { s.publisher.Pace() }

// Drop forgets what was published since the last Flush.
func (s *Session) Drop() { s.publisher.Drop() }
