package journal

import "encoding/binary"

// Adjacent tells whether a run from first to last may go on with seq.
func Adjacent(first, last, seq uint64) bool {
	return seq > last && seq-last <= runGap && seq-first < runSeqs
}

// Move makes the run of a page that holds puts, ascending and Adjacent, which
// were in r.
func (r *Run) Move(page uint64, puts []Put) *Run {
	m := &Run{Log: r.Log, Lane: r.Lane, At: r.At, Page: page, First: puts[0].Seq, Floor: puts[0].Seq, Last: puts[0].Seq}
	for i := range puts {
		p := &puts[i]
		for seq := m.Last + 1; seq < p.Seq; seq++ {
			m.done.set(seq - m.First)
		}
		m.Last = p.Seq
		m.Live++
		m.Count++
		m.Bytes += int64(len(p.Payload))
		m.Expires = Sooner(m.Expires, p.Expiry)
		if p.Transient {
			m.volatile.set(p.Seq - m.First)
		} else {
			m.Durable++
		}
	}
	return m
}

// AppendSummary encodes a run in a page, without what a restart forgets.
func (r *Run) AppendSummary(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, r.At.Segment)
	return r.appendIndex(dst)
}

// ParseSummary is the inverse of AppendSummary; the log must be the run's.
func (r *Run) ParseSummary(b []byte) bool {
	d := Decoder{Rest: b}
	log, segment := r.Log, d.Uvarint()
	return r.parseIndex(&d, segment) && r.Log == log && d.End()
}
