package store

import "github.com/hutchmq/hutchmq/store/journal"

// keeper tells the journal what lives.
type keeper struct{ d *Disk }

// Snapshot implements journal.Keeper.
func (k keeper) Snapshot(g *journal.Group) {
	k.each(func(l *log) {
		if body, ok := l.appendState(k.d.state[:0]); ok {
			g.Snapshot(body)
			k.d.state = body
		}
	})
}

// Index implements journal.Keeper.
func (k keeper) Index(s *journal.Segment, x *journal.Index) {
	k.runs(s, func(_ *lane, r *journal.Run) {
		if r.Live > 0 {
			x.Add(r)
		}
	})
}

// Sealed implements journal.Keeper.
func (k keeper) Sealed(s *journal.Segment, x *journal.Index) {
	k.runs(s, func(n *lane, r *journal.Run) {
		n.open = false
		r.Seal(x)
	})
	k.each(func(l *log) {
		for _, n := range l.lanes {
			for i := len(n.runs) - 1; i >= 0; i-- {
				n.settled(k.d, i)
			}
		}
	})
}

// each visits all logs, each under its lock.
func (k keeper) each(visit func(l *log)) {
	k.d.mu.Lock()
	defer k.d.mu.Unlock()
	for _, l := range k.d.logs {
		l.mu.Lock()
		visit(l)
		l.mu.Unlock()
	}
}

// runs visits all runs in s.
func (k keeper) runs(s *journal.Segment, visit func(n *lane, r *journal.Run)) {
	k.each(func(l *log) {
		for _, n := range l.lanes {
			for _, r := range n.runs {
				if r.Seg == s {
					visit(n, r)
				}
			}
		}
	})
}
