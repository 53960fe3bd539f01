package journal

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"io"
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

// decrypted reads an encrypted segment as if it were none. What lies behind
// its end is zeros.
type decrypted struct {
	c    scanner
	size uint64
	rest []byte // of the record at hand
	over bool   // the records are
	raw  bool   // from here on there is damage
	none []byte // zeros
}

func (s *Segment) decrypted(size int64) io.Reader {
	return &decrypted{c: scanner{s: s, off: headerBytes}, size: uint64(size), rest: s.plainHeader()}
}

// Read implements io.Reader.
func (d *decrypted) Read(p []byte) (n int, err error) {
	if len(d.rest) == 0 {
		if d.c.off >= d.size {
			return 0, io.EOF
		}
		if err := d.next(); err != nil {
			return 0, err
		}
	}
	n = copy(p, d.rest)
	d.rest = d.rest[n:]
	return n, nil
}

// next makes rest what comes next.
func (d *decrypted) next() error {
	left := d.size - d.c.off
	if d.over {
		if d.none == nil {
			d.none = make([]byte, scanBytes)
		}
		d.rest = d.none[:min(left, scanBytes)]
		d.c.off += uint64(len(d.rest))
		return nil
	}
	if d.raw {
		return d.damaged(left)
	}
	r, off, size, err := d.c.next()
	switch {
	case err == nil && size > left:
		err = errBad // none of what was written
	case err == nil:
		d.over = r.Kind == KindEnd
		d.rest = d.c.win[off-d.c.at:][:size]
		return nil
	}
	if err != errBad {
		return err
	}
	if d.c.s.endsAt(d.c.off) {
		d.over = true
		d.rest = d.c.s.endRecord()[:min(left, endBytes)]
		d.c.off += uint64(len(d.rest))
		return nil
	}
	d.raw = true
	return d.damaged(left)
}

// damaged reads what is no record as it is: there may be records behind it.
func (d *decrypted) damaged(left uint64) error {
	if err := d.c.fill(min(left, scanBytes)); err != nil {
		return err
	}
	d.rest = d.c.win
	d.c.off += uint64(len(d.rest))
	return nil
}
