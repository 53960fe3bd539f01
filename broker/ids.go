package broker

import (
	"encoding/binary"
	"errors"
	"sync"

	"github.com/hutchmq/hutchmq/store"
)

// ids numbers queues. The number of a durable queue is never used again, not
// even after a crash: blocks of numbers are reserved in the store before use.
// Those of transient queues, which the store forgets at a restart, come from
// the upper half.
type ids struct {
	store store.Store

	mu        sync.Mutex
	last      uint64
	reserved  uint64
	transient uint64
}

const (
	idBlock       = 1000
	transientBit  = 1 << 63
	reservedIDKey = "m/queue-ids"
)

func (s *ids) next(durable bool) (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !durable {
		s.transient++
		return transientBit | s.transient, nil
	}
	if s.last == s.reserved {
		if err := s.reserve(); err != nil {
			return 0, err
		}
	}
	s.last++
	return s.last, nil
}

func (s *ids) reserve() error {
	if s.reserved == 0 {
		raw, err := s.store.Get([]byte(reservedIDKey))
		switch {
		case err == nil && len(raw) == 8:
			s.last = binary.BigEndian.Uint64(raw)
		case err != nil && !errors.Is(err, store.ErrNotFound):
			return err
		}
	}
	var b store.Batch
	b.Set([]byte(reservedIDKey), binary.BigEndian.AppendUint64(nil, s.last+idBlock))
	if err := s.store.Commit(&b); err != nil {
		return err
	}
	s.reserved = s.last + idBlock
	return nil
}
