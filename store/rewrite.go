package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hutchmq/hutchmq/store/journal"
	"github.com/hutchmq/hutchmq/store/keyring"
)

// A data directory that is being rewritten has one of these in it:
//
//	rewriting             the new one is not whole, and void
//	rewritten-encrypted   it is whole, and takes the place of the old one
//	rewritten-plain       likewise, and has no file of keys
const (
	rewritingName = "rewriting"
	encryptedName = "rewritten-encrypted"
	plainName     = "rewritten-plain"
)

// Rewrite makes the data directory at path, which opens with the key from, one
// that opens with the key to; either may be nil, for one that is not encrypted.
// All that is in it is written anew, with other keys, beside what is there, and
// takes its place when it is whole: a crash leaves the one or the other. It is
// for a directory that nobody uses.
func Rewrite(path string, from, to *Key, o Options) error {
	o.Key = from
	d, err := Open(path, o)
	if err != nil {
		return err
	}
	err = d.rewrite(to)
	if err != nil {
		err = errors.Join(err, os.RemoveAll(filepath.Join(path, rewritingName)))
	}
	if err = errors.Join(err, d.Close()); err != nil {
		return err
	}
	lock, err := lockFile(filepath.Join(path, "lock"))
	if errors.Is(err, ErrLocked) {
		return nil // who opened it meanwhile has done the rest
	}
	if err != nil {
		return err
	}
	return errors.Join(finishRewrite(path), lock.Close())
}

// rewrite writes the new directory, and says that it is whole.
func (d *Disk) rewrite(to *Key) error {
	b, err := d.Backup()
	if err != nil {
		return err
	}
	defer b.Close()
	if free, err := freeBytes(d.path); err == nil && free < b.Bytes()+commitRoom {
		return fmt.Errorf("%w: %d MiB are free, and it takes up to %d", ErrFull, free>>20, (b.Bytes()+commitRoom)>>20)
	}
	dir, name := filepath.Join(d.path, rewritingName), plainName
	if err := b.restore(dir, to); err != nil {
		return err
	}
	if to != nil {
		name = encryptedName
	}
	if d.Clean() {
		if err := markClean(filepath.Join(dir, journalName)); err != nil {
			return err
		}
	}
	if err := errors.Join(syncDir(filepath.Join(dir, badgerName)), syncDir(dir)); err != nil {
		return err
	}
	if err := os.Rename(dir, filepath.Join(d.path, name)); err != nil {
		return err
	}
	return syncDir(d.path)
}

// markClean says of a journal that nothing is missing: the one it is made of was
// closed in good order, and nothing happened to it since.
func markClean(dir string) error {
	fs, err := journal.Dir(dir)
	if err != nil {
		return err
	}
	return journal.MarkClean(fs)
}

// restore makes directory path of the backup.
func (b *Backup) restore(path string, key *Key) error {
	r, w := io.Pipe()
	written := make(chan struct{})
	go func() {
		w.CloseWithError(b.write(w))
		close(written)
	}()
	err := Restore(r, path, key)
	r.CloseWithError(errors.Join(err, io.ErrClosedPipe))
	<-written
	return err
}

// rewriting tells whether a Rewrite has begun and not ended.
func rewriting(path string) bool {
	for _, name := range []string{rewritingName, encryptedName, plainName} {
		if there(filepath.Join(path, name)) {
			return true
		}
	}
	return false
}

func there(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// finishRewrite does what a Rewrite has still to do, or undoes it when the new
// directory is not whole. A crash in the midst of it leaves it to the next call.
func finishRewrite(path string) error {
	if err := os.RemoveAll(filepath.Join(path, rewritingName)); err != nil {
		return err
	}
	for _, name := range []string{encryptedName, plainName} {
		from := filepath.Join(path, name)
		if !there(from) {
			continue
		}
		if err := replaceAll(from, path, name == encryptedName); err != nil {
			return err
		}
	}
	return nil
}

// replaceAll puts the parts of a data directory in the place of another's. A
// part that is not there was put there already.
func replaceAll(from, path string, encrypted bool) error {
	for _, part := range []string{journalName, badgerName} {
		if !there(filepath.Join(from, part)) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(path, part)); err != nil {
			return err
		}
		if err := os.Rename(filepath.Join(from, part), filepath.Join(path, part)); err != nil {
			return err
		}
	}
	keys := filepath.Join(path, keyring.Name)
	var err error
	switch {
	case !encrypted:
		err = os.RemoveAll(keys)
	case there(filepath.Join(from, keyring.Name)):
		err = os.Rename(filepath.Join(from, keyring.Name), keys)
	}
	if err = errors.Join(err, syncDir(from), syncDir(path)); err != nil {
		return err
	}
	return errors.Join(os.RemoveAll(from), syncDir(path))
}
