package integration

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
)

// letter is what a message of the crash test says: who wrote it, which of
// theirs it is, and where it was sent.
type letter struct {
	publisher, seq uint32
	route          uint8
}

// minLetter is the size of a letter without padding, in bytes.
const minLetter = 4 + 4 + 1 + 4

// encode makes a body of size bytes: the letter, padding, a checksum.
func (l letter) encode(size int) []byte {
	b := make([]byte, max(size, minLetter))
	binary.BigEndian.PutUint32(b, l.publisher)
	binary.BigEndian.PutUint32(b[4:], l.seq)
	b[8] = l.route
	end := len(b) - 4
	random := rand.New(rand.NewPCG(uint64(l.publisher), uint64(l.seq)))
	for i := 9; i < end; i++ {
		b[i] = byte(random.Uint32())
	}
	binary.BigEndian.PutUint32(b[end:], crc32.ChecksumIEEE(b[:end]))
	return b
}

func decodeLetter(b []byte) (l letter, err error) {
	if len(b) < minLetter {
		return l, fmt.Errorf("%d bytes", len(b))
	}
	end := len(b) - 4
	if crc32.ChecksumIEEE(b[:end]) != binary.BigEndian.Uint32(b[end:]) {
		return l, errors.New("the checksum is wrong")
	}
	return letter{binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:]), b[8]}, nil
}

// letterSize is mostly small, at times 20 KB, and rarely more than two frames.
func letterSize(r *rand.Rand) int {
	switch n := r.IntN(200); {
	case n == 0:
		return 300_000
	case n < 20:
		return r.IntN(20_000)
	default:
		return 16 + r.IntN(1000)
	}
}
