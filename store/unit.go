package store

import (
	"sync"

	"github.com/hutchmq/hutchmq/store/journal"
)

// unit is the Unit of a Disk: the journal writes in one group what the logs
// have marked with it.
type unit struct {
	j *journal.Journal
	journal.Unit

	mu   sync.Mutex // after a log's
	logs []journal.Source
	few  [4]journal.Source // where logs begins: one allocation less
}

// Begin implements Store.
func (d *Disk) Begin() Unit {
	u := &unit{j: d.j}
	u.logs = u.few[:0]
	return u
}

// Commit implements Unit.
func (u *unit) Commit() {
	u.mu.Lock()
	logs := u.logs
	u.logs = nil
	u.mu.Unlock()
	u.j.Commit(&u.Unit, logs)
}

// join makes l one of the logs of u.
func (u *unit) join(l *log) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if n := len(u.logs); n == 0 || u.logs[n-1] != l {
		u.logs = append(u.logs, l)
	}
}

// unitPut tells that staged entries from seq on belong to a unit, and perhaps
// others after them to none.
type unitPut struct {
	unit *unit
	seq  uint64
}

// unitSettle is a span that is settled as a part of a unit.
type unitSettle struct {
	unit *unit
	span
}

// PutIn implements Log. The unit submits the log when it is committed.
func (l *log) PutIn(u Unit, entries []Entry) {
	if len(entries) == 0 {
		return
	}
	n := stagedBytes(entries)
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.isOpen {
		return
	}
	l.stage(entries, n)
	w := u.(*unit)
	if n := len(l.unitPuts); n == 0 || l.unitPuts[n-1].unit != w {
		l.unitPuts = append(l.unitPuts, unitPut{w, entries[0].Seq})
		w.join(l)
	}
}

// SettleIn implements Log.
func (l *log) SettleIn(u Unit, seqs []uint64) {
	if len(seqs) == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	w := u.(*unit)
	if n := len(l.unitSettles); n == 0 || l.unitSettles[n-1].unit != w {
		w.join(l)
	}
	for _, seq := range seqs {
		n := len(l.unitSettles)
		if n > 0 && l.unitSettles[n-1].unit == w && l.unitSettles[n-1].to+1 == seq {
			l.unitSettles[n-1].to = seq
		} else {
			l.unitSettles = append(l.unitSettles, unitSettle{w, span{seq, seq}})
		}
	}
}

// Hold implements journal.Source. A unit does not go before one that has
// entries in front of its own, or put what it settles.
func (l *log) Hold(g *journal.Group) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i, stays := l.firstHeld(g)
	if !stays {
		return
	}
	for _, p := range l.unitPuts[i+1:] {
		g.Hold(&p.unit.Unit)
	}
	for _, s := range l.unitSettles {
		if s.to >= l.unitPuts[i].seq {
			g.Hold(&s.unit.Unit)
		}
	}
}

// firstHeld finds the first entries whose unit does not go in g.
func (l *log) firstHeld(g *journal.Group) (i int, ok bool) {
	for i, p := range l.unitPuts {
		if !g.Goes(&p.unit.Unit) {
			return i, true
		}
	}
	return len(l.unitPuts), false
}
