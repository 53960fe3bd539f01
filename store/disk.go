package store

import (
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/hutchmq/hutchmq/store/journal"
	"github.com/hutchmq/hutchmq/store/keyring"
)

// Options of a disk. The zero value of each is its default.
type Options struct {
	NoSync       bool          // Stored follows the write, not the sync: `sync = os`
	SegmentBytes int64         // of a journal file; 64 MiB
	StagedBytes  int64         // what may wait for the writer; 64 MiB
	BudgetBytes  int64         // of journal beyond which sparse segments are emptied early; 4 GiB
	CheckEvery   time.Duration // between looks for sparse segments; 1 s
	SpareFor     time.Duration // how long recycled segments are kept that were not needed; 15 s
	FS           journal.FS    // where the journal lies; the directory "journal"
	Key          *Key          // what the directory is encrypted with; nil: it is not
	Log          *slog.Logger  // slog.Default()
}

func (o Options) defaults() Options {
	if o.StagedBytes == 0 {
		o.StagedBytes = 64 << 20
	}
	if o.BudgetBytes == 0 {
		o.BudgetBytes = 4 << 30
	}
	if o.CheckEvery == 0 {
		o.CheckEvery = time.Second
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

// Disk is the Store of a node: a journal, with Badger behind it for records
// and for the entries that stay long.
//
// Locks are taken in this order: the Disk's mu, a log's mu, and then one of
// the journal's, the checkpointer's, a unit's, the buffers' or the room's. An Owner is
// called without any.
type Disk struct {
	o      Options
	lock   *os.File
	db     *badger.DB
	badger string // its directory
	path   string
	ring   *keyring.Ring // nil: nothing is encrypted
	solid  struct {
		mu   sync.Mutex
		last string // the memtable that has all its blocks
	}
	j     *journal.Journal
	clean bool

	commit sync.Mutex // one at a time: a large one takes several transactions

	mu   sync.Mutex // before any log's
	logs map[uint64]*log

	room    sync.Mutex // guards the condition only
	roomy   *sync.Cond
	staged  atomic.Int64 // bytes
	closed  atomic.Bool
	buffers buffers
	turns   []*turn          // the writer's: that no log has
	placed  []journal.Placed // the writer's
	body    []byte           // the writer's: of the record at hand
	state   []byte           // the writer's: of the snapshot at hand, in the midst of a record

	check checkpointer
}

var _ Store = (*Disk)(nil)

// Open opens the store in directory path, which is made if it is missing.
func Open(path string, o Options) (*Disk, error) {
	d := &Disk{o: o.defaults(), path: path, logs: map[uint64]*log{}}
	d.roomy = sync.NewCond(&d.room)
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	if unfinished(path) {
		return nil, ErrRestoring
	}
	var err error
	if d.lock, err = lockFile(filepath.Join(path, "lock")); err != nil {
		return nil, err
	}
	if err := d.open(); err != nil {
		d.release()
		return nil, err
	}
	return d, nil
}

func (d *Disk) open() (err error) {
	if err := finishRewrite(d.path); err != nil {
		return err
	}
	if d.ring, err = unlock(d.path, d.o.Key); err != nil {
		return err
	}
	if d.o.FS == nil {
		if d.o.FS, err = journal.Dir(filepath.Join(d.path, journalName)); err != nil {
			return err
		}
	}
	d.badger = filepath.Join(d.path, badgerName)
	if err := room(d.path); err != nil {
		return err
	}
	if d.db, err = openBadger(d.badger, d.ring); err != nil {
		return err
	}
	d.solidify()
	if err = d.finishCommit(); err != nil {
		return err
	}
	o := journal.Options{SegmentBytes: d.o.SegmentBytes, NoSync: d.o.NoSync, SpareFor: d.o.SpareFor, Keys: segmentKeys(d.ring), Log: d.o.Log}
	j, found, err := journal.Open(d.o.FS, o)
	if err != nil {
		return err
	}
	d.j, d.clean = j, found.Clean
	if err := d.recover(found); err != nil {
		return err
	}
	if err := j.Start(keeper{d}); err != nil {
		return err
	}
	d.check.start(d)
	return nil
}

// release closes what is open below the journal.
func (d *Disk) release() (err error) {
	if d.db != nil {
		err = d.db.Close()
	}
	d.lock.Close()
	return err
}

// Clean implements Store.
func (d *Disk) Clean() bool { return d.clean }

// Failed is why nothing is stored any more, or nil.
func (d *Disk) Failed() error { return d.j.Err() }

// Stat counts what a Disk does.
type Stat struct {
	JournalBytes int64  // of the files, recycled ones included
	Segments     int    // of the journal, with something in them
	StagedBytes  int64  // that wait for the writer
	Groups       uint64 // written since Open
	Full         bool   // the disk is: publishers wait until there is room
}

// Stat counts.
func (d *Disk) Stat() Stat {
	return Stat{d.j.Bytes(), d.j.Len(), d.staged.Load(), d.j.Groups(), d.j.Full()}
}

// Log implements Store.
func (d *Disk) Log(id uint64, durable bool, owner Owner) (Log, error) {
	d.mu.Lock()
	l := d.logs[id]
	if l == nil {
		l = &log{d: d, id: id}
		d.logs[id] = l
	}
	d.mu.Unlock()
	if err := l.open(durable, owner); err != nil {
		return nil, err
	}
	return l, nil
}

// Logs implements Store.
func (d *Disk) Logs() (ids []uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, l := range d.logs {
		if l.holds() {
			ids = append(ids, id)
		}
	}
	return ids
}

// forget takes l off the list, if it is still on it.
func (d *Disk) forget(l *log) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.logs[l.id] == l {
		delete(d.logs, l.id)
	}
}

// Close implements Store. What is put later is not stored, and its owner is
// not told.
func (d *Disk) Close() error {
	if d.closed.Swap(true) {
		return nil
	}
	d.wakeRoom()
	d.check.stop()
	err := d.j.Close()
	if err2 := d.release(); err == nil {
		err = err2
	}
	return err
}
