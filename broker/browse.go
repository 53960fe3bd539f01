package broker

import (
	"time"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/queue"
)

// What one Browse looks at, at most.
const (
	browseLooks = 10_000
	browseBytes = 64 << 20
)

// Browse lists up to limit ready messages of a queue that f means, from behind
// a position on (0: from the head), and changes nothing. It looks at so many
// messages and no more; where it has ended, View.Next goes on.
func (s *Session) Browse(name string, f *MessageFilter, after uint64, limit int) (queue.View, error) {
	q, err := s.queue(auth.Read, name)
	if err != nil {
		return queue.View{}, err
	}
	browser, err := browserOf(q)
	if err != nil {
		return queue.View{}, err
	}
	now := time.Now()
	return browser.Browse(queue.Browse{
		After: after, Limit: limit, MaxLooks: browseLooks, MaxBytes: browseBytes,
		Want: func(m *queue.Seen) bool { return f.matches(m.Message, now) },
	})
}

// ExtendLease makes the lease of the delivery of message id of a queue, which
// the user may read, end in ms; 0 is as long as it had in the first place.
func (s *Session) ExtendLease(name string, id uint64, ms int64) (Extension, error) {
	q, err := s.queue(auth.Read, name)
	if err != nil {
		return NotHeld, err
	}
	done := NotHeld
	s.c.b.eachHolding(q, func(h Holding) bool {
		if h.ID == id {
			done = h.Session.face.Extend(h.Tag, id, ms)
		}
		return h.ID != id
	})
	return done, nil
}

// Holders is that of Broker, for a queue that the user may read.
func (s *Session) Holders(name string, most int) ([]Holding, error) {
	q, err := s.queue(auth.Read, name)
	if err != nil {
		return nil, err
	}
	return s.c.b.Holders(q, most), nil
}
