package store

import (
	"sync"

	"github.com/hutchmq/hutchmq/store/journal"
)

// chunk is what is read at once.
type chunk struct {
	run    *journal.Run
	at     journal.Pos
	last   uint64 // of the run
	empty  bool   // the run has no more
	puts   []journal.Put
	counts []uint32 // of puts
	cursor journal.Cursor
}

// chunks keeps the lists that Read is done with.
var chunks = sync.Pool{New: func() any { return new(chunk) }}

// Read implements Log.
func (l *log) Read(lane uint8, from uint64, max int, yield func(Stored) bool) error {
	c := chunks.Get().(*chunk)
	defer func() {
		clear(c.puts)
		*c = chunk{puts: c.puts[:0], counts: c.counts[:0]}
		chunks.Put(c)
	}()
	for max > 0 {
		more, err := l.next(c, lane, &from, max)
		if err != nil || !more {
			return err
		}
		for i := range c.puts {
			p := &c.puts[i]
			max -= len(p.Payload) + len(p.Meta)
			if !yield(Stored{p.Seq, c.counts[i], p.Transient, p.Time, p.Expiry, p.Meta, p.Payload}) || max <= 0 {
				return nil
			}
		}
	}
	return nil
}

// next reads a chunk of what is live from *from on and moves *from past it.
// more is false at the end.
func (l *log) next(c *chunk, lane uint8, from *uint64, max int) (more bool, err error) {
	for {
		c.puts = c.puts[:0]
		if !l.findRun(c, lane, from) {
			return false, nil
		}
		if c.run.Seg == nil {
			err = l.readPage(c)
		} else {
			err = l.readSegment(c, *from, max)
		}
		if err != nil {
			return false, err
		}
		if l.filter(c, lane, from) {
			return true, nil
		}
	}
}

// findRun picks the first run with anything to read, retains its segment and
// takes the lane's cursor. An unread rest before *from is passed over.
func (l *log) findRun(c *chunk, lane uint8, from *uint64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, ok := l.lane(lane)
	if !ok {
		return false
	}
	i, _ := n.find(*from)
	for ; i < len(n.runs); i++ {
		r := n.runs[i]
		start := max(*from, r.Floor)
		if r.Live == 0 || start > r.Last {
			continue
		}
		if start > l.written {
			return false
		}
		*from = start
		c.run, c.at, c.last, c.empty, c.cursor = r, r.At, r.Last, false, n.cursor
		if r.Seg != nil {
			r.Seg.Retain()
		}
		return true
	}
	return false
}

// readSegment reads what comes next of a run in a segment.
func (l *log) readSegment(c *chunk, from uint64, bytes int) error {
	r := c.run
	defer l.d.j.Release(r.Seg)
	w, ok, err := l.window(c, from, bytes)
	if err != nil || !ok {
		return err
	}
	old := c.cursor
	c.puts, c.cursor, err = l.d.j.Read(w, c.puts)
	c.cursor.Stand(max(from, c.past()), old)
	return err
}

// past is the number after the last that was read.
func (c *chunk) past() uint64 {
	if len(c.puts) == 0 {
		return 0
	}
	return c.puts[len(c.puts)-1].Seq + 1
}

// filter keeps of a chunk what is live and from *from on, with its counts, moves
// *from past all that was read, and leaves the cursor for the next Read.
func (l *log) filter(c *chunk, lane uint8, from *uint64) (any bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, ok := l.lane(lane)
	if !ok {
		return false
	}
	n.cursor = c.cursor
	c.counts = c.counts[:0]
	start, kept, leaving := *from, c.puts[:0], l.leaving(c)
	*from = max(*from, min(c.past(), l.written+1))
	if c.empty {
		*from = max(*from, c.last+1)
	}
	for _, p := range c.puts {
		if p.Seq < start || p.Seq > l.written {
			continue
		}
		// Its run may be another by now, when it moved to a page.
		if i, within := n.find(p.Seq); within && n.runs[i].Has(p.Seq) && !covered(leaving, p.Seq) {
			kept = append(kept, p)
			c.counts = append(c.counts, n.runs[i].CountOf(p.Seq))
		}
	}
	c.puts = kept
	return len(kept) > 0
}

// leaving lists, of what units settle and is not written yet, what is in the
// range of c.
func (l *log) leaving(c *chunk) (list []span) {
	if len(c.puts) == 0 {
		return nil
	}
	first, last := c.puts[0].Seq, c.past()-1
	add := func(s span) {
		if s.to >= first && s.from <= last {
			list = append(list, s)
		}
	}
	for _, s := range l.unitSettles {
		add(s.span)
	}
	if l.turn != nil {
		for _, s := range l.turn.settling {
			add(s)
		}
	}
	return list
}

// covered reports whether one of the spans has seq.
func covered(spans []span, seq uint64) bool {
	for _, s := range spans {
		if s.from <= seq && seq <= s.to {
			return true
		}
	}
	return false
}

// window asks the cursor what to read; the extents may have to be read first.
func (l *log) window(c *chunk, from uint64, max int) (w journal.Window, ok bool, err error) {
	for {
		l.mu.Lock()
		if c.run.At != c.at {
			l.mu.Unlock()
			return w, false, nil // it ran empty and began anew
		}
		loaded := c.cursor.Loaded(c.run)
		if loaded {
			w, ok = c.cursor.Window(c.run, from, max)
			c.empty = !ok
		}
		l.mu.Unlock()
		if loaded {
			return w, ok, nil
		}
		if err := c.cursor.Load(c.run); err != nil {
			return w, false, err
		}
	}
}
