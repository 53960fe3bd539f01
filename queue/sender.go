package queue

// Sender is a Consumer that may write what it was delivered itself, which
// spares a lone message the way through another goroutine. A queue that has
// delivered to one calls Send or Wake before its method returns.
type Sender interface {
	// Send writes what was delivered, or has it written. It does not block.
	// It is called without the queue's lock.
	Send()
	// Wake has it written, and may be called with the queue's lock held.
	Wake()
}

// Sending collects the senders a method of a queue has delivered to. The zero
// value is empty.
type Sending struct {
	few [4]Sender
	n   int
}

// Add notes that something was delivered to m. The queue's lock is held.
func (s *Sending) Add(m *Member) {
	if m.sender == nil {
		return
	}
	for _, known := range s.few[:s.n] {
		if known == m.sender {
			return
		}
	}
	if s.n == len(s.few) {
		m.sender.Wake()
		return
	}
	s.few[s.n] = m.sender
	s.n++
}

// Send has all of them send. The queue's lock is not held.
func (s *Sending) Send() {
	for i, x := range s.few[:s.n] {
		x.Send()
		s.few[i] = nil
	}
	s.n = 0
}
