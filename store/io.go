package store

import "github.com/hutchmq/hutchmq/store/journal"

// IO is what a store has read and written since it was opened, at rest and in
// the journal; what is below it counts for itself.
type IO = journal.IO

// Counted is a Store that counts what it reads and writes.
type Counted interface {
	IO() IO
	Stat() Stat
}

// IO implements Counted.
func (d *Disk) IO() IO { return d.j.IO() }
