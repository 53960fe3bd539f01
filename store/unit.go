package store

// unit is the Unit of a Disk.
type unit struct{}

// Commit implements Unit.
func (u *unit) Commit() {}

// Begin implements Store.
func (d *Disk) Begin() Unit { return &unit{} }

// PutIn implements Log.
func (l *log) PutIn(_ Unit, entries []Entry) { l.Put(entries) }

// SettleIn implements Log.
func (l *log) SettleIn(_ Unit, seqs []uint64) { l.Settle(seqs) }

// Count implements Log.
func (l *log) Count(counts []Count) {}
