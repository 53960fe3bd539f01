package broker

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/vhost"
)

// topics is what topic permissions say of a session, and the answers they gave
// so far. The zero topics knows nothing yet.
type topics struct {
	version uint64       // of the permissions that all comes from
	said    *auth.Topics // nil: nothing, in the whole vhost
	answers map[topicKey]bool
	copies  []string // scratch: the keys of CC and BCC
}

type topicKey struct {
	right         auth.Right
	exchange, key string
}

// restricts reports whether some routing keys of x may be refused.
func (s *Session) restricts(x *vhost.Exchange) bool {
	if x.Kind != "topic" {
		return false
	}
	t := &s.topics
	if v := s.c.rights(); v != t.version {
		t.version = v
		t.said = s.c.b.chain.Topics(s.c.user.Load(), s.v.Name, s.c.ClientID)
		clear(t.answers)
	}
	return t.said.Restricts(x.Name)
}

// needTopic wants a right on a routing key of x. The answer is remembered for
// as long as no permission changes.
func (s *Session) needTopic(r auth.Right, x *vhost.Exchange, key string) error {
	if !s.restricts(x) {
		return nil
	}
	t := &s.topics
	k := topicKey{r, x.Name, key}
	ok, known := t.answers[k]
	if !known {
		ok = t.said.Allowed(r, x.Name, key)
		t.remember(k, ok)
	}
	if ok {
		return nil
	}
	return amqp.NoTopicPermission.New(r, key, x, s.c.User.Name)
}

func (t *topics) remember(k topicKey, ok bool) {
	if t.answers == nil {
		t.answers = map[topicKey]bool{}
	}
	if len(t.answers) >= maxRights {
		clear(t.answers)
	}
	t.answers[k] = ok
}

// needSource wants to read messages of key from the exchange named source. One
// that is not there refuses for a better reason, later.
func (s *Session) needSource(source, key string) error {
	if err := s.needExchange(auth.Read, source); err != nil {
		return err
	}
	x, err := s.v.Exchange(source)
	if err != nil {
		return nil
	}
	return s.needTopic(auth.Read, x, key)
}

// MayPublish refuses m if its user may not write to x under one of its routing
// keys, those in its headers included. Publish asks too; who publishes only
// later, as in a transaction, asks at once.
func (s *Session) MayPublish(x *vhost.Exchange, m *message.Message) error {
	if !s.restricts(x) {
		return nil
	}
	if err := s.needTopic(auth.Write, x, m.RoutingKey); err != nil {
		return err
	}
	copies, err := message.CopyKeys(s.topics.copies[:0], m.Header)
	if err != nil {
		return err
	}
	s.topics.copies = copies
	for _, key := range copies {
		if err := s.needTopic(auth.Write, x, key); err != nil {
			return err
		}
	}
	return nil
}
