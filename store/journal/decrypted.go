package journal

import "io"

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

// decrypted reads the first size bytes.
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
