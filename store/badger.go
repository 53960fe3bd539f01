package store

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/hutchmq/hutchmq/store/keyring"
)

const decryptedBytes = 8 << 20 // of tables, and of their indexes, that are kept

// openBadger opens the database in dir. Each option is a measured scar: values
// stay in the tree, because the value log loses space and resurrects keys;
// every commit is synced, because syncing later misses a rotated memtable;
// small memtables, because larger ones write and hold more.
//
// With a ring it is encrypted, by keys of its own which are made anew every ten
// days, and which the ring's wraps. Then it keeps what it has decrypted last.
func openBadger(dir string, ring *keyring.Ring) (*badger.DB, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := sweepMemtables(dir); err != nil {
		return nil, err
	}
	o := badger.DefaultOptions(dir).
		WithLogger(nil).
		WithSyncWrites(true).
		WithValueThreshold(1 << 20).
		WithValueLogFileSize(16 << 20).
		WithMemTableSize(8 << 20).
		WithNumMemtables(2).
		WithNumCompactors(2).
		WithCompression(options.None).
		WithBlockCacheSize(0).
		WithIndexCacheSize(0).
		WithDetectConflicts(false).
		WithMetricsEnabled(false)
	if ring != nil {
		if err := mendRegistry(dir); err != nil {
			return nil, err
		}
		o = o.WithEncryptionKey(ring.Badger()).WithBlockCacheSize(decryptedBytes).WithIndexCacheSize(decryptedBytes)
	}
	db, err := badger.Open(o)
	switch {
	case err == nil:
		return db, nil
	case errors.Is(err, badger.ErrEncryptionKeyMismatch):
		err = ErrOtherKeys
	}
	return nil, err // beside some errors there is a database, which must not be closed
}

// sweepMemtables removes the empty write-ahead logs that a kill may leave:
// Badger would refuse to open.
func sweepMemtables(dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "*.mem"))
	if err != nil {
		return err
	}
	for _, name := range names {
		info, err := os.Stat(name)
		if err == nil && info.Size() == 0 {
			err = os.Remove(name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Get implements Store.
func (d *Disk) Get(key []byte) (value []byte, err error) {
	err = d.db.View(func(t *badger.Txn) error {
		item, err := t.Get(recordKey(key))
		if err != nil {
			return err
		}
		value, err = item.ValueCopy(nil)
		return err
	})
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, ErrNotFound
	}
	return value, err
}

// Scan implements Store.
func (d *Disk) Scan(prefix []byte, yield func(key, value []byte) bool) error {
	return d.ScanFrom(prefix, prefix, yield)
}

// ScanFrom implements Store.
func (d *Disk) ScanFrom(prefix, from []byte, yield func(key, value []byte) bool) error {
	return d.scanFrom(recordKey(prefix), recordKey(from), func(key, value []byte) bool { return yield(key[1:], value) })
}

// scan yields everything under a prefix of raw keys.
func (d *Disk) scan(prefix []byte, yield func(key, value []byte) bool) error {
	return d.scanFrom(prefix, prefix, yield)
}

func (d *Disk) scanFrom(prefix, from []byte, yield func(key, value []byte) bool) error {
	return d.db.View(func(t *badger.Txn) error {
		o := badger.DefaultIteratorOptions
		o.Prefix = prefix
		it := t.NewIterator(o)
		defer it.Close()
		for it.Seek(from); it.Valid(); it.Next() {
			more := true
			err := it.Item().Value(func(v []byte) error {
				more = yield(it.Item().Key(), v)
				return nil
			})
			if err != nil || !more {
				return err
			}
		}
		return nil
	})
}
