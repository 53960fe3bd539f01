package store

import (
	"encoding/binary"

	"github.com/hutchmq/hutchmq/store/journal"
)

// state is what a snapshot says of a log: all that lived when it was taken.
type state struct {
	log   uint64
	mark  uint64
	pages uint64 // younger pages are not in it, and live
	runs  []*journal.Run
}

// appendState encodes the snapshot record of l:
//
//	log | mark | pages | count | runs: lane u8, page (0 none), segment, state
//
// It tells false when nothing lives.
func (l *log) appendState(dst []byte) ([]byte, bool) {
	count := 0
	for _, n := range l.lanes {
		for _, r := range n.runs {
			count += min(r.Live, 1)
		}
	}
	dst = binary.AppendUvarint(dst, l.id)
	dst = binary.AppendUvarint(dst, l.mark)
	dst = binary.AppendUvarint(dst, l.pages)
	dst = binary.AppendUvarint(dst, uint64(count))
	for _, n := range l.lanes {
		for _, r := range n.runs {
			if r.Live > 0 {
				dst = append(dst, r.Lane)
				dst = binary.AppendUvarint(dst, r.Page)
				dst = binary.AppendUvarint(dst, r.At.Segment)
				dst = r.AppendState(dst)
			}
		}
	}
	return dst, count > 0
}

// parseState is the inverse of appendState.
func parseState(body []byte) (s state, ok bool) {
	d := journal.Decoder{Rest: body}
	s.log, s.mark, s.pages = d.Uvarint(), d.Uvarint(), d.Uvarint()
	s.runs = make([]*journal.Run, d.Count(7))
	for i := range s.runs {
		r := &journal.Run{Log: s.log, Lane: d.Byte(), Page: d.Uvarint()}
		r.At.Segment = d.Uvarint()
		if !r.ParseState(&d) {
			return s, false
		}
		s.runs[i] = r
	}
	return s, d.End()
}
