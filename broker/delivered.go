package broker

import (
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/stats"
)

// Delivered counts what one session got from one queue: deliveries, what
// basic.get fetched, and acknowledgements.
type Delivered struct {
	Queue   *Queue
	Session *Session
	Past    stats.Track // of the counters: queue.Events columns

	counters queue.Counters
	all      *queue.Counters // of the session, for all queues of this kind
}

// maxDelivered bounds how many queues a session counts apart.
const maxDelivered = 1024

// Traffic is what was counted so far.
func (d *Delivered) Traffic() queue.Traffic { return d.counters.Traffic() }

// Count counts n events. It may be called from anywhere, holding any lock.
func (d *Delivered) Count(e queue.Event, n int) {
	if n > 0 {
		d.counters[e].Add(uint64(n))
		d.all[e].Add(uint64(n))
	}
}

// From is the counters of s for q.
func (s *Session) From(q *Queue) *Delivered {
	s.counting.Lock()
	defer s.counting.Unlock()
	if d := s.delivered[q]; d != nil {
		return d
	}
	d := &Delivered{Queue: q, Session: s, all: s.byKind(q.Kind)}
	if len(s.delivered) >= maxDelivered {
		s.dropGone()
	}
	if len(s.delivered) < maxDelivered {
		if s.delivered == nil {
			s.delivered = map[*Queue]*Delivered{}
		}
		s.delivered[q] = d
	}
	return d
}

// countGet counts what basic.get found.
func (s *Session) countGet(q *Queue, d *queue.Delivery, noAck, ok bool) {
	e := queue.Got
	switch {
	case !ok:
		e = queue.GotNothing
	case noAck:
		e = queue.GotNoAck
	}
	from := s.From(q)
	from.Count(e, 1)
	if ok && d.Redelivered {
		from.Count(queue.Redelivered, 1)
	}
}

// byKind is the counters of what s got from queues of a kind. s.counting is
// held.
func (s *Session) byKind(kind string) *queue.Counters {
	c := s.kinds[kind]
	if c == nil {
		if s.kinds == nil {
			s.kinds = map[string]*queue.Counters{}
		}
		c = &queue.Counters{}
		s.kinds[kind] = c
	}
	return c
}

// dropGone no longer counts apart what came from queues that are gone.
// s.counting is held.
func (s *Session) dropGone() {
	for q := range s.delivered {
		if q.Gone() {
			delete(s.delivered, q)
		}
	}
}

// Delivered lists what s got, by queue, in no order. It may be called from
// anywhere.
func (s *Session) Delivered() []*Delivered { return s.appendDelivered(nil) }

func (s *Session) appendDelivered(list []*Delivered) []*Delivered {
	s.counting.Lock()
	defer s.counting.Unlock()
	for _, d := range s.delivered {
		list = append(list, d)
	}
	return list
}

// DeliveredFrom is what s got from q, nil when that is nothing. It may be
// called from anywhere.
func (s *Session) DeliveredFrom(q *Queue) *Delivered {
	s.counting.Lock()
	defer s.counting.Unlock()
	return s.delivered[q]
}

// Published lists what s published, by exchange, in no order. It may be called
// from anywhere.
func (s *Session) Published() []*Published { return s.publisher.Published() }

// PublishedTo is what s published to x, nil when that is nothing. It may be
// called from anywhere.
func (s *Session) PublishedTo(x *Exchange) *Published { return s.publisher.PublishedTo(x) }

// To is the counters of what s publishes to x.
func (s *Session) To(x *Exchange) *Published { return s.publisher.To(x) }

// Elsewhere is counters of what s publishes to exchanges that are not told
// apart.
func (s *Session) Elsewhere() *Published { return s.publisher.Elsewhere() }

// CountConfirmsWanted counts n messages that are to be confirmed.
func (s *Session) CountConfirmsWanted(n int) { s.c.b.wanted.Add(uint64(n)) }

// Traffic is all that s did. It may be called from anywhere.
func (s *Session) Traffic() queue.Traffic {
	t := s.publisher.Traffic()
	s.counting.Lock()
	defer s.counting.Unlock()
	for _, c := range s.kinds {
		got := c.Traffic()
		t.Add(&got)
	}
	return t
}
