package store

import (
	"sync"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/hutchmq/hutchmq/store/journal"
)

const (
	moveBytes    = 256 << 10 // of entries in one transaction
	deletePages  = 1000      // in one transaction
	flattenBytes = 16 << 20  // of deleted pages that make it worth the while
)

// checkpointer moves what lives in sparse segments to pages, so that the
// segments can be given back, and deletes the pages that ran empty. It is the
// only one that writes pages. It rests as long as it works.
type checkpointer struct {
	d    *Disk
	quit chan struct{}
	done sync.WaitGroup
	next uint64 // page number

	// Its own, from one look to the next.
	before  map[*journal.Segment]int // what lived
	stuck   map[*journal.Segment]int // what lived when moving was in vain
	deleted int64                    // bytes since Flatten

	mu    sync.Mutex // after a log's
	empty []*journal.Run
}

// load reads the summaries of all pages.
func (c *checkpointer) load(d *Disk) (runs []*journal.Run, err error) {
	c.next = 1
	err2 := d.scan([]byte{summaryPrefix}, func(key, value []byte) bool {
		log, number, ok := parsePageKey(key)
		if !ok {
			return true
		}
		c.next = max(c.next, number+1)
		var r *journal.Run
		if r, err = parseSummary(log, number, value); err != nil {
			return false
		}
		runs = append(runs, r)
		return true
	})
	if err == nil {
		err = err2
	}
	return runs, err
}

func (c *checkpointer) start(d *Disk) {
	c.d = d
	c.quit = make(chan struct{})
	c.before, c.stuck = map[*journal.Segment]int{}, map[*journal.Segment]int{}
	c.done.Go(c.work)
}

func (c *checkpointer) stop() {
	close(c.quit)
	c.done.Wait()
}

func (c *checkpointer) work() {
	tick := time.NewTicker(c.d.o.CheckEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := c.look(); err != nil {
				c.d.o.Log.Warn("cannot checkpoint", "error", err)
			}
		case <-c.quit:
			return
		}
	}
}

// look does all there is to do.
func (c *checkpointer) look() error {
	if err := c.deleteEmpty(); err != nil {
		return err
	}
	for _, s := range c.sparse() {
		if c.stopping() {
			return nil
		}
		if err := c.vacate(s); err != nil {
			c.stuck[s] = c.before[s]
			return err
		}
	}
	return nil
}

func (c *checkpointer) stopping() bool {
	select {
	case <-c.quit:
		return true
	default:
		return c.d.Failed() != nil
	}
}

// dead takes a run that is nobody's any more; if it was in a page, the page
// goes.
func (c *checkpointer) dead(r *journal.Run) {
	if r.Page == 0 {
		return
	}
	c.mu.Lock()
	c.empty = append(c.empty, r)
	c.mu.Unlock()
}

// deleteEmpty deletes the pages that ran empty, and tidies up when it has
// deleted much and there is nothing else to do.
func (c *checkpointer) deleteEmpty() error {
	c.mu.Lock()
	list := c.empty
	c.empty = nil
	c.mu.Unlock()
	if len(list) == 0 && c.deleted >= flattenBytes {
		c.deleted = 0
		return c.d.db.Flatten(1)
	}
	for len(list) > 0 {
		n := min(len(list), deletePages)
		if err := c.d.db.Update(func(t *badger.Txn) error { return deleteAll(t, list[:n]) }); err != nil {
			c.mu.Lock()
			c.empty = append(c.empty, list...)
			c.mu.Unlock()
			return err
		}
		for _, r := range list[:n] {
			c.deleted += r.Bytes
		}
		list = list[n:]
	}
	return nil
}

func deleteAll(t *badger.Txn, list []*journal.Run) error {
	for _, r := range list {
		for _, prefix := range []byte{summaryPrefix, pagePrefix} {
			if err := t.Delete(pageKey(prefix, r.Log, r.Page)); err != nil {
				return err
			}
		}
	}
	return nil
}

// usage is what lives in a segment.
type usage struct {
	entries int
	bytes   int64
}

// sparse lists the segments worth vacating: less than a quarter lives, and
// they are not about to run empty by themselves. When the journal has
// outgrown its budget, half is little enough.
func (c *checkpointer) sparse() (list []*journal.Segment) {
	segments := c.d.j.Segments()
	if len(segments) == 0 {
		return nil
	}
	used, before := c.usage(), c.before
	c.before = map[*journal.Segment]int{}
	crowded := c.d.j.Bytes() > c.d.o.BudgetBytes
	for _, s := range segments {
		u := used[s]
		c.before[s] = u.entries
		old, seen := before[s]
		calm := seen && u.entries*8 >= old*7
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
		c.stuck[s] = c.before[s]
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
	err := c.d.db.Update(func(t *badger.Txn) error {
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
// meanwhile is settled in them too.
func (l *log) moved(run *journal.Run, pages []page) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var live []*journal.Run
	for _, p := range pages {
		for i := range p.puts {
			if !run.Has(p.puts[i].Seq) {
				p.run.Settle(p.puts[i].Seq)
			}
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
