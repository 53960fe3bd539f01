package store

import (
	"fmt"
	"slices"
	"sync"

	"github.com/hutchmq/hutchmq/store/journal"
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
	early       []uint64 // settled while staged or filling
	settles     []span   // of runs, not recorded yet
	dropping    bool     // a drop record must be written
	placed      uint64   // all up to here have their place, or need none
	written     uint64   // all up to here can be read

	// The writer's, from Fill to Written.
	filling      []Entry
	fillingBytes int64
	skip         []uint64
	recording    []span
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
	var n int64
	for i := range entries {
		n += int64(len(entries[i].Item.Payload())) + entryBytes
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.isOpen {
		return
	}
	if l.staged == nil {
		l.staged = l.d.buffers.take()
	}
	l.staged = append(l.staged, entries...)
	l.stagedBytes += n
	l.d.stage(n)
	l.submit(urgent)
}

// entryBytes is what a staged entry takes beside its payload, about.
const entryBytes = 128

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

// Settle implements Log.
func (l *log) Settle(seqs []uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, seq := range seqs {
		if seq > l.placed {
			l.settleEarly(seq)
		} else {
			l.settle(seq)
		}
	}
	l.recordSettles()
}

// settleEarly notes that seq need not be written. It may be anything a caller
// thinks of, so nothing is kept of it when nothing waits.
func (l *log) settleEarly(seq uint64) {
	if len(l.staged) > 0 || len(l.filling) > 0 {
		l.early = append(l.early, seq)
	}
}

// settle marks an entry that has its place.
func (l *log) settle(seq uint64) {
	for _, n := range l.lanes {
		i, ok := n.find(seq)
		if !ok || !n.runs[i].Settle(seq) {
			continue
		}
		if n.runs[i].Durable > 0 {
			l.noteSettled(span{seq, seq})
		}
		n.settled(l.d, i)
		return
	}
}

// noteSettled remembers to record s. Neighbours join.
func (l *log) noteSettled(s span) {
	if n := len(l.settles); n > 0 && l.settles[n-1].to+1 == s.from {
		l.settles[n-1].to = s.to
		return
	}
	l.settles = append(l.settles, s)
}

func (l *log) recordSettles() {
	if len(l.settles) > 0 {
		l.submit(lazy)
	}
}

// SettleRange implements Log.
func (l *log) SettleRange(lane uint8, from, to uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.settleStaged(l.filling, lane, from, to)
	l.settleStaged(l.staged, lane, from, to)
	n, ok := l.lane(lane)
	if !ok {
		return
	}
	i, _ := n.find(from)
	for i < len(n.runs) && n.runs[i].First <= to {
		r := n.runs[i]
		l.settleRun(r, from, to)
		if !n.settled(l.d, i) {
			i++
		}
	}
	l.recordSettles()
}

// settleRun settles what r has of [from, to]. Other lanes may have entries in
// between, so the record names only what was in r.
func (l *log) settleRun(r *journal.Run, from, to uint64) {
	from, to = max(from, r.Floor), min(to, r.Last)
	if from > to {
		return
	}
	if r.Durable > 0 && len(l.lanes) == 1 {
		l.noteSettled(span{from, to})
	}
	if len(l.lanes) == 1 {
		r.SettleRange(from, to)
		return
	}
	for seq := from; seq <= to; seq++ {
		if r.Settle(seq) && r.Durable > 0 {
			l.noteSettled(span{seq, seq})
		}
	}
}

// settleStaged settles what es, ascending, has of lane in [from, to].
func (l *log) settleStaged(es []Entry, lane uint8, from, to uint64) {
	i, _ := slices.BinarySearchFunc(es, max(from, l.placed+1), func(e Entry, seq uint64) int {
		return compare(e.Seq, seq)
	})
	for ; i < len(es) && es[i].Seq <= to; i++ {
		if es[i].Lane == lane {
			l.early = append(l.early, es[i].Seq)
		}
	}
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
	if l.dropping || len(l.filling) > 0 {
		l.dropping = true
		l.submit(lazy)
	}
}

// Close implements Log.
func (l *log) Close() {
	l.mu.Lock()
	volatile, empty := l.volatile, len(l.staged)+len(l.filling) == 0 && !l.live()
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
