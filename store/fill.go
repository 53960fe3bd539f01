package store

import (
	"encoding/binary"
	"slices"

	"github.com/hutchmq/hutchmq/store/journal"
)

// recordSpans bounds the size of a settle record.
const recordSpans = 4096

// Fill implements journal.Source: it encodes what was taken, and gives it its
// place. The lock is held only to add to runs.
func (l *log) Fill(g *journal.Group) {
	if g.Failed() {
		return
	}
	t := l.turn
	if t.recordDrop {
		l.record(g, journal.KindDrop, 0, binary.AppendUvarint(l.d.body[:0], l.id))
	}
	for spans := t.recording; len(spans) > 0; {
		n := min(len(spans), recordSpans)
		l.record(g, journal.KindSettle, 0, l.appendSpans(l.d.body[:0], spans[:n]))
		spans = spans[n:]
	}
	for _, c := range t.counting {
		body := binary.AppendUvarint(l.d.body[:0], l.id)
		l.record(g, journal.KindCount, c.lane, journal.AppendCounts(body, c.spans))
	}
	l.fillPuts(g)
}

// record writes a record that is no put.
func (l *log) record(g *journal.Group, kind journal.Kind, lane uint8, body []byte) {
	l.d.body = body
	for !g.Record(kind, lane, body) {
		if !g.Roll(int64(len(body))) {
			return
		}
	}
}

// appendSpans encodes a settle record: the log, and for each span how far it
// lies after the one before, which may be backwards, and its length.
func (l *log) appendSpans(dst []byte, spans []span) []byte {
	dst = binary.AppendUvarint(dst, l.id)
	var last uint64
	for _, s := range spans {
		dst = binary.AppendVarint(dst, int64(s.from-last))
		dst = binary.AppendUvarint(dst, s.to-s.from)
		last = s.to
	}
	return dst
}

// parseSpans is the inverse of appendSpans.
func parseSpans(body []byte, yield func(log uint64, s span)) bool {
	d := journal.Decoder{Rest: body}
	log := d.Uvarint()
	var last uint64
	for len(d.Rest) > 0 {
		from := last + uint64(d.Varint())
		last = from + d.Uvarint()
		if d.Bad || last < from {
			return false
		}
		yield(log, span{from, last})
	}
	return !d.Bad
}

// fillPuts encodes the entries that were not settled before.
func (l *log) fillPuts(g *journal.Group) {
	t := l.turn
	if !slices.IsSorted(t.skip) {
		slices.Sort(t.skip)
	}
	skip := t.skip
	for i := range t.filling {
		e := &t.filling[i]
		for len(skip) > 0 && skip[0] < e.Seq {
			skip = skip[1:]
		}
		if len(skip) > 0 && skip[0] == e.Seq {
			continue
		}
		if !l.put(g, e) {
			break
		}
	}
	if n := len(t.filling); n > 0 {
		l.place(g.Segment(), t.filling[n-1].Seq)
	}
}

// put encodes one entry, in the next segment if it must.
func (l *log) put(g *journal.Group, e *Entry) bool {
	p := journal.Put{Log: l.id, Seq: e.Seq, Lane: e.Lane, Transient: e.Transient || l.volatile, Time: e.Time, Expiry: e.Expiry}
	for {
		placed, ok := g.Put(&p, e.Item)
		if ok {
			l.d.placed = append(l.d.placed, placed)
			return true
		}
		l.place(g.Segment(), e.Seq-1)
		if !g.Roll(g.Need(e.Item)) {
			return false
		}
	}
}

// place gives what was put since last time to the runs; from now on, settling
// anything up to through finds it there.
func (l *log) place(s *journal.Segment, through uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.dropped {
		for _, p := range l.d.placed {
			l.needLane(p.Lane).add(l.id, s, p)
		}
	}
	l.d.placed = l.d.placed[:0]
	l.placed = through
	l.countPlaced()
	l.settlePlaced()
}

// settlePlaced catches up with what was settled while it got its place.
func (l *log) settlePlaced() {
	later := l.early[:0]
	for _, seq := range l.early {
		if seq > l.placed {
			later = append(later, seq)
		} else {
			l.settle(seq)
		}
	}
	l.early = later
	l.recordSettles()
}

// Written implements journal.Source: it settles what units did, now that they
// are safe, and tells the owner.
func (l *log) Written(err error) {
	l.mu.Lock()
	filled, bytes := l.turn.filling, l.turn.fillingBytes
	n := len(filled)
	var through uint64
	if n > 0 {
		through = filled[n-1].Seq
	}
	if err == nil {
		l.settleUnits()
		l.written = max(l.written, through)
	} // else all is where it was
	l.endTurn()
	owner := l.owner
	l.mu.Unlock()
	if n == 0 {
		return
	}
	l.d.buffers.give(filled)
	l.d.stage(-bytes)
	if err != nil {
		l.d.wakeRoom()
	}
	if owner != nil {
		owner.Stored(through, err)
	}
}

// settleUnits lets go of what the units of the group settled. It is recorded.
func (l *log) settleUnits() {
	for _, s := range l.turn.settling {
		for i := range s.to - s.from + 1 {
			l.done(s.from + i)
		}
	}
}
