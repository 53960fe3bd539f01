package journal

import (
	"encoding/binary"
	"errors"
)

// An index file holds what a scan of its segment would find:
//
//	"HMQI" | id u64 | size u32 | crc u32 | summary of size bytes | extents …
//
// so that a start need not read entries, and a reader reads the extents of
// one run only. The checksum covers all that follows it: the file is not
// synced, and any part may be missing. The summary: the stretch of
// the control records' extents, how many runs, the runs.
const indexHeaderBytes = 20

var errIndex = errors.New("index file is damaged")

// Index collects the runs of a segment while it is sealed.
type Index struct {
	seg     *Segment
	runs    []byte
	count   uint64
	extents []byte
}

// Add takes r, a run with anything live of the index's segment.
func (x *Index) Add(r *Run) {
	r.index = x.addExtents(r.extents)
	x.runs = r.appendIndex(x.runs)
	x.count++
}

func (x *Index) addExtents(es []Extent) stretch {
	off := len(x.extents)
	x.extents = appendExtents(x.extents, es)
	return stretch{uint32(off), uint32(len(x.extents) - off)}
}

// Seal lets go of the extents in memory, after the index was written.
func (r *Run) Seal(x *Index) {
	if r.Seg == x.seg && x.seg.index != nil {
		r.extents, r.volatile = nil, nil
	}
}

// encode makes the bytes of the file.
func (x *Index) encode() []byte {
	controls := x.addExtents(x.seg.controls)
	b := append(make([]byte, 0, indexHeaderBytes+len(x.runs)+len(x.extents)+16), indexMagic...)
	b = binary.LittleEndian.AppendUint64(b, x.seg.id)
	b = append(b, 0, 0, 0, 0, 0, 0, 0, 0)
	b = binary.AppendUvarint(b, uint64(controls.off))
	b = binary.AppendUvarint(b, uint64(controls.size))
	b = binary.AppendUvarint(b, x.count)
	b = append(b, x.runs...)
	binary.LittleEndian.PutUint32(b[12:], uint32(len(b)-indexHeaderBytes))
	b = append(b, x.extents...)
	binary.LittleEndian.PutUint32(b[16:], Sum(b[indexHeaderBytes:]))
	return b
}

// summary is what the front of an index file says.
type summary struct {
	controls stretch
	runs     []*Run
}

// parseSummary decodes the summary of the index of s. The extents that the
// runs point to begin at extentsAt, and are checked when they are read.
func parseSummary(s *Segment, b []byte) (m summary, err error) {
	d := Decoder{Rest: b}
	m.controls = stretch{uint32(d.Uvarint()), uint32(d.Uvarint())}
	m.runs = make([]*Run, 0, d.Count(10))
	for range cap(m.runs) {
		r := &Run{Seg: s}
		if !r.parseIndex(&d, s.Number) {
			return m, errIndex
		}
		m.runs = append(m.runs, r)
	}
	if !d.End() {
		return m, errIndex
	}
	return m, nil
}

// readIndex opens and reads the index of s, and keeps it open for the extents.
func (j *Journal) readIndex(s *Segment) (m summary, err error) {
	f, err := j.fs.Open(s.indexName())
	if err != nil {
		return m, err
	}
	m, err = s.loadIndex(f)
	if err != nil {
		f.Close()
		return m, err
	}
	s.index = f
	return m, nil
}

func (s *Segment) loadIndex(f File) (m summary, err error) {
	total, err := f.Size()
	if err != nil {
		return m, err
	}
	b := make([]byte, total)
	if _, err := f.ReadAt(b, 0); err != nil && total > 0 {
		return m, err
	}
	if m, err = s.parseIndex(b); err != nil {
		return m, err
	}
	s.controls, err = s.readExtents(f, m.controls)
	return m, err
}

// parseIndex checks a whole index file and decodes its summary.
func (s *Segment) parseIndex(b []byte) (m summary, err error) {
	if len(b) < indexHeaderBytes || string(b[:4]) != indexMagic || binary.LittleEndian.Uint64(b[4:]) != s.id {
		return m, errIndex
	}
	size, rest := uint64(le32(b[12:])), b[indexHeaderBytes:]
	if size > uint64(len(rest)) || Sum(rest) != le32(b[16:]) {
		return m, errIndex
	}
	s.extentsAt = indexHeaderBytes + int64(size)
	return parseSummary(s, rest[:size])
}

// readExtents reads one block of extents from the index file.
func (s *Segment) readExtents(f File, at stretch) ([]Extent, error) {
	total, err := f.Size()
	if err != nil || s.extentsAt+int64(at.off)+int64(at.size) > total {
		return nil, errIndex
	}
	b := make([]byte, at.size)
	if _, err := f.ReadAt(b, s.extentsAt+int64(at.off)); err != nil {
		return nil, err
	}
	es, ok := parseExtents(b, uint64(s.Size))
	if !ok {
		return nil, errIndex
	}
	return es, nil
}

// writeIndex stores x beside its segment. It needs no sync: a file that is
// not whole is not believed, and the segment is scanned instead.
func (j *Journal) writeIndex(x *Index) error {
	s := x.seg
	b := x.encode()
	f, err := j.fs.Create(s.indexName() + ".tmp")
	if err != nil {
		return err
	}
	if _, err = f.WriteAt(b, 0); err == nil {
		err = j.fs.Rename(s.indexName()+".tmp", s.indexName())
	}
	if err != nil {
		f.Close()
		return err
	}
	s.extentsAt = indexHeaderBytes + int64(binary.LittleEndian.Uint32(b[12:]))
	s.index = f
	return nil
}
