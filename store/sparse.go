package store

import "github.com/hutchmq/hutchmq/store/journal"

// usage is what lives in a segment.
type usage struct {
	entries int
	bytes   int64
}

// past is what lived in a segment at the last look, and for how many looks
// before that not much of it, as of then, was settled.
type past struct{ lived, then, looks int }

// look is the past after one more look.
func (p past) look(lives int) past {
	if lives*8 < p.then*7 || p.then == 0 {
		return past{lived: lives, then: lives}
	}
	return past{lives, p.then, p.looks + 1}
}

// sparse lists the segments worth vacating: less than a quarter lives, and
// they are not about to run empty by themselves: what is moved to pages and
// settled soon after costs several times what it cost to write it. When the
// journal has outgrown its budget, half is little enough.
func (c *checkpointer) sparse() (list []*journal.Segment) {
	segments := c.d.j.Segments()
	if len(segments) == 0 {
		return nil
	}
	used, before := c.usage(), c.before
	c.before = map[*journal.Segment]past{}
	crowded := c.d.j.Bytes() > c.d.o.BudgetBytes
	for _, s := range segments {
		u := used[s]
		c.before[s] = before[s].look(u.entries)
		calm := c.before[s].looks >= calmLooks
		if stuck, ok := c.stuck[s]; u.entries == 0 || ok && stuck == u.entries {
			continue
		}
		if calm && u.bytes*4 < s.Size || crowded && u.bytes*2 < s.Size {
			list = append(list, s)
		}
	}
	return list
}

// usage counts what lives, by segment.
func (c *checkpointer) usage() map[*journal.Segment]usage {
	used := map[*journal.Segment]usage{}
	keeper{c.d}.each(func(l *log) {
		for _, n := range l.lanes {
			for _, r := range n.runs {
				if r.Seg != nil {
					u := used[r.Seg]
					used[r.Seg] = usage{u.entries + r.Live, u.bytes + r.LiveBytes()}
				}
			}
		}
	})
	return used
}
