package broker

import (
	"context"
	"sync"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// PublishStored publishes m and waits until the queues it reaches have it, as
// safely as it asks for; stored is false when one of them would not take it.
// Besides, it does what Target, CheckUserID and Publish do. It is not for many
// messages: each waits for the disk alone.
func (s *Session) PublishStored(ctx context.Context, exchange string, m *message.Message) (routed int, stored bool, err error) {
	x, err := s.Target([]byte(exchange))
	if err != nil {
		return 0, false, err
	}
	if id := amqp.Property(m.Header, amqp.HasUserID); id != nil {
		if err := s.CheckUserID(id); err != nil {
			return 0, false, err
		}
	}
	if IsReplyQueue(string(amqp.Property(m.Header, amqp.HasReplyTo))) {
		return 0, false, amqp.NoReplyConsumer.New()
	}
	m.Exchange = x.Name
	w := &storing{done: make(chan struct{})}
	routed, err = s.Publish(x, m, queue.Receipt{To: w})
	if err != nil {
		s.Drop()
		return 0, false, err
	}
	w.left = routed
	s.Flush()
	if routed == 0 {
		s.CountUnrouted(x, true)
		return 0, true, nil
	}
	select {
	case <-w.done:
		if !w.refused {
			s.To(x).Count(queue.Confirmed, 1)
		}
		return routed, !w.refused, nil
	case <-ctx.Done():
		return routed, false, ctx.Err()
	}
}

// storing waits for the confirms of one message.
type storing struct {
	done chan struct{} // closed with the last of them

	mu      sync.Mutex
	left    int // set before the first
	refused bool
}

// Confirm implements queue.Confirmer.
func (w *storing) Confirm(seqs []uint64, stored bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refused = w.refused || !stored
	if w.left -= len(seqs); w.left == 0 {
		close(w.done)
	}
}
