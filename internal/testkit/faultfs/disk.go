// Package faultfs is a file system in memory that fails on demand: it loses
// what was not synced, tears it, refuses writes and syncs, runs full, and is
// slow. It knows nothing of what is written.
package faultfs

import (
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/hutchmq/hutchmq/store/journal"
)

// ErrFault is what a refused write or sync returns.
var ErrFault = errors.New("fault injected")

// ErrGone is returned by all that was mounted before the power was lost.
var ErrGone = errors.New("power is lost")

// Disk is what outlives a power loss.
type Disk struct {
	mu       sync.Mutex
	rand     *rand.Rand
	mount    *mount
	names    map[string]*inode // as programs see them
	durable  map[string]*inode // as of the last SyncDir
	changes  []change          // since then
	capacity int64             // bytes; 0 is endless

	failWrite, failSync atomic.Int64 // counts down to the one that fails
	syncDelay           atomic.Int64
	written, syncs      atomic.Int64
}

// change is one creation, renaming or removal.
type change func(names map[string]*inode)

// New makes an empty disk. The seed decides what a power loss leaves.
func New(seed uint64) *Disk {
	return &Disk{rand: rand.New(rand.NewPCG(seed, 1)), names: map[string]*inode{}, durable: map[string]*inode{}}
}

// Mount gives the disk to a program, until Crash.
func (d *Disk) Mount() journal.FS {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mount = &mount{d: d}
	return d.mount
}

// Crash loses power. Of the changes to the directory a random number, oldest
// first, have reached the disk; of unsynced writes nothing has, or with torn
// a random choice of 4 KiB blocks.
func (d *Disk) Crash(torn bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mount.gone.Store(true)
	for _, c := range d.changes[:d.rand.IntN(len(d.changes)+1)] {
		c(d.durable)
	}
	d.changes = nil
	d.names = maps.Clone(d.durable)
	for _, i := range d.names {
		i.lose(torn, d.rand)
	}
}

// FailWrite lets the n-th write from now fail; 1 is the next.
func (d *Disk) FailWrite(n int) { d.failWrite.Store(int64(n)) }

// FailSync lets the n-th sync of a file from now fail.
func (d *Disk) FailSync(n int) { d.failSync.Store(int64(n)) }

// SetCapacity bounds what files may be allocated to, in bytes; 0 is no bound.
func (d *Disk) SetCapacity(bytes int64) {
	d.mu.Lock()
	d.capacity = bytes
	d.mu.Unlock()
}

// SetSyncDelay makes every sync of a file take that long.
func (d *Disk) SetSyncDelay(t time.Duration) { d.syncDelay.Store(int64(t)) }

// Written counts the bytes written so far.
func (d *Disk) Written() int64 { return d.written.Load() }

// Syncs counts the syncs of files so far.
func (d *Disk) Syncs() int64 { return d.syncs.Load() }

// Bytes is what all files take.
func (d *Disk) Bytes() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.bytes()
}

// Names counts the files whose name ends so.
func (d *Disk) Names(ending string) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for name := range d.names {
		if strings.HasSuffix(name, ending) {
			n++
		}
	}
	return n
}

// Flip changes one bit of a file, as a rotting disk does.
func (d *Disk) Flip(name string, off int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := d.names[name]
	i.mu.Lock()
	defer i.mu.Unlock()
	i.data[off] ^= 1
	i.kept[off] ^= 1
}

func (d *Disk) bytes() (n int64) {
	for _, i := range d.names {
		n += i.size()
	}
	return n
}

func (d *Disk) room(bytes int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.capacity > 0 && d.bytes()+bytes > d.capacity {
		return syscall.ENOSPC
	}
	return nil
}

// alter makes a change to the directory.
func (d *Disk) alter(c change) {
	c(d.names)
	d.changes = append(d.changes, c)
}

func (d *Disk) lookup(name string) (*inode, error) {
	i, ok := d.names[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return i, nil
}

// due counts down and tells whether this is the one that fails.
func due(n *atomic.Int64) bool { return n.Load() > 0 && n.Add(-1) == 0 }
