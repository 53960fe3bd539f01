package journal

import (
	"encoding/binary"
	"math"
)

// counts says how often entries were delivered in vain: a block for 64 of
// them, where any was. The zero counts are zero.
type counts []*[64]uint32

func (c counts) at(i uint64) uint32 {
	if b := i / 64; b < uint64(len(c)) && c[b] != nil {
		return c[b][i%64]
	}
	return 0
}

func (c *counts) set(i uint64, n uint32) {
	if n == 0 && c.at(i) == 0 {
		return
	}
	for uint64(len(*c)) <= i/64 {
		*c = append(*c, nil)
	}
	if (*c)[i/64] == nil {
		(*c)[i/64] = new([64]uint32)
	}
	(*c)[i/64][i%64] = n
}

// CountSpan is the count of all that lives of a run in [From, To].
type CountSpan struct {
	From, To uint64
	N        uint32
}

// SetCount sets the count of seq, and tells whether it is there.
func (r *Run) SetCount(seq uint64, n uint32) bool {
	if !r.Has(seq) {
		return false
	}
	r.counts.set(seq-r.First, n)
	return true
}

// CountOf is the count of seq.
func (r *Run) CountOf(seq uint64) uint32 {
	if seq < r.First {
		return 0
	}
	return r.counts.at(seq - r.First)
}

// Recount keeps in mind that the count of seq, which is there, is to be
// recorded.
func (r *Run) Recount(seq uint64) { r.counted.set(seq - r.First) }

// MoveCount takes over the count of seq, which from has or had.
func (r *Run) MoveCount(from *Run, seq uint64) {
	r.SetCount(seq, from.CountOf(seq))
	if from.counted.has(seq - from.First) {
		r.Recount(seq)
	}
}

// TakeCounts appends to dst what is to be recorded, and forgets that it is.
func (r *Run) TakeCounts(dst []CountSpan) []CountSpan {
	first, last, any := r.counted.bounds()
	if any {
		dst = r.countSpans(dst, r.First+first, r.First+last, func(i uint64) bool { return r.counted.has(i) })
	}
	r.counted = nil
	return dst
}

// Counts lists all counts.
func (r *Run) Counts() []CountSpan {
	if r.counts == nil {
		return nil
	}
	return r.countSpans(nil, r.First, r.Last, func(i uint64) bool { return r.counts.at(i) > 0 })
}

// countSpans appends spans of equal counts in [from, to] that begin where
// wanted says so. What does not live may be in the midst of them.
func (r *Run) countSpans(dst []CountSpan, from, to uint64, wanted func(i uint64) bool) []CountSpan {
	open := false
	for seq := max(from, r.Floor); seq <= to; seq++ {
		if !r.Has(seq) {
			continue
		}
		n := r.counts.at(seq - r.First)
		switch {
		case open && dst[len(dst)-1].N == n:
			dst[len(dst)-1].To = seq
		case wanted(seq - r.First):
			dst = append(dst, CountSpan{seq, seq, n})
			open = true
		default:
			open = false
		}
	}
	return dst
}

// AppendCounts encodes spans: how many, and for each how far it lies after
// the one before, its length less one, and the count.
func AppendCounts(dst []byte, spans []CountSpan) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(spans)))
	next := uint64(0)
	for _, s := range spans {
		dst = binary.AppendUvarint(dst, s.From-next)
		dst = binary.AppendUvarint(dst, s.To-s.From)
		dst = binary.AppendUvarint(dst, uint64(s.N))
		next = s.To + 1
	}
	return dst
}

// CountSpans is the inverse of AppendCounts.
func (d *Decoder) CountSpans() (spans []CountSpan) {
	spans = make([]CountSpan, d.Count(3))
	next := uint64(0)
	for i := range spans {
		gap, length, n := d.Uvarint(), d.Uvarint(), d.Uvarint()
		from := next + gap
		to := from + length
		if from < next || to < from || to == math.MaxUint64 || n > math.MaxUint32 {
			d.skip(0)
			return nil
		}
		spans[i] = CountSpan{from, to, uint32(n)}
		next = to + 1
	}
	return spans
}

// SetCounts sets the counts of all that is there of spans.
func (r *Run) SetCounts(spans []CountSpan) {
	for _, s := range spans {
		for seq, end := max(s.From, r.Floor), min(s.To, r.Last); seq <= end; seq++ {
			r.SetCount(seq, s.N)
		}
	}
}
