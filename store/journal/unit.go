package journal

import (
	"errors"
	"sync/atomic"
)

var errOutgrown = errors.New("a unit outgrew its bound")

// Unit marks records of several sources that are written in one group, and
// are void unless all of them are.
//
// A unit goes in the first group that begins after Commit, unless it must wait
// for another: what lies before it in a Source, and does not go, holds it, all
// of it, and so on. Units that wait for each other go together.
type Unit struct {
	group   atomic.Uint64 // the first that it may go in; 0 before Commit
	held    uint64        // the last group that it could not go in; the writer's
	sources []Source
}

// Commit submits u, and sources, which have all parts of it; the slice is the
// journal's from now on. Nothing becomes a part of u afterwards.
func (j *Journal) Commit(u *Unit, sources []Source) {
	j.mu.Lock()
	if u.group.Load() == 0 {
		u.sources = sources
		u.group.Store(j.begun + 1)
		j.dirty = append(j.dirty, sources...)
		j.units = true
	}
	j.mu.Unlock()
	j.Hurry()
}

// begin makes g the group with a number. Units that were held, and with them
// their sources, are about until they go; but they do not begin a group.
func (g *Group) begin(number uint64, units bool, batch []Source) []Source {
	g.number, g.units = number, units || len(g.held) > 0
	if !g.units {
		return batch
	}
	for _, u := range g.held {
		batch = append(batch, u.sources...)
	}
	clear(g.held)
	g.held = g.held[:0]
	return g.once(batch)
}

// once leaves every source in batch once: many units may have submitted it.
func (g *Group) once(batch []Source) []Source {
	kept := batch[:0]
	for _, s := range batch {
		if !g.sources[s] {
			g.sources[s] = true
			kept = append(kept, s)
		}
	}
	clear(batch[len(kept):])
	clear(g.sources)
	return kept
}

// hold finds the units that do not go. A held unit may hold others.
func (g *Group) hold(batch []Source) {
	for more := g.units; more; {
		n := len(g.held)
		for _, s := range batch {
			s.Hold(g)
		}
		more = len(g.held) > n
	}
}

// Number tells groups apart; it grows from one to the next, and is never 0.
func (g *Group) Number() uint64 { return g.number }

// Goes tells whether u is written in this group.
func (g *Group) Goes(u *Unit) bool {
	first := u.group.Load()
	return first != 0 && first <= g.number && u.held != g.number
}

// Hold keeps u for a later group. Called by Source.Hold.
func (g *Group) Hold(u *Unit) {
	if g.Goes(u) {
		u.held = g.number
		g.held = append(g.held, u)
	}
}

// Expect counts the record of an entry that will be put in a unit.
func (g *Group) Expect(item Item) {
	need := g.Need(item)
	if payload := item.Payload(); len(payload) >= sharedBytes {
		id := idOf(payload)
		if g.expected[id] {
			need -= int64(len(payload))
		}
		g.expected[id] = true
	}
	g.need += need
}

// ExpectRecords counts n other records, the bodies of which take size bytes.
func (g *Group) ExpectRecords(n, size int) { g.need += int64(n*endBytes + size) }

// fillUnits lets sources encode what they have of units. It comes last in a
// group: no snapshot, which tells what lives, may come between the records of
// a unit, and none before all of it is safe and the sources know.
func (g *Group) fillUnits(sources []Source) {
	if len(sources) == 0 || g.Failed() {
		return
	}
	g.need = 0
	for _, s := range sources {
		s.Measure(g)
	}
	clear(g.expected)
	g.ExpectRecords(2, 0) // commit and, one day, end
	if (g.seg == nil || g.at(len(g.buf))+g.need > g.seg.Size) && !g.Roll(g.need) {
		return
	}
	g.flags = flagUnit
	for _, s := range sources {
		s.Fill(g)
	}
	g.flags = 0
	if !g.Record(KindCommit, 0, nil) {
		g.j.fail(errOutgrown)
	}
}
