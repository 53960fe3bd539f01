package store

import (
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/hutchmq/hutchmq/store/journal"
)

// piece is a run to be moved.
type piece struct {
	l *log
	n *lane
	r *journal.Run
}

// vacate moves all that lives in s to pages. Where an entry must stay, so does
// all that follows it in its lane: a start relies on the order.
func (c *checkpointer) vacate(s *journal.Segment) error {
	s.Retain()
	defer c.d.j.Release(s)
	left := 0
	var blocked *lane
	for _, p := range c.pieces(s) {
		if p.n == blocked {
			continue
		}
		n, err := c.move(p.l, p.r)
		if err != nil {
			return err
		}
		if n > 0 {
			blocked = p.n
		}
		left += n
	}
	delete(c.stuck, s)
	if left > 0 {
		c.stuck[s] = c.before[s].lived
	}
	return nil
}

// pieces lists the runs in s, lane by lane and in order.
func (c *checkpointer) pieces(s *journal.Segment) (list []piece) {
	keeper{c.d}.each(func(l *log) {
		for _, n := range l.lanes {
			for _, r := range n.runs {
				if r.Seg == s && r.Live > 0 {
					list = append(list, piece{l, n, r})
				}
			}
		}
	})
	return list
}

// move moves a run to pages, and tells how many entries it had to leave.
func (c *checkpointer) move(l *log, r *journal.Run) (left int, err error) {
	var k chunk
	for from := uint64(0); !c.stopping(); {
		started := time.Now()
		k = chunk{run: r, at: r.At, puts: k.puts[:0], cursor: k.cursor}
		r.Seg.Retain() // readSegment gives it back
		if err := l.readSegment(&k, from, moveBytes); err != nil {
			return 0, err
		}
		if k.empty {
			break
		}
		from = max(from, k.past())
		if !l.movable(&k) {
			break
		}
		if err := c.moveChunk(l, &k); err != nil {
			return 0, err
		}
		c.rest(time.Since(started))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return r.Live, nil
}

// rest leaves the disk to others for a while.
func (c *checkpointer) rest(d time.Duration) {
	select {
	case <-time.After(d):
	case <-c.quit:
	}
}

// movable drops from k what is not live, and tells whether the rest fits into
// pages.
func (l *log) movable(k *chunk) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := k.puts[:0]
	for _, p := range k.puts {
		if len(p.Payload)+len(p.Meta) > entryLimit {
			return false
		}
		if k.run.Has(p.Seq) {
			kept = append(kept, p)
		}
	}
	k.puts = kept
	return true
}

// moveChunk writes pages and then lets the log know them.
func (c *checkpointer) moveChunk(l *log, k *chunk) error {
	if len(k.puts) == 0 {
		return nil
	}
	pages := split(k.run, k.puts, &c.next)
	err := c.d.update(func(t *badger.Txn) error {
		for _, p := range pages {
			if err := t.Set(pageKey(pagePrefix, l.id, p.run.Page), p.encode()); err != nil {
				return err
			}
			if err := t.Set(pageKey(summaryPrefix, l.id, p.run.Page), p.summary()); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		l.moved(k.run, pages)
	}
	return err
}

// moved puts pages in the place of what they hold of run. What was settled
// meanwhile is settled in them too, and so with counts.
func (l *log) moved(run *journal.Run, pages []page) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var live []*journal.Run
	for _, p := range pages {
		for i := range p.puts {
			if !run.Has(p.puts[i].Seq) {
				p.run.Settle(p.puts[i].Seq)
			}
			p.run.MoveCount(run, p.puts[i].Seq)
		}
		l.pages = p.run.Page + 1
		if p.run.Live > 0 {
			live = append(live, p.run)
		} else {
			l.d.check.dead(p.run)
		}
	}
	if len(live) > 0 && !l.replace(run, live) {
		for _, r := range live {
			l.d.check.dead(r)
		}
	}
}
