package store

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"
)

// ErrFull is returned when the disk has too little room for what is to be
// stored, or for a start.
var ErrFull = errors.New("the disk is full")

// commitRoom is what must be free for Badger to write: a memtable, the table it
// becomes, and some more. Badger maps its files into memory, where a block that
// cannot be had is no error but the end of the process. The journal, which asks
// for its blocks, leaves it several times as much.
const commitRoom = 32 << 20

// room tells whether Badger may write to path.
func room(path string) error {
	free, err := freeBytes(path)
	if err == nil && free < commitRoom {
		err = fmt.Errorf("%w: %d MiB are free, and it takes %d", ErrFull, free>>20, commitRoom>>20)
	}
	return err
}

// update is Badger's Update, when there is room.
func (d *Disk) update(change func(t *badger.Txn) error) error {
	if err := room(d.badger); err != nil {
		return err
	}
	if err := d.db.Update(change); err != nil {
		return err
	}
	d.solidify()
	return nil
}

// solidify asks for all blocks of memtables that were begun since it was called
// last: they are written to later, whether or not there is room then. Where
// that fails, the next update tells.
func (d *Disk) solidify() {
	d.solid.mu.Lock()
	defer d.solid.mu.Unlock()
	names, err := filepath.Glob(filepath.Join(d.badger, "*.mem"))
	if err != nil || len(names) == 0 || names[len(names)-1] == d.solid.last {
		return
	}
	last := names[len(names)-1]
	if err := fillHoles(last); err != nil {
		d.o.Log.Warn("cannot reserve room for records", "error", err)
		return
	}
	d.solid.last = last
}
