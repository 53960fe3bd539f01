package journal

import "encoding/binary"

const (
	extentBytes = 256 << 10 // the longest extent of more than one record
	extentGap   = 4 << 10   // foreign bytes worth reading over to save an extent
)

// Extent is a stretch of a segment with records of one run, and perhaps a few
// foreign ones between them. It begins and ends with whole records.
type Extent struct {
	Off, End uint64 // in bytes
	First    uint64 // sequence number of the first record
}

// extend adds a record of size bytes at off to the extents of a run.
func extend(es []Extent, off, size, seq uint64) []Extent {
	if n := len(es); n > 0 {
		e := &es[n-1]
		if off-e.End <= extentGap && off+size-e.Off <= extentBytes {
			e.End = off + size
			return es
		}
	}
	return append(es, Extent{off, off + size, seq})
}

// appendExtents encodes es, which ascend, with a checksum in front.
func appendExtents(dst []byte, es []Extent) []byte {
	start := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	dst = binary.AppendUvarint(dst, uint64(len(es)))
	var last Extent
	for _, e := range es {
		dst = binary.AppendUvarint(dst, e.Off-last.End)
		dst = binary.AppendUvarint(dst, e.End-e.Off)
		dst = binary.AppendUvarint(dst, e.First-last.First)
		last = e
	}
	binary.LittleEndian.PutUint32(dst[start:], Sum(dst[start+4:]))
	return dst
}

// parseExtents is the inverse of appendExtents. No extent reaches past limit.
func parseExtents(b []byte, limit uint64) (es []Extent, ok bool) {
	if len(b) < 4 || binary.LittleEndian.Uint32(b) != Sum(b[4:]) {
		return nil, false
	}
	d := Decoder{Rest: b[4:]}
	es = make([]Extent, d.Count(3))
	var last Extent
	for i := range es {
		gap, size, seqs := d.Uvarint(), d.Uvarint(), d.Uvarint()
		if gap > limit-last.End || size > limit-last.End-gap {
			return nil, false
		}
		off := last.End + gap
		last = Extent{off, off + size, last.First + seqs}
		es[i] = last
	}
	return es, d.End()
}
