package journal

import (
	"encoding/binary"
	"slices"
)

// AppendState encodes which entries of r are live: from the first, the number
// of the floor, of the last, the bitmap of what is done, and the counts.
func (r *Run) AppendState(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, r.First)
	dst = binary.AppendUvarint(dst, r.Floor-r.First)
	dst = binary.AppendUvarint(dst, r.Last-r.First)
	return AppendCounts(r.done.append(dst), r.Counts())
}

// ParseState is the inverse of AppendState; it counts what is live.
func (r *Run) ParseState(d *Decoder) bool {
	r.First = d.Uvarint()
	floor, last := d.Uvarint(), d.Uvarint()
	r.done = d.bitmap()
	if d.Bad || last >= runSeqs || floor > last+1 || r.First+last+1 < r.First {
		return false
	}
	r.Last = r.First + last
	r.raise(r.First + floor)
	r.Live = 0
	for seq := r.Floor; seq <= r.Last; seq++ {
		if !r.done.has(seq - r.First) {
			r.Live++
		}
	}
	r.SetCounts(d.CountSpans())
	return !d.Bad
}

// Keep marks as done whatever lives in none of states: earlier states of the
// same segment or page and lane, in ascending order. The counts are those of
// states.
func (r *Run) Keep(states []*Run) {
	next := r.First
	r.counts = nil
	for _, s := range states {
		if s.Floor > next {
			r.SettleRange(next, s.Floor-1)
		}
		for seq := s.Floor; seq <= s.Last && len(s.done) > 0; seq++ {
			if s.done.has(seq - s.First) {
				r.Settle(seq)
			}
		}
		next = s.Last + 1
		r.SetCounts(s.Counts())
	}
	r.SettleRange(next, r.Last)
}

// appendIndex encodes r for the index file of its segment, without what a
// restart forgets.
func (r *Run) appendIndex(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, r.Log)
	dst = append(dst, r.Lane)
	dst = binary.AppendUvarint(dst, r.At.Off)
	dst = binary.AppendUvarint(dst, uint64(r.Durable))
	dst = binary.AppendUvarint(dst, uint64(r.Bytes/int64(r.Count)*int64(r.Durable)))
	dst = binary.AppendVarint(dst, r.Expires)
	dst = binary.AppendUvarint(dst, uint64(r.index.off))
	dst = binary.AppendUvarint(dst, uint64(r.index.size))
	lasting := *r
	if len(r.volatile) > 0 {
		lasting.done = slices.Clone(r.done)
		lasting.done.or(r.volatile)
	}
	return lasting.AppendState(dst)
}

// parseIndex is the inverse of appendIndex, for a run written to segment.
func (r *Run) parseIndex(d *Decoder, segment uint64) bool {
	r.Log, r.Lane = d.Uvarint(), d.Byte()
	r.At = Pos{segment, d.Uvarint()}
	r.Durable = int(d.Uvarint())
	r.Count, r.Bytes = r.Durable, int64(d.Uvarint())
	r.Expires = d.Varint()
	r.index = stretch{uint32(d.Uvarint()), uint32(d.Uvarint())}
	return r.ParseState(d) && r.Count >= r.Live && r.Bytes >= 0
}
