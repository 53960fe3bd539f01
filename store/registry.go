package store

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hutchmq/hutchmq/store/journal"
)

// maxDataKey bounds the entry of one key: it has about 80 bytes.
const maxDataKey = 4 << 10

// mendRegistry takes the end off Badger's registry of keys that a crash left
// half written: Badger would refuse to open. Nothing was encrypted with a key
// before its entry was whole.
//
//	iv 16 | sanity 12 | entries: length u32, crc u32, both big-endian; key
func mendRegistry(dir string) error {
	path := filepath.Join(dir, registryName)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	whole := wholeRegistry(b)
	if whole < registryHead || whole == len(b) {
		return nil
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err = f.Truncate(int64(whole)); err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// wholeRegistry is where the last whole entry ends; all of it, when what comes
// after that is too much to be half an entry: that is damage, and not of a crash.
func wholeRegistry(b []byte) (end int) {
	for end = min(registryHead, len(b)); len(b)-end >= 8; {
		size := int(binary.BigEndian.Uint32(b[end:]))
		if size > len(b)-end-8 || journal.Sum(b[end+8:end+8+size]) != binary.BigEndian.Uint32(b[end+4:]) {
			break
		}
		end += 8 + size
	}
	if len(b)-end > maxDataKey {
		return len(b)
	}
	return end
}
