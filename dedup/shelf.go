package dedup

import (
	"fmt"

	"github.com/hutchmq/hutchmq/store"
)

// Shelf is what a node remembers of what came: the indexes of its exchanges,
// and its producers.
type Shelf struct {
	store  store.Store
	hasher *Hasher
	ledger ledger
	clock  func() int64 // Unix milliseconds; the real one, for it outlives the process
}

// Open opens the shelf of a node whose store is st, which is to be closed after
// it.
func Open(st store.Store) (*Shelf, error) { return openAt(st, now) }

func openAt(st store.Store, clock func() int64) (*Shelf, error) {
	h, err := loadHasher(st)
	if err != nil {
		return nil, fmt.Errorf("secret of de-duplication: %w", err)
	}
	s := &Shelf{store: st, hasher: h, clock: clock}
	return s, s.ledger.open(st, clock)
}

// Close ends what is not an index's: those are closed before.
func (s *Shelf) Close() { s.ledger.close(false) }
