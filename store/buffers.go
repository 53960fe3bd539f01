package store

import "sync"

const (
	keptBuffers = 64
	keptEntries = 1 << 15 // a buffer grown larger is not kept
)

// buffers are entry slices that logs stage into and the writer empties. Logs
// share them, so that ten thousand quiet logs hold none.
type buffers struct {
	mu   sync.Mutex
	free [][]Entry
}

func (b *buffers) take() []Entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := len(b.free) - 1
	if n < 0 {
		return nil
	}
	es := b.free[n]
	b.free[n] = nil
	b.free = b.free[:n]
	return es
}

func (b *buffers) give(es []Entry) {
	clear(es)
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.free) < keptBuffers && cap(es) <= keptEntries {
		b.free = append(b.free, es[:0])
	}
}
