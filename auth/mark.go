package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
)

// mark stands for credentials in memory: who reads it there cannot tell them,
// nor try guesses at it without the key of this process.
type mark [sha256.Size]byte

// marker makes marks.
type marker struct{ key [32]byte }

func newMarker() *marker {
	m := &marker{}
	rand.Read(m.key[:])
	return m
}

// of marks texts, in this order.
func (m *marker) of(texts ...string) (sum mark) {
	h := hmac.New(sha256.New, m.key[:])
	for _, t := range texts {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(t)))
		h.Write(n[:])
		h.Write([]byte(t))
	}
	h.Sum(sum[:0])
	return sum
}
