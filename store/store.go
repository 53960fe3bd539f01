// Package store keeps bytes safe: small records (definitions) at rest in
// Badger, and one Log a queue, journal first and Badger behind. It knows
// sequences and bytes, and nothing of messages, queues or users.
package store

import "errors"

// ErrLocked is returned by Open when another process holds the data directory.
var ErrLocked = errors.New("data directory is in use by another process")

// ErrNotFound is returned by Get for a key that is not there.
var ErrNotFound = errors.New("no such record")

// What a record may be.
const (
	MaxKey    = 32 << 10 // bytes; no key is empty
	MaxRecord = 1 << 20  // bytes of value
)

// ErrTooLarge is returned by Commit for a record out of these bounds.
var ErrTooLarge = errors.New("record is too large, or its key empty")

// Store is the disk of a node. All methods may be called concurrently.
type Store interface {
	// Get returns a copy of the record under key, or ErrNotFound.
	Get(key []byte) ([]byte, error)
	// Scan yields the records whose key begins with prefix, in key order,
	// until yield returns false. The slices are valid during the call only.
	Scan(prefix []byte, yield func(key, value []byte) bool) error
	// ScanFrom is Scan of those whose key is from or greater.
	ScanFrom(prefix, from []byte, yield func(key, value []byte) bool) error
	// Commit applies all changes of b or none, and returns when they are
	// synced. A Scan meanwhile may see a part of a large batch.
	Commit(b *Batch) error
	// Log opens the log of queue id. After a restart it holds what was put and
	// not settled, if durable; else what is stored of id is forgotten. The
	// owner is told of every Put. One Log an id may be open at a time.
	Log(id uint64, durable bool, owner Owner) (Log, error)
	// Begin begins a Unit.
	Begin() Unit
	// Logs lists the ids that hold anything after recovery, so that those
	// whose queue is gone can be forgotten.
	Logs() []uint64
	// Clean reports whether the store was closed orderly last time (true for
	// a new one). After anything else, a recovered entry may have been
	// delivered before.
	Clean() bool
	// WaitRoom blocks while more is staged than the store may hold in memory;
	// a publisher calls it between bursts. It returns at once on a closed or
	// failed store.
	WaitRoom()
	// Failed is why the disk takes nothing more, or nil. It does not heal: the
	// node must be restarted.
	Failed() error
	// Close writes what is staged, syncs, and ends all goroutines. What is put
	// later is not stored, and its owner not told.
	Close() error
}

// Owner learns that entries are safe. Stored is called by the store's writer,
// without any lock of the store, in order: every Put with a sequence number
// up to through is on disk, or settled before it had to be. err tells that
// the disk failed and they are not.
type Owner interface {
	Stored(through uint64, err error)
}

// Unit is a set of entries and settlements, of any logs, that hold together: a
// crash leaves all of it done or nothing. PutIn and SettleIn add to it.
//
// What is put into a log after an entry of a unit is written after the unit, and
// so is what settles such an entry. So whoever begins a Unit commits it soon,
// without waiting for the disk in between; units may be committed in any order.
// What is never committed is lost, with what is behind it. A Unit may be used
// by several goroutines.
type Unit interface {
	// Commit gives the unit to the writer. Nothing is added to it afterwards.
	Commit()
}

// Log is the durable sequence of one queue. Methods may be called
// concurrently, and none waits for the disk except Read.
//
// Entries are staged by Put and written by the store's writer in groups. An
// entry settled before its group is written is never written.
type Log interface {
	// Put stages entries. Sequence numbers grow from Put to Put. The slice is
	// the caller's again; the items must not change.
	Put(entries []Entry)
	// PutIn stages entries as Put does, as a part of u.
	PutIn(u Unit, entries []Entry)
	// Settle marks entries as done, in any order. Settling what is not there
	// is no error.
	Settle(seqs []uint64)
	// SettleIn settles entries as a part of u: they stay until u is on disk,
	// though Read does not yield them any more. Settling one of them otherwise,
	// or again, is no error.
	SettleIn(u Unit, seqs []uint64)
	// Count notes how often entries were delivered in vain, soon to be on
	// disk; Read gives it back. Entries that are not there are passed over.
	Count(counts []Count)
	// SettleRange settles all entries of lane in [from, to].
	SettleRange(lane uint8, from, to uint64)
	// Read yields stored entries of lane with a sequence number of at least
	// from, in order, skipping settled ones, until yield returns false or max
	// bytes were read or the end of what is stored is reached. It does not
	// yield staged entries. The slices yielded are fresh memory that the
	// receiver may keep.
	Read(lane uint8, from uint64, max int, yield func(Stored) bool) error
	// Lanes tells what recovery found, by lane. Constant after Open.
	Lanes() []Lane
	// Mark stores, with the settle state, the highest sequence number that was
	// delivered; Marked gives it back after a clean restart.
	Mark(delivered uint64)
	Marked() uint64
	// Drop forgets everything and closes the log.
	Drop()
	// Close closes the log and keeps what is stored.
	Close()
}

// Item is what is stored of an entry: small meta data that is encoded when it
// is written, and a payload that is written as it is.
type Item interface {
	// AppendMeta appends the encoding of all but the payload to dst.
	AppendMeta(dst []byte) []byte
	// Payload is the rest; it may be shared by entries of several logs.
	Payload() []byte
}

// Entry is one item on its way to disk.
type Entry struct {
	Seq       uint64
	Lane      uint8 // entries of one lane are read together
	Transient bool  // on disk only to save memory: forgotten by a restart
	Time      int64 // when it was enqueued, Unix milliseconds
	Expiry    int64 // Unix milliseconds; 0 never
	Item      Item
}

// Count is how often an entry was delivered in vain.
type Count struct {
	Seq uint64
	N   uint32
}

// Stored is one entry read back.
type Stored struct {
	Seq           uint64
	Count         uint32
	Transient     bool
	Time, Expiry  int64
	Meta, Payload []byte
}

// Lane is what recovery found in one lane of a log.
type Lane struct {
	Lane        uint8
	First, Last uint64 // sequence numbers
	Count       int
	Bytes       int64 // of payloads
	Expires     int64 // Unix milliseconds: no entry of the lane expires sooner; 0: none expires
}

// Batch is a set of changes to records, applied together by Commit.
type Batch struct {
	changes []change
}

type change struct {
	key, value []byte // a nil value deletes
}

// Set writes value under key. Both are kept until Commit returns.
func (b *Batch) Set(key, value []byte) {
	b.changes = append(b.changes, change{key, append([]byte{}, value...)})
}

// Delete removes key, if it is there.
func (b *Batch) Delete(key []byte) { b.changes = append(b.changes, change{key: key}) }

// Len is how many changes b holds.
func (b *Batch) Len() int { return len(b.changes) }
