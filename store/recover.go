package store

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/hutchmq/hutchmq/store/journal"
)

// recover works out what lives of what the journal and the pages hold.
func (d *Disk) recover(found *journal.Recovered) error {
	pages, err := d.check.load(d)
	if err != nil {
		return err
	}
	v := recovery{d: d, logs: map[uint64][]*journal.Run{}, states: map[uint64]state{}}
	for _, r := range slices.Concat(pages, found.Runs) {
		v.logs[r.Log] = append(v.logs[r.Log], r)
	}
	for _, runs := range v.logs {
		keepPages(runs)
	}
	for _, c := range found.Controls {
		v.apply(c)
	}
	v.finish()
	return nil
}

// recovery is the work of recover.
type recovery struct {
	d      *Disk
	logs   map[uint64][]*journal.Run
	states map[uint64]state // of the snapshot being read
	begun  journal.Pos      // where it began
}

// keepPages drops from segments what was moved to pages before they could be
// given back. Pages are filled in order: all up to the last of them has moved,
// or was settled.
func keepPages(runs []*journal.Run) {
	type origin struct {
		lane    uint8
		segment uint64
	}
	moved := map[origin]uint64{}
	for _, p := range runs {
		if p.Seg == nil {
			at := origin{p.Lane, p.At.Segment}
			moved[at] = max(moved[at], p.Last)
		}
	}
	for _, r := range runs {
		if last, ok := moved[origin{r.Lane, r.At.Segment}]; ok && r.Seg != nil {
			r.SettleRange(0, last)
		}
	}
}

// apply carries out one control record.
func (v *recovery) apply(c journal.Control) {
	switch c.Kind {
	case journal.KindSnapshotBegin:
		v.begun = c.At
		clear(v.states)
	case journal.KindSnapshot:
		if s, ok := parseState(c.Body); ok {
			v.states[s.log] = s
			v.d.check.next = max(v.d.check.next, s.pages) // numbers are used once
		}
	case journal.KindSnapshotEnd:
		v.restrict()
	case journal.KindSettle:
		parseSpans(c.Body, func(log uint64, s span) {
			v.each(log, c.At, func(r *journal.Run) { r.SettleRange(s.from, s.to) })
		})
	case journal.KindCount:
		if log, spans, ok := parseCounts(c.Body); ok {
			v.each(log, c.At, func(r *journal.Run) {
				if r.Lane == c.Lane {
					r.SetCounts(spans)
				}
			})
		}
	case journal.KindDrop:
		log, _ := binary.Uvarint(c.Body)
		v.each(log, c.At, func(r *journal.Run) { r.SettleRange(r.First, r.Last) })
	}
}

// each visits the runs of a log that were written before at.
func (v *recovery) each(log uint64, at journal.Pos, visit func(r *journal.Run)) {
	for _, r := range v.logs[log] {
		if r.At.Compare(at) < 0 {
			visit(r)
		}
	}
}

// restrict leaves alive what the snapshot says, of all that is older.
func (v *recovery) restrict() {
	for log := range v.logs {
		s := v.states[log]
		v.each(log, v.begun, func(r *journal.Run) {
			r.Keep(s.of(r))
		})
	}
}

// of lists what s says about r. A page younger than s holds entries that were
// in their segment still.
func (s state) of(r *journal.Run) (list []*journal.Run) {
	page := r.Page
	if page >= s.pages {
		page = 0
	}
	for _, k := range s.runs {
		if k.Lane == r.Lane && k.Page == page && k.At.Segment == r.At.Segment {
			list = append(list, k)
		}
	}
	return list
}

// sortRuns puts the runs of a log in order, by what lives in them: the rest of
// a run comes after the pages its beginning moved to.
func sortRuns(runs []*journal.Run) {
	slices.SortFunc(runs, func(a, b *journal.Run) int {
		return cmp.Or(cmp.Compare(a.Lane, b.Lane), cmp.Compare(a.Floor, b.Floor))
	})
}

// finish makes the logs of what lives.
func (v *recovery) finish() {
	for id, runs := range v.logs {
		sortRuns(runs)
		l := &log{d: v.d, id: id, mark: v.states[id].mark, pages: v.d.check.next}
		for _, r := range runs {
			if r.Live == 0 {
				v.d.check.dead(r)
				continue
			}
			if r.Seg != nil {
				r.Seg.Retain()
			}
			l.placed = max(l.placed, r.Last)
			n := l.needLane(r.Lane)
			n.runs = append(n.runs, r)
		}
		l.written = l.placed
		if len(l.lanes) > 0 {
			v.d.logs[id] = l
		}
	}
}
