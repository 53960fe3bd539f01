package store

import (
	"archive/tar"
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/hutchmq/hutchmq/store/journal"
	"github.com/hutchmq/hutchmq/store/keyring"
	"github.com/klauspost/compress/zstd"
)

// ErrBackup is in the chain of all that is wrong with a backup.
var ErrBackup = errors.New("the backup is damaged or not whole")

const (
	maxPiece = 64 << 20 // bytes of a file of pairs
	maxSums  = 16 << 20
)

// Receiver takes the parts of a backup.
type Receiver interface {
	// Segment is given each segment of the journal.
	Segment(name string, r io.Reader) error
	// Pair is given each pair of Badger; the slices are valid during the call.
	Pair(key, value []byte) error
}

// SealedError tells that a backup is encrypted, and ReadBackup was given no key.
// All of it is there, and its sum is right.
type SealedError struct{ Key string } // the fingerprint of the key that opens it

// Error implements error.
func (e *SealedError) Error() string {
	return "the backup is encrypted, and opens with the key " + e.Key
}

// ReadBackup reads a backup to its end and checks all of it; what to received
// before it fails is void. Errors of the backup itself are an ErrBackup. An
// encrypted one takes the key that was in use when it was made; without any key
// the error is a *SealedError.
func ReadBackup(r io.Reader, key *Key, to Receiver) error {
	in := bufio.NewReaderSize(r, backupBuffer)
	head, err := in.Peek(keyring.SealMagicBytes)
	if err != nil && err != io.EOF {
		return fmt.Errorf("%w: %w", ErrBackup, err)
	}
	if !keyring.IsSealed(head) {
		return readBackup(in, to)
	}
	if key == nil {
		fingerprint, err := keyring.CheckSeal(in)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrBackup, err)
		}
		return &SealedError{fingerprint}
	}
	plain, err := keyring.Unseal(in, key)
	if wrong, ok := errors.AsType[*keyring.WrongKeyError](err); ok {
		return wrong
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBackup, err)
	}
	if err := readBackup(plain, to); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, plain); err != nil {
		return fmt.Errorf("%w: %w", ErrBackup, err)
	}
	return nil
}

const backupBuffer = 64 << 10

// readBackup reads one that is not encrypted.
func readBackup(r io.Reader, to Receiver) error {
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return err
	}
	defer z.Close()
	u := unpacking{tar.NewReader(z), to, map[string]string{}}
	for {
		h, err := u.r.Next()
		if err != nil {
			return fmt.Errorf("%w: %w", ErrBackup, noEOF(err))
		}
		if h.Name == backupSums {
			return u.check()
		}
		if err := u.file(h); err != nil {
			return fmt.Errorf("%s: %w", h.Name, err)
		}
	}
}

// noEOF is err, for where the end comes too soon.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// unpacking reads the files of a backup.
type unpacking struct {
	r    *tar.Reader
	to   Receiver
	sums map[string]string
}

func (u *unpacking) file(h *tar.Header) error {
	sum := sha256.New()
	r := io.TeeReader(u.r, sum)
	var err error
	if name, ok := strings.CutPrefix(h.Name, backupJournal); ok {
		err = u.to.Segment(name, r)
	} else if strings.HasPrefix(h.Name, backupRecords) {
		err = u.pairs(h.Size, r)
	} else {
		err = fmt.Errorf("%w: nobody knows what that is", ErrBackup)
	}
	if err == nil {
		_, err = io.Copy(io.Discard, r)
	}
	u.sums[h.Name] = fmt.Sprintf("%x", sum.Sum(nil))
	return err
}

func (u *unpacking) pairs(size int64, r io.Reader) error {
	if size > maxPiece {
		return fmt.Errorf("%w: it has %d bytes", ErrBackup, size)
	}
	piece, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBackup, err)
	}
	for d := (journal.Decoder{Rest: piece}); len(d.Rest) > 0; {
		key, value := d.Bytes(d.Uvarint()), d.Bytes(d.Uvarint())
		if d.Bad {
			return fmt.Errorf("%w: no pairs", ErrBackup)
		}
		if err := u.to.Pair(key, value); err != nil {
			return err
		}
	}
	return nil
}

// check compares the sums, and that no file is missing.
func (u *unpacking) check() error {
	text, err := io.ReadAll(io.LimitReader(u.r, maxSums))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBackup, noEOF(err))
	}
	for line := range strings.Lines(string(text)) {
		sum, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		if u.sums[name] != sum {
			return fmt.Errorf("%w: %s", ErrBackup, name)
		}
		delete(u.sums, name)
	}
	if len(u.sums) > 0 {
		return fmt.Errorf("%w: %d files without a sum", ErrBackup, len(u.sums))
	}
	return nil
}
