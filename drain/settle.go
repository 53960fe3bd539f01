package drain

import (
	"errors"
	"fmt"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/amqp/dial"
)

// settler passes the confirms of the target on to the source.
type settler struct {
	*visit
	low      uint64              // all messages up to here are settled
	ahead    map[uint64]struct{} // and these beyond, no more than are under way
	nacked   bool                // something up to here must not be acknowledged
	returned bool                // nobody knows which: nothing is acknowledged any more
	acks     []byte              // frames for the source
}

// settle returns when all that was sent is settled, or cannot be.
func (v *visit) settle() {
	s := &settler{visit: v, ahead: map[uint64]struct{}{}}
	for {
		if v.final.Load() && (s.returned || s.settled() == v.sent.Load()) {
			return
		}
		f, err := next(v.target)
		v.blocked.Store(v.target.Blocked.Load())
		switch {
		case errors.Is(err, errTick):
			continue
		case err != nil:
			err = fmt.Errorf("target: %w", err)
		case f.Type == amqp.FrameMethod:
			err = s.take(f.Payload)
		}
		if err == nil && !v.target.In.Ready() {
			err = s.flush()
		}
		if err != nil {
			v.fail(err)
			return
		}
	}
}

// settled is how many messages are.
func (s *settler) settled() uint64 { return s.low + uint64(len(s.ahead)) }

// take takes a method of the target.
func (s *settler) take(payload []byte) error {
	m, err := amqp.ParseMethod(payload)
	if err != nil {
		return err
	}
	switch m := m.(type) {
	case *amqp.BasicAck:
		return s.confirm(m.DeliveryTag, m.Multiple, true)
	case *amqp.BasicNack:
		s.left("target: it refuses messages (basic.nack): is the queue full?")
		return s.confirm(m.DeliveryTag, m.Multiple, false)
	case *amqp.BasicReturn:
		s.left("target: a message came back: %s", m.ReplyText)
		s.returned = true
		return nil
	}
	err = s.target.Notice(m)
	if refused, ok := errors.AsType[*dial.ChannelError](err); ok {
		s.left("target: %s", refused.Text)
	}
	if err != nil {
		return fmt.Errorf("target: %w", err)
	}
	return nil
}

var errConfirm = errors.New("the broker confirmed what was not published")

// confirm settles the message with a tag, or all up to it, and acknowledges them
// at the source if ok.
func (s *settler) confirm(tag uint64, multiple, ok bool) error {
	begun := s.sent.Load() + 1 // the last may not have come wholly when it is refused
	if tag > begun || tag == 0 {
		return errConfirm
	}
	s.nacked = s.nacked || !ok
	if multiple && ok && !s.nacked && !s.returned && len(s.ahead) == 0 && tag > s.low {
		s.acks = amqp.AppendAck(s.acks, channel, tag, true)
		s.count(tag - s.low)
		s.low = tag
		return nil
	}
	first := tag
	if multiple {
		first = s.low + 1
	}
	for t := first; t <= tag; t++ {
		s.one(t, ok)
	}
	return nil
}

// one settles one message.
func (s *settler) one(tag uint64, ok bool) {
	if _, done := s.ahead[tag]; done || tag <= s.low {
		return
	}
	if ok && !s.returned {
		s.acks = amqp.AppendAck(s.acks, channel, tag, false)
		s.count(1)
	} else {
		s.open.Add(^uint64(0))
	}
	s.ahead[tag] = struct{}{}
	for {
		if _, there := s.ahead[s.low+1]; !there {
			return
		}
		s.low++
		delete(s.ahead, s.low)
	}
}

// count notes that n messages are at the target.
func (s *settler) count(n uint64) {
	s.open.Add(-n)
	s.visit.moved.Add(n)
	s.drain.moved.Add(n)
}

// flush tells the source what is safe.
func (s *settler) flush() error {
	if len(s.acks) == 0 {
		return nil
	}
	_, err := s.source.Write(s.acks)
	s.acks = s.acks[:0]
	if err != nil {
		return fmt.Errorf("source: %w", dial.Cause(err))
	}
	return nil
}
