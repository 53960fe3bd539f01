package broker

import (
	"context"
	"sync"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// PublishStored publishes m and waits until the queues it reaches have it, as
// safely as it asks for; stored is false when one of them would not take it.
// Who is faster than vhost or user may waits before that; a vhost that is full
// is an InvalidError.
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
	if reason := s.c.Full(); reason != "" {
		return 0, false, InvalidError("publishers are blocked: " + reason)
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
	s.await(ctx)
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

// await waits until who published may publish again, or ctx is done.
func (s *Session) await(ctx context.Context) {
	wait := s.c.Wait(s.Take())
	if wait == 0 {
		return
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	began := time.Now()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
	s.c.Waited(time.Since(began))
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
