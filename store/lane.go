package store

import (
	"cmp"
	"slices"

	"github.com/hutchmq/hutchmq/store/journal"
)

// lane is one lane of a log: the runs with anything live, ascending. The last
// may be open: the writer adds to it, and it stays when it runs empty, until
// its segment is sealed.
type lane struct {
	id     uint8
	open   bool // the last run is
	hint   int  // where find found last
	runs   []*journal.Run
	cursor journal.Cursor
}

func compare(a, b uint64) int { return cmp.Compare(a, b) }

// lane finds a lane of l.
func (l *log) lane(id uint8) (*lane, bool) {
	for _, n := range l.lanes {
		if n.id == id {
			return n, true
		}
	}
	return nil, false
}

// needLane finds or makes a lane of l.
func (l *log) needLane(id uint8) *lane {
	if n, ok := l.lane(id); ok {
		return n
	}
	n := &lane{id: id}
	i, _ := slices.BinarySearchFunc(l.lanes, id, func(n *lane, id uint8) int { return cmp.Compare(n.id, id) })
	l.lanes = slices.Insert(l.lanes, i, n)
	return n
}

// find returns the first run that ends at seq or after, and whether seq lies
// within it. Consumers go forward, so that it is nearly always the run of
// last time.
func (n *lane) find(seq uint64) (i int, within bool) {
	i = n.hint
	if i >= len(n.runs) || seq > n.runs[i].Last || i > 0 && seq <= n.runs[i-1].Last {
		i, _ = slices.BinarySearchFunc(n.runs, seq, func(r *journal.Run, seq uint64) int { return compare(r.Last, seq) })
		n.hint = i
	}
	return i, i < len(n.runs) && n.runs[i].First <= seq
}

// settled removes the i-th run if nothing lives in it any more.
func (n *lane) settled(d *Disk, i int) (removed bool) {
	if n.runs[i].Live > 0 || n.open && i == len(n.runs)-1 {
		return false
	}
	n.remove(d, i)
	return true
}

// remove takes the i-th run out and gives back its place on disk.
func (n *lane) remove(d *Disk, i int) {
	r := n.runs[i]
	if i == len(n.runs)-1 {
		n.open = false
	}
	n.runs = slices.Delete(n.runs, i, i+1)
	if r.Seg != nil {
		d.j.Release(r.Seg)
	}
	d.check.dead(r)
}

// add gives p, just placed in s, to a run.
func (n *lane) add(log uint64, s *journal.Segment, p journal.Placed) {
	if last := len(n.runs) - 1; n.open && n.runs[last].Seg == s && n.runs[last].Add(p) {
		return
	}
	s.Retain()
	n.runs = append(n.runs, journal.NewRun(log, s, p))
	n.open = true
}

func (n *lane) live() bool {
	return slices.ContainsFunc(n.runs, func(r *journal.Run) bool { return r.Live > 0 })
}

// summary of what lives.
func (n *lane) summary() (s Lane, ok bool) {
	s.Lane = n.id
	for _, r := range n.runs {
		if r.Live == 0 {
			continue
		}
		if s.Count == 0 {
			s.First = r.Floor
		}
		s.Last = r.Last
		s.Count += r.Live
		s.Bytes += r.LiveBytes()
		s.Expires = journal.Sooner(s.Expires, r.Expires)
	}
	return s, s.Count > 0
}

// replace puts pages before run, and takes out of run what they hold. It tells
// false when run is not the log's any more. Called with the lock of l.
func (l *log) replace(run *journal.Run, pages []*journal.Run) bool {
	n, ok := l.lane(run.Lane)
	if !ok {
		return false
	}
	i := slices.Index(n.runs, run)
	if i < 0 {
		return false
	}
	run.SettleRange(0, pages[len(pages)-1].Last)
	n.runs = slices.Insert(n.runs, i, pages...)
	n.settled(l.d, i+len(pages))
	return true
}
