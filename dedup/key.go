// Package dedup tells what came before from what is new: by keys, which an
// exchange or a queue remembers, and by the numbers that producers give. It
// knows a log, and who waits for an answer, and no message, exchange or queue.
package dedup

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"github.com/hutchmq/hutchmq/store"
)

// Key stands for the key of a message. Two keys that differ have the same one
// with a probability of 2^-128 a pair, and nobody who does not know the secret
// can look for such a pair.
type Key struct{ hi, lo uint64 }

// Hasher makes Keys. It may be used from anywhere.
type Hasher struct{ secret [32]byte }

// NewHasher makes a Hasher with a secret of its own, whose Keys mean nothing to
// others.
func NewHasher() *Hasher {
	h := new(Hasher)
	rand.Read(h.secret[:])
	return h
}

// Sum is the Key of a text of a class: those of two classes differ.
func (h *Hasher) Sum(class byte, text []byte) Key {
	var room [192]byte
	b := append(room[:0], h.secret[:]...)
	b = append(b, class)
	sum := sha256.Sum256(append(b, text...))
	return Key{binary.BigEndian.Uint64(sum[:]), binary.BigEndian.Uint64(sum[8:])}
}

// keyBytes is the length of an encoded Key.
const keyBytes = 16

func (k Key) append(b []byte) []byte {
	b = binary.BigEndian.AppendUint64(b, k.hi)
	return binary.BigEndian.AppendUint64(b, k.lo)
}

func parseKey(b []byte) (k Key, ok bool) {
	if len(b) < keyBytes {
		return k, false
	}
	return Key{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}, true
}

// secretKey is the record of the node's secret. Without it the keys that were
// stored mean nothing.
const secretKey = "m/dedup-secret"

// loadHasher makes a Hasher with the secret of the node, which is made up the
// first time.
func loadHasher(st store.Store) (*Hasher, error) {
	secret, err := st.Get([]byte(secretKey))
	if err == nil && len(secret) == len(Hasher{}.secret) {
		return &Hasher{[32]byte(secret)}, nil
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	h := NewHasher()
	var b store.Batch
	b.Set([]byte(secretKey), h.secret[:])
	return h, st.Commit(&b)
}
