package journal

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
)

// Keys gives the records of each use of a segment's file a key of their own,
// for AES in counter mode, the counter being the place in the file. Number and
// id are never the same again. So nothing is encrypted by a stretch of a key
// stream that was used before: every byte of a segment is written once, but
// for the end that mend writes, which is in the clear, as are the header and
// the zeros written ahead.
type Keys interface {
	Segment(number, id uint64) cipher.Block
}

// stream is the key stream of s from byte off of the file on.
func (s *Segment) stream(off int64) cipher.Stream {
	var iv, skipped [aes.BlockSize]byte
	binary.BigEndian.PutUint64(iv[8:], uint64(off)/aes.BlockSize)
	c := cipher.NewCTR(s.block, iv[:])
	skip := skipped[:off%aes.BlockSize]
	c.XORKeyStream(skip, skip)
	return c
}

// readAt reads records, or a part of one.
func (s *Segment) readAt(p []byte, off int64) (n int, err error) {
	n, err = s.file.ReadAt(p, off)
	if s.block != nil {
		s.stream(off).XORKeyStream(p[:n], p[:n])
	}
	return n, err
}

// setBlock gives s its key; formats tell whether it has one.
func (s *Segment) setBlock(k Keys, format uint32) error {
	switch {
	case format == formatEncrypted && k == nil:
		return fmt.Errorf("segment %s is encrypted, and there is no key", s.name())
	case format == formatPlain && k != nil:
		return fmt.Errorf("segment %s is not encrypted, and there is a key", s.name())
	case k != nil:
		s.block = k.Segment(s.Number, s.id)
	}
	return nil
}

// encrypt conceals the records in g.buf, which go to g.base.
func (g *Group) encrypt() {
	records := g.buf
	if g.base == 0 {
		records = records[headerBytes:]
	}
	g.stream.XORKeyStream(records, records)
}

// endRecord is what ends s.
func (s *Segment) endRecord() []byte {
	end := open(nil, KindEnd, 0, 0)
	seal(s.seed, end, 0)
	return end
}

// endsAt tells whether mend ended s, which is encrypted, at off.
func (s *Segment) endsAt(off uint64) bool {
	if s.block == nil {
		return false
	}
	want := s.endRecord()
	got := make([]byte, len(want))
	_, err := s.file.ReadAt(got, int64(off))
	return err == nil && string(got) == string(want)
}
