package delay

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/hutchmq/hutchmq/store"
)

// Holder holds what is to be routed later in one vhost. All methods may be
// called concurrently.
//
// Lock order: reading, firing, indexing, mu, then the log's. What stands below
// indexing and mu is guarded by them.
type Holder struct {
	d     *Delays
	Vhost string
	to    Target
	id    uint64 // of the log
	log   store.Log
	found store.Lane // of messages
	noted store.Lane // of notes

	reading sync.Mutex // held while what is due soon is read
	firing  sync.Mutex // held while something leaves

	indexing sync.Mutex // held while the index is read or written
	indexed  uint64     // all up to here is in the index, or gone for good
	stock    map[string]Count

	mu        sync.Mutex
	closed    bool
	forgotten bool // closed for good
	failed    error
	next      uint64 // sequence number
	began     uint64 // what has a smaller one came before the start; constant
	stored    uint64 // all up to here is on disk
	receipts  queueOf[receipt]
	near      heap
	horizon   place    // what is due there or later need not be in near
	fresh     []fresh  // what is not in the index, by seq
	soon      []leaver // what is read, in the order of being due; nobody has claimed it
	soonBytes int
	leaving   map[uint64]struct{} // what is on its way out
	partings  queueOf[parting]
	gone      []gone // for good, to be taken out of the index
	held      map[string]*Count

	counters Counters
	readers  chan struct{} // something may be due earlier
	kick     chan struct{} // something was read
	index    chan struct{} // the index needs care
	ready    chan struct{} // closed when the index has what was found
	stop     chan struct{}
	done     sync.WaitGroup
}

// Close ends the Holder. With forget, what it holds goes too; else it is there
// after the next start.
func (h *Holder) Close(forget bool) error {
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()
		return nil
	}
	h.closed, h.forgotten = true, forget
	h.mu.Unlock()
	close(h.stop)
	h.done.Wait()
	h.reading.Lock() // nobody cancels any more
	defer h.reading.Unlock()
	h.firing.Lock()
	defer h.firing.Unlock()
	if forget {
		h.log.Drop()
		return h.d.forget(h.Vhost, h.id)
	}
	h.indexing.Lock()
	defer h.indexing.Unlock()
	err := h.flush(all, true)
	h.log.Close()
	if err != nil {
		return fmt.Errorf("delayed messages of vhost %s: %w", h.Vhost, err)
	}
	return nil
}

// WaitRoom blocks a publisher while the index is far behind what came.
func (h *Holder) WaitRoom() {
	for h.crowded() {
		wake(h.index)
		select {
		case <-time.After(time.Millisecond):
		case <-h.stop:
			return
		}
	}
}

func (h *Holder) crowded() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.fresh) > 2*h.d.limits.crowd && h.failed == nil && !h.closed
}

// say logs what went wrong behind everybody's back.
func (h *Holder) say(what string, err error) {
	if err != nil && !errors.Is(err, errStopped) {
		slog.With("category", "queue").Error(what, "vhost", h.Vhost, "error", err)
	}
}

var errStopped = errors.New("stopped")

// wake tells a goroutine that there is something to do.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
