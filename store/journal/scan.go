package journal

import "errors"

const scanBytes = 1 << 20

// scanner reads a segment record by record.
type scanner struct {
	s   *Segment
	off uint64 // of the next record in the file
	win []byte // a stretch of the file
	at  uint64 // where it begins
	buf []byte
}

// next returns the record at off, which aliases the scanner's buffer, and
// goes past it.
func (c *scanner) next() (r Record, off, size uint64, err error) {
	for want := uint64(scanBytes); ; want *= 2 {
		var n int
		r, n, err = next(c.s.seed, c.rest())
		if err == nil {
			off = c.off
			c.off += uint64(n)
			return r, off, uint64(n), nil
		}
		if !errors.Is(err, errShort) || c.atEnd() || c.beyond() {
			return r, 0, 0, errBad
		}
		if err = c.fill(want); err != nil {
			return r, 0, 0, err
		}
	}
}

// rest is what of the window lies at off and after.
func (c *scanner) rest() []byte {
	if c.off < c.at || c.off > c.at+uint64(len(c.win)) {
		return nil
	}
	return c.win[c.off-c.at:]
}

func (c *scanner) atEnd() bool {
	return c.rest() != nil && c.at+uint64(len(c.win)) >= uint64(c.s.Size)
}

// beyond tells whether the record at off claims to reach past the segment.
func (c *scanner) beyond() bool {
	p := c.rest()
	return len(p) >= frameBytes && uint64(le32(p)) > uint64(c.s.Size)-c.off-frameBytes
}

// fill moves the window to off and makes it want bytes long.
func (c *scanner) fill(want uint64) error {
	want = min(want, uint64(c.s.Size)-c.off)
	if uint64(cap(c.buf)) < want {
		c.buf = make([]byte, want)
	}
	c.win, c.at = c.buf[:want], c.off
	n, err := c.s.readAt(c.win, int64(c.off))
	if n == len(c.win) {
		return nil
	}
	return err
}

// resync looks for the next intact record after a bad one. Checksums begin
// with the segment's random id, so no body can look like a record. The work is
// bounded: lengths that are not believed could make it endless.
func (c *scanner) resync() bool {
	budget := 16 * c.s.Size
	for c.off++; c.off+endBytes < uint64(c.s.Size) && budget > 0; c.off++ {
		if len(c.rest()) < endBytes && c.fill(scanBytes) != nil {
			return false
		}
		if !plausible(c.rest()) {
			continue
		}
		budget -= int64(min(le32(c.rest()), uint32(c.s.Size)))
		off := c.off
		if _, _, _, err := c.next(); err == nil {
			c.off = off
			return true
		}
		c.off = off
	}
	return false
}

// plausible tells whether p may begin a record.
func plausible(p []byte) bool {
	kind := Kind(p[frameBytes])
	return le32(p) >= tagBytes && kind >= KindPut && kind <= KindCount && p[frameBytes+1] <= allFlags
}

func le32(p []byte) uint32 {
	return uint32(p[0]) | uint32(p[1])<<8 | uint32(p[2])<<16 | uint32(p[3])<<24
}
