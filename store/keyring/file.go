package keyring

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Name is that of the file in a data directory.
const Name = "keys"

const (
	fileFormat = 1
	maxFile    = 4 << 10 // bytes
)

// ErrDamaged is returned for a file of keys that cannot be read as one.
var ErrDamaged = errors.New("the file '" + Name + "' is damaged: put a copy of it back, as it is in a backup of the data directory; without it the data cannot be read")

// File is the file of keys of a data directory, as it is stored. It says
// nothing to who has no master key.
type File struct {
	Format  int       `json:"format"`
	Master  string    `json:"master"` // the fingerprint of the key that opens it
	Made    time.Time `json:"made"`
	Rotated time.Time `json:"rotated"` // when the master key was changed last
	Salt    []byte    `json:"salt"`    // of the key that wraps
	Wrapped []byte    `json:"wrapped"` // the root key
}

// Parse reads the text of a file.
func Parse(b []byte) (*File, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	f := new(File)
	err := d.Decode(f)
	switch {
	case err == nil && f.Format > fileFormat:
		return nil, fmt.Errorf("the file '%s' has format %d, this program reads %d", Name, f.Format, fileFormat)
	case err == nil && (f.Format != fileFormat || f.Master == "" || len(f.Wrapped) == 0):
		err = errors.New("something is missing")
	case err == nil && d.Decode(new(any)) != io.EOF:
		err = errors.New("something follows it")
	}
	if err != nil {
		return nil, fmt.Errorf("%w (%v)", ErrDamaged, err)
	}
	return f, nil
}

// Text is what Parse reads.
func (f *File) Text() []byte {
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		panic(err) // no field of it can fail
	}
	return append(b, '\n')
}

// Load reads the file in a data directory. The error is fs.ErrNotExist where
// there is none.
func Load(dir string) (*File, error) {
	f, err := os.Open(filepath.Join(dir, Name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil, err
	}
	return Parse(b)
}

// Store puts the file into a data directory, durably. A crash leaves the one
// before or this one.
func (f *File) Store(dir string) error {
	part := filepath.Join(dir, Name+".part")
	if err := writeSynced(part, f.Text()); err != nil {
		return err
	}
	if err := os.Rename(part, filepath.Join(dir, Name)); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func writeSynced(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err = f.Write(b); err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
