package store

import (
	"fmt"
	"slices"
	"sync"
)

// log is the Log of a Disk: what is staged, and the runs of what is written.
//
// An entry is staged by Put, taken by the writer (filling), given its place in
// a run, and readable once its group is written.
type log struct {
	d  *Disk
	id uint64

	mu       sync.Mutex
	isOpen   bool
	volatile bool // all is forgotten by a restart
	dropped  bool
	queued   urgency // whether the journal knows that there is work
	owner    Owner
	lanes    []*lane // ascending
	found    []Lane
	mark     uint64
	pages    uint64 // pages from this number on are younger than the runs

	staged      []Entry
	stagedBytes int64
	unitPuts    []unitPut         // of staged, ascending
	unitSettles []unitSettle      // of units that were not written yet
	early       []uint64          // settled while staged or filling
	unplaced    map[uint64]uint32 // counted while staged or filling
	settles     []span            // of runs, not recorded yet
	counted     bool              // runs have counts that are not recorded yet
	dropping    bool              // a drop record must be written
	placed      uint64            // all up to here have their place, or need none
	written     uint64            // all up to here can be read

	group uint64 // that it was taken for last
	turn  *turn  // nil while the writer has nothing of it
}

// span is a range of sequence numbers.
type span struct{ from, to uint64 }

// urgency tells how soon the writer should come.
type urgency uint8

const (
	idle urgency = iota
	lazy
	urgent
)

// open gives the log to its owner.
func (l *log) open(durable bool, owner Owner) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.isOpen {
		return fmt.Errorf("log %d is open already", l.id)
	}
	if l.dropped {
		return fmt.Errorf("log %d is being dropped", l.id)
	}
	l.isOpen, l.owner, l.volatile = true, owner, !durable
	if !durable {
		l.clear()
	}
	l.found = l.summary()
	return nil
}

// Put implements Log.
func (l *log) Put(entries []Entry) {
	if len(entries) == 0 {
		return
	}
	n := stagedBytes(entries)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.isOpen {
		l.stage(entries, n)
		l.submit(urgent)
	}
}

// stage keeps entries, of n bytes, for the writer.
func (l *log) stage(entries []Entry, n int64) {
	if l.staged == nil {
		l.staged = l.d.buffers.take()
	}
	l.staged = append(l.staged, entries...)
	l.stagedBytes += n
	l.d.stage(n)
}

// entryBytes is what a staged entry takes beside its payload, about.
const entryBytes = 128

func stagedBytes(entries []Entry) (n int64) {
	for i := range entries {
		n += int64(len(entries[i].Item.Payload())) + entryBytes
	}
	return n
}

// submit tells the journal, once, that there is work.
func (l *log) submit(u urgency) {
	switch {
	case l.queued == idle:
		l.d.j.Submit(l, u == urgent)
	case l.queued < u:
		l.d.j.Hurry()
	}
	l.queued = max(l.queued, u)
}

// Lanes implements Log.
func (l *log) Lanes() []Lane { return l.found }

// Mark implements Log.
func (l *log) Mark(delivered uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mark = max(l.mark, delivered)
}

// Marked implements Log.
func (l *log) Marked() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.mark
}

// Drop implements Log.
func (l *log) Drop() {
	l.mu.Lock()
	l.clear()
	l.isOpen, l.dropped, l.owner = false, true, nil
	l.d.stage(-l.stagedBytes)
	l.staged, l.stagedBytes, l.early = nil, 0, nil
	l.unitPuts, l.unitSettles, l.unplaced = nil, nil, nil
	l.mu.Unlock()
	l.d.forget(l)
}

// clear forgets all runs.
func (l *log) clear() {
	for _, n := range l.lanes {
		for len(n.runs) > 0 {
			l.dropping = true
			n.remove(l.d, len(n.runs)-1)
		}
	}
	l.lanes, l.settles = nil, nil
	if l.dropping || len(l.taken()) > 0 {
		l.dropping = true
		l.submit(lazy)
	}
}

// Close implements Log.
func (l *log) Close() {
	l.mu.Lock()
	volatile, empty := l.volatile, len(l.staged)+len(l.taken()) == 0 && !l.live()
	l.isOpen = false
	l.mu.Unlock()
	switch {
	case volatile:
		l.Drop()
	case empty:
		l.d.forget(l)
	}
}

// holds tells whether l has anything, and no owner.
func (l *log) holds() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.isOpen && l.live()
}

// live tells whether anything written is live.
func (l *log) live() bool {
	return slices.ContainsFunc(l.lanes, (*lane).live)
}

// summary lists the lanes as Lanes gives them.
func (l *log) summary() (list []Lane) {
	for _, n := range l.lanes {
		if s, ok := n.summary(); ok {
			list = append(list, s)
		}
	}
	return list
}
