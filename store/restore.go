package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"
	"github.com/hutchmq/hutchmq/store/journal"
	"github.com/hutchmq/hutchmq/store/keyring"
)

// ErrNotEmpty is returned by Restore for a directory that has anything in it.
var ErrNotEmpty = errors.New("the directory is not empty")

// ErrRestoring is returned by Open for a directory whose Restore did not end.
var ErrRestoring = errors.New("the directory was not restored to the end: remove it, and restore again")

const restoringName = "restoring" // is there while the rest is not whole

// Restore makes directory path, which must be empty or missing, what the disk
// of the backup was. To the queues it looks like a start after a crash. With a
// key the directory is encrypted by it; an encrypted backup takes the one that
// it was made with.
func Restore(r io.Reader, path string, key *Key) (err error) {
	if names, err := os.ReadDir(path); err == nil && len(names) > 0 {
		return fmt.Errorf("%s: %w", path, ErrNotEmpty)
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	marker := filepath.Join(path, restoringName)
	if err := os.WriteFile(marker, nil, 0o600); err != nil {
		return err
	}
	if err := restore(r, path, key); err != nil {
		return errors.Join(err, undo(err, path))
	}
	if err := os.Remove(marker); err != nil {
		return err
	}
	return syncDir(path)
}

// undo leaves an empty directory when it was for the key only that the backup
// could not be restored.
func undo(err error, path string) error {
	_, sealed := errors.AsType[*SealedError](err)
	if _, wrong := errors.AsType[*keyring.WrongKeyError](err); !sealed && !wrong {
		return nil
	}
	for _, name := range []string{journalName, badgerName, keyring.Name, restoringName} {
		if err := os.RemoveAll(filepath.Join(path, name)); err != nil {
			return err
		}
	}
	return nil
}

// unfinished tells that a Restore did not end.
func unfinished(path string) bool {
	_, err := os.Stat(filepath.Join(path, restoringName))
	return err == nil
}

func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func restore(r io.Reader, path string, key *Key) error {
	var ring *keyring.Ring
	if key != nil {
		ring = keyring.New(key)
		if err := ring.File.Store(path); err != nil {
			return err
		}
	}
	fs, err := journal.Dir(filepath.Join(path, journalName))
	if err != nil {
		return err
	}
	db, err := openBadger(filepath.Join(path, badgerName), ring)
	if err != nil {
		return err
	}
	batch := db.NewWriteBatch()
	err = ReadBackup(r, key, restorer{fs, segmentKeys(ring), batch, path})
	if err == nil {
		err = batch.Flush()
	} else {
		batch.Cancel()
	}
	return errors.Join(err, db.Close(), fs.SyncDir())
}

// restorer puts the parts of a backup where they were.
type restorer struct {
	fs    journal.FS
	keys  journal.Keys
	batch *badger.WriteBatch
	path  string
}

func (s restorer) Segment(name string, r io.Reader) error {
	return journal.WritePiece(s.fs, s.keys, name, r)
}

func (s restorer) Pair(key, value []byte) error {
	if err := room(s.path); err != nil {
		return err
	}
	return s.batch.Set(bytes.Clone(key), bytes.Clone(value))
}
