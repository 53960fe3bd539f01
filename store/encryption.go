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

// Key is the master key of an encrypted data directory.
type Key = keyring.Master

// The parts of a data directory.
const (
	journalName = "journal"
	badgerName  = "badger"
)

// What keeps a data directory from being opened, or from becoming another. None
// of it changes anything.
var (
	ErrNoKey        = errors.New("the data is encrypted, and no key was given")
	ErrNotEncrypted = errors.New("the data is not encrypted, and a key was given")
	ErrOtherKeys    = errors.New("the file '" + keyring.Name + "' is that of another data directory: put its own back; without it the data cannot be read")
	ErrKeysLost     = errors.New("the data is encrypted, and its file '" + keyring.Name + "' is missing: put a copy of it back; without it the data cannot be read")
)

// segmentKeys are those of r, if there is one.
func segmentKeys(r *keyring.Ring) journal.Keys {
	if r == nil {
		return nil
	}
	return r
}

// unlock gives the keys of the data directory at path: none if it is not
// encrypted. A directory without data gets keys, if there is a key for them.
// What does not fit is refused before anything is read or written.
func unlock(path string, key *Key) (*keyring.Ring, error) {
	f, err := keyring.Load(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return unlocked(path, key)
	case err != nil:
		return nil, err
	case key == nil:
		return nil, fmt.Errorf("%w: it opens with the key %s", ErrNoKey, f.Master)
	}
	return f.Open(key)
}

// unlocked is unlock where there is no file of keys.
func unlocked(path string, key *Key) (*keyring.Ring, error) {
	any, encrypted, err := holds(path)
	switch {
	case err != nil:
		return nil, err
	case encrypted:
		return nil, ErrKeysLost
	case key == nil:
		return nil, nil
	case any:
		return nil, ErrNotEncrypted
	}
	ring := keyring.New(key)
	return ring, ring.File.Store(path)
}

const (
	registryName  = "KEYREGISTRY" // where Badger has its keys
	registryHead  = 16 + len(registryPlain)
	registryPlain = "Hello Badger" // after 16 bytes, when it is not encrypted
)

// holds tells whether there is data in a directory, and whether Badger's is
// encrypted. What is wrong with it Badger tells.
func holds(path string) (any, encrypted bool, err error) {
	for _, part := range []string{journalName, badgerName} {
		files, err := os.ReadDir(filepath.Join(path, part))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, false, err
		}
		any = any || len(files) > 0
	}
	f, err := os.Open(filepath.Join(path, badgerName, registryName))
	if errors.Is(err, fs.ErrNotExist) {
		return any, false, nil
	}
	if err != nil {
		return false, false, err
	}
	defer f.Close()
	head := make([]byte, registryHead)
	_, err = io.ReadFull(f, head)
	return any, err == nil && string(head[registryHead-len(registryPlain):]) != registryPlain, nil
}

// keysFile is the file of keys as it is now: the master key may be another than
// at the start. One that is lost or damaged meanwhile is known still.
func (d *Disk) keysFile() *keyring.File {
	f, err := keyring.Load(d.path)
	if err != nil {
		d.o.Log.Error("the file of keys cannot be read: a backup has it still, as it was at the start", "error", err)
		return d.ring.File
	}
	return f
}

// Encryption is what a data directory tells of its encryption to who has no
// key: nil if it has none.
func Encryption(path string) (*keyring.File, error) {
	f, err := keyring.Load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	_, encrypted, err := holds(path)
	if encrypted {
		err = ErrKeysLost
	}
	return nil, err
}

// Rotate has another master key open the data directory at path, and from then
// on the one before no more. A broker may be running. A crash leaves it one way
// or the other.
func Rotate(path string, from, to *Key) error {
	if rewriting(path) {
		return fmt.Errorf("%s is being rewritten: wait for that, or start the broker to have it undone", path)
	}
	f, err := Encryption(path)
	if err != nil {
		return err
	}
	if f == nil {
		return ErrNotEncrypted
	}
	ring, err := f.Open(from)
	if err != nil {
		return err
	}
	return ring.Rotate(to).Store(path)
}
