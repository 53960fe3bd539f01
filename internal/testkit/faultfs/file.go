package faultfs

import (
	"io"
	"math/rand/v2"
	"sync"
	"time"
)

const blockBytes = 4096

// inode is a file, under whatever name.
type inode struct {
	mu    sync.Mutex
	data  []byte         // as programs see it
	kept  []byte         // as of the last sync
	dirty map[int64]bool // blocks written since
}

func (i *inode) size() int64 {
	i.mu.Lock()
	defer i.mu.Unlock()
	return int64(len(i.data))
}

// lose takes back what was not synced, or with torn some of its blocks.
func (i *inode) lose(torn bool, r *rand.Rand) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for b := range int64(len(i.data)+blockBytes-1) / blockBytes {
		if torn && i.dirty[b] && r.IntN(2) == 0 {
			i.keep(b)
		}
	}
	i.data = append([]byte(nil), i.kept...)
	i.dirty = nil
}

// keep makes block b durable.
func (i *inode) keep(b int64) {
	from := b * blockBytes
	to := min(from+blockBytes, int64(len(i.data)))
	i.kept = grow(i.kept, to)
	copy(i.kept[from:to], i.data[from:to])
}

func grow(p []byte, size int64) []byte {
	if missing := size - int64(len(p)); missing > 0 {
		return append(p, make([]byte, missing)...)
	}
	return p
}

// write is called with the lock held.
func (i *inode) write(p []byte, off int64) {
	end := off + int64(len(p))
	i.data = grow(i.data, end)
	copy(i.data[off:], p)
	if i.dirty == nil {
		i.dirty = map[int64]bool{}
	}
	for b := off / blockBytes; b*blockBytes < end; b++ {
		i.dirty[b] = true
	}
}

// sync is called with the lock held.
func (i *inode) sync() {
	for b := range i.dirty {
		i.keep(b)
	}
	i.kept = grow(i.kept, int64(len(i.data)))
	i.dirty = nil
}

// handle is an open file.
type handle struct {
	m *mount
	i *inode
}

func (h *handle) ReadAt(p []byte, off int64) (int, error) {
	if h.m.gone.Load() {
		return 0, ErrGone
	}
	h.i.mu.Lock()
	defer h.i.mu.Unlock()
	if off >= int64(len(h.i.data)) {
		return 0, io.EOF
	}
	n := copy(p, h.i.data[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (h *handle) WriteAt(p []byte, off int64) (int, error) {
	h.i.mu.Lock()
	defer h.i.mu.Unlock()
	if h.m.gone.Load() {
		return 0, ErrGone
	}
	if due(&h.m.d.failWrite) {
		return 0, ErrFault
	}
	h.m.d.written.Add(int64(len(p)))
	h.i.write(p, off)
	return len(p), nil
}

func (h *handle) Size() (int64, error) { return h.i.size(), nil }

// Allocate is durable at once: a file system keeps its own books in order.
func (h *handle) Allocate(size int64) error {
	if err := h.m.d.room(size); err != nil {
		return err
	}
	h.i.mu.Lock()
	defer h.i.mu.Unlock()
	h.i.data, h.i.kept = grow(h.i.data, size), grow(h.i.kept, size)
	return nil
}

func (h *handle) Sync() error {
	time.Sleep(time.Duration(h.m.d.syncDelay.Load()))
	h.i.mu.Lock()
	defer h.i.mu.Unlock()
	if h.m.gone.Load() {
		return ErrGone
	}
	if due(&h.m.d.failSync) {
		return ErrFault
	}
	h.m.d.syncs.Add(1)
	h.i.sync()
	return nil
}

func (h *handle) Close() error { return nil }
