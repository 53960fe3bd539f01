package journal

import (
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"io"
)

// Cut is the journal as it was at one moment, between two groups. Its segments
// stay as long as it is not released.
type Cut struct {
	Pieces []Piece // oldest first
	j      *Journal
}

// Piece is a segment, as far as it was written at the moment of the cut, and not
// encrypted.
type Piece struct {
	Name    string
	Size    int64 // bytes
	segment *Segment
}

// Reader reads it from its beginning.
func (p *Piece) Reader() io.Reader {
	if p.segment.block != nil {
		return p.segment.decrypted(p.Size)
	}
	return io.NewSectionReader(p.segment.file, 0, p.Size)
}

// Cut takes one, and calls also at the same moment. It fails when the journal
// did, or is closed.
func (j *Journal) Cut(also func()) (*Cut, error) {
	c := &Cut{j: j}
	err := j.between(func() {
		if j.Err() == nil {
			c.take()
			also()
		}
	})
	if err == nil {
		err = j.Err()
	}
	if err != nil {
		c.Release()
		return nil, err
	}
	return c, nil
}

// take retains what is there. A segment that was retired is done with.
func (c *Cut) take() {
	c.j.mu.Lock()
	defer c.j.mu.Unlock()
	for _, s := range c.j.segments {
		if !s.retired {
			s.Retain()
			c.Pieces = append(c.Pieces, Piece{s.name(), s.written.Load(), s})
		}
	}
}

// Release gives the segments back. The pieces must not be read any more.
func (c *Cut) Release() {
	for _, p := range c.Pieces {
		c.j.Release(p.segment)
	}
	c.Pieces = nil
}

// between calls f from the writer, between two groups.
func (j *Journal) between(f func()) error {
	done := make(chan struct{})
	j.mu.Lock()
	if j.ended {
		j.mu.Unlock()
		return ErrClosed
	}
	j.visits = append(j.visits, func() {
		f()
		close(done)
	})
	j.mu.Unlock()
	j.Hurry()
	<-done
	return nil
}

// receive calls whoever waits for the moment between two groups; end tells that
// it is the last.
func (j *Journal) receive(end bool) {
	j.mu.Lock()
	visits := j.visits
	j.visits = nil
	j.ended = end
	j.mu.Unlock()
	for _, f := range visits {
		f()
	}
}

// WritePiece writes what was read of a Piece as the segment of that name,
// encrypted by k unless that is nil, and syncs it. It refuses what is no
// segment.
func WritePiece(fs FS, k Keys, name string, r io.Reader) error {
	number, ok := numbered(name, ".seg")
	if !ok {
		return fmt.Errorf("'%s' is not the name of a segment", name)
	}
	var head [headerBytes]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return fmt.Errorf("segment %s: %w", name, err)
	}
	s := Segment{Number: number}
	if begun, format, err := s.parseHeader(head[:]); err != nil || !begun || format != formatPlain {
		return fmt.Errorf("segment %s has no header of its own (%v)", name, err)
	}
	s.Size = int64(binary.LittleEndian.Uint64(head[24:]))
	if s.Size < headerBytes || s.Size > maxSegment {
		return fmt.Errorf("segment %s claims to have %d bytes", name, s.Size)
	}
	if k != nil {
		s.block = k.Segment(number, s.id)
		r = cipher.StreamReader{S: s.stream(headerBytes), R: r}
	}
	f, err := fs.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Allocate(s.Size); err != nil {
		return err
	}
	if _, err := f.WriteAt(s.header(nil), 0); err != nil {
		return err
	}
	if _, err := io.Copy(io.NewOffsetWriter(f, headerBytes), io.LimitReader(r, s.Size-headerBytes)); err != nil {
		return err
	}
	return f.Sync()
}
