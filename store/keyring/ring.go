package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"time"
)

const rootBytes = 32

// Ring is the keys of a data directory, opened.
type Ring struct {
	File *File // as it was read; its master key may be another by now
	root []byte
}

// New makes the keys of a new data directory, for m to open.
func New(m *Master) *Ring {
	now := time.Now().UTC().Truncate(time.Second)
	r := &Ring{root: random(rootBytes)}
	r.File = r.wrap(m, now, now)
	return r
}

// wrap makes the file that m opens.
func (r *Ring) wrap(m *Master, made, rotated time.Time) *File {
	f := &File{Format: fileFormat, Master: m.Fingerprint(), Made: made, Rotated: rotated, Salt: random(rootBytes)}
	g := m.wrapper(f.Salt)
	nonce := random(g.NonceSize())
	f.Wrapped = g.Seal(nonce, nonce, r.root, f.bound())
	return f
}

// wrapper is what a master key wraps with.
func (m *Master) wrapper(salt []byte) cipher.AEAD { return gcm(derive(m.key, salt, "hutchmq wrap")) }

// bound is what of the file cannot be changed without the master key.
func (f *File) bound() []byte {
	return fmt.Appendf(nil, "hutchmq keys %d %s %d %d", f.Format, f.Master, f.Made.Unix(), f.Rotated.Unix())
}

// WrongKeyError tells that another master key opens the file.
type WrongKeyError struct{ Given, Want string } // fingerprints

// Error implements error.
func (e *WrongKeyError) Error() string {
	return fmt.Sprintf("it is encrypted, and opens with the key %s; the key given is %s", e.Want, e.Given)
}

// Open gives the keys, to who has the master key: else the error is a
// *WrongKeyError, or ErrDamaged.
func (f *File) Open(m *Master) (*Ring, error) {
	if given := m.Fingerprint(); given != f.Master {
		return nil, &WrongKeyError{given, f.Master}
	}
	g := m.wrapper(f.Salt)
	if len(f.Wrapped) < g.NonceSize() {
		return nil, ErrDamaged
	}
	root, err := g.Open(nil, f.Wrapped[:g.NonceSize()], f.Wrapped[g.NonceSize():], f.bound())
	if err != nil || len(root) != rootBytes {
		return nil, ErrDamaged
	}
	return &Ring{f, root}, nil
}

// Rotate makes the file that only m opens, out of one that r was opened of.
func (r *Ring) Rotate(m *Master) *File {
	return r.wrap(m, r.File.Made, time.Now().UTC().Truncate(time.Second))
}

// Segment is the key of one use of a segment's file. It is used for nothing
// else: number and id are never the same again.
func (r *Ring) Segment(number, id uint64) cipher.Block {
	name := binary.BigEndian.AppendUint64([]byte("hutchmq segment "), number)
	return block(derive(r.root, nil, string(binary.BigEndian.AppendUint64(name, id))))
}

// Badger is the key that wraps those of the database.
func (r *Ring) Badger() []byte { return derive(r.root, nil, "hutchmq badger") }

func block(key []byte) cipher.Block {
	b, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // it would take another length
	}
	return b
}

func gcm(key []byte) cipher.AEAD {
	g, err := cipher.NewGCM(block(key))
	if err != nil {
		panic(err) // blocks of AES are of the right size
	}
	return g
}
