package journal

import (
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

// Piece is a segment, as far as it was written at the moment of the cut.
type Piece struct {
	Name string
	io.SectionReader
	segment *Segment
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
			c.Pieces = append(c.Pieces, Piece{s.name(), *io.NewSectionReader(s.file, 0, s.written.Load()), s})
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

// WritePiece writes what was read of a Piece as the segment of that name, and
// syncs it. It refuses what is no segment.
func WritePiece(fs FS, name string, r io.Reader) error {
	number, ok := numbered(name, ".seg")
	if !ok {
		return fmt.Errorf("'%s' is not the name of a segment", name)
	}
	var head [headerBytes]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return fmt.Errorf("segment %s: %w", name, err)
	}
	s := Segment{Number: number}
	if begun, err := s.parseHeader(head[:]); err != nil || !begun {
		return fmt.Errorf("segment %s has no header of its own (%v)", name, err)
	}
	size := int64(binary.LittleEndian.Uint64(head[24:]))
	if size < headerBytes || size > maxSegment {
		return fmt.Errorf("segment %s claims to have %d bytes", name, size)
	}
	f, err := fs.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Allocate(size); err != nil {
		return err
	}
	if _, err := f.WriteAt(head[:], 0); err != nil {
		return err
	}
	if _, err := io.Copy(io.NewOffsetWriter(f, headerBytes), io.LimitReader(r, size-headerBytes)); err != nil {
		return err
	}
	return f.Sync()
}
