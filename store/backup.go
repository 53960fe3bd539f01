package store

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/hutchmq/hutchmq/store/journal"
	"github.com/klauspost/compress/zstd"
)

// A backup is a tar archive, compressed with zstd:
//
//	journal/<segment>     the segments of the journal, each as far as it was written
//	records/<piece>       pairs of Badger: key length, key, value length, value
//	sums                  SHA-256 of each, as sha256sum prints it
const (
	backupJournal = "journal/"
	backupRecords = "records/"
	backupSums    = "sums"
	piecesBytes   = 4 << 20 // of pairs in a file, about
	cutAgain      = time.Millisecond
)

// Backup is a Disk as it was at one moment. While it is open the segments it
// has are not given back.
type Backup struct {
	d   *Disk
	at  time.Time
	cut *journal.Cut
	txn *badger.Txn

	pairs int64 // bytes that Badger takes
}

// Backup takes the moment: all that an owner was told is stored is in it, and
// of a unit or a Batch all or nothing. The disk goes on meanwhile. The caller
// closes it.
func (d *Disk) Backup() (*Backup, error) {
	for {
		b := &Backup{d: d, at: time.Now(), pairs: d.badgerBytes()}
		cut, err := d.j.Cut(func() {
			if d.commit.TryLock() { // a Batch is not to be cut in two
				b.txn = d.db.NewTransaction(false)
				d.commit.Unlock()
			}
		})
		if err != nil {
			return nil, err
		}
		if b.cut = cut; b.txn != nil {
			return b, nil
		}
		b.Close()
		time.Sleep(cutAgain)
	}
}

func (d *Disk) badgerBytes() int64 {
	lsm, vlog := d.db.Size()
	return lsm + vlog
}

// Close lets the disk go on as before.
func (b *Backup) Close() {
	b.cut.Release()
	if b.txn != nil {
		b.txn.Discard()
	}
}

// Bytes is about how much Write has to read.
func (b *Backup) Bytes() (n int64) {
	for i := range b.cut.Pieces {
		n += b.cut.Pieces[i].Size
	}
	return n + b.pairs
}

// Encrypted tells whether Write encrypts.
func (b *Backup) Encrypted() bool { return b.d.ring != nil }

// Write writes the backup to w, encrypted if the disk is: then it takes the
// master key of now to read it.
func (b *Backup) Write(w io.Writer) error {
	if !b.Encrypted() {
		return b.write(w)
	}
	s, err := b.d.ring.Seal(w, b.d.keysFile())
	if err != nil {
		return err
	}
	if err := b.write(s); err != nil {
		return err
	}
	return s.Close()
}

func (b *Backup) write(w io.Writer) error {
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return err
	}
	a := archive{w: tar.NewWriter(z), at: b.at}
	for i := range b.cut.Pieces {
		p := &b.cut.Pieces[i]
		if err := a.add(backupJournal+p.Name, p.Size, p.Reader()); err != nil {
			return err
		}
	}
	if err := b.writePairs(&a); err != nil {
		return err
	}
	return errors.Join(a.end(), z.Close())
}

// writePairs adds all that is in Badger.
func (b *Backup) writePairs(a *archive) error {
	it := b.txn.NewIterator(badger.DefaultIteratorOptions)
	defer it.Close()
	var piece []byte
	for it.Rewind(); it.Valid(); it.Next() {
		piece = appendBytes(piece, it.Item().Key())
		err := it.Item().Value(func(v []byte) error {
			piece = appendBytes(piece, v)
			return nil
		})
		if err != nil {
			return err
		}
		if len(piece) >= piecesBytes {
			if err := a.addPairs(piece); err != nil {
				return err
			}
			piece = piece[:0]
		}
	}
	return a.addPairs(piece)
}

// archive writes the files of a backup.
type archive struct {
	w      *tar.Writer
	at     time.Time
	pieces int
	sums   bytes.Buffer
}

func (a *archive) addPairs(piece []byte) error {
	if len(piece) == 0 {
		return nil
	}
	a.pieces++
	return a.add(fmt.Sprintf("%s%08d", backupRecords, a.pieces), int64(len(piece)), bytes.NewReader(piece))
}

func (a *archive) add(name string, size int64, r io.Reader) error {
	sum := sha256.New()
	if err := a.copy(name, size, io.TeeReader(r, sum)); err != nil {
		return err
	}
	fmt.Fprintf(&a.sums, "%x  %s\n", sum.Sum(nil), name)
	return nil
}

func (a *archive) copy(name string, size int64, r io.Reader) error {
	if err := a.w.WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o600, ModTime: a.at}); err != nil {
		return err
	}
	_, err := io.Copy(a.w, r)
	return err
}

// end says that nothing is missing.
func (a *archive) end() error {
	return errors.Join(a.copy(backupSums, int64(a.sums.Len()), &a.sums), a.w.Close())
}
