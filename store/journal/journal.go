// Package journal writes records of many logs into preallocated segment files
// and syncs them in groups. One goroutine writes: it asks every log that has
// something for it (a Source), encodes, writes once, syncs once, and tells
// them. Segments whose entries are all done are recycled.
//
// It knows bytes, logs by number, and sequence numbers. It knows nothing of
// queues, and nothing of where entries go that outlive their segment.
//
// Locks: a Source may hold its own lock when it calls Submit, Release or any
// other method of Journal; the journal holds no lock when it calls a Source
// or the Keeper.
package journal

import (
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hutchmq/hutchmq/stats"
)

// ErrClosed is the outcome of what was submitted too late.
var ErrClosed = errors.New("journal is closed")

const (
	lazyDelay   = 5 * time.Millisecond // how long records wait that nobody waits for
	spareFiles  = 4                    // recycled segments that are kept
	minSegment  = 64 << 10
	wantSegment = 64 << 20
	maxSegment  = 1 << 36 // as large as a group of units may get
)

// Source has records to write. All methods are called by the writer: for each
// group Take, and when it took anything, Fill and then Written.
type Source interface {
	// Hold calls g.Hold for every unit that goes, but for what lies before it
	// here. It is called, perhaps more than once, before Take, and only when
	// units are about.
	Hold(g *Group)
	// Take sets apart for g what waits, but for what belongs to a unit that
	// does not go, and what must stay behind it. A source that was submitted
	// twice is asked twice; the second time it has nothing.
	Take(g *Group) Load
	// Measure calls g.Expect and g.ExpectRecords for all that Fill will encode.
	// It is called when Take took a part of a unit.
	Measure(g *Group)
	// Fill encodes what was taken.
	Fill(g *Group)
	// Written tells the outcome of the group.
	Written(err error)
}

// Load is what a Source took.
type Load uint8

const (
	Nothing Load = iota
	Apart        // nothing of a unit
	OfUnits      // and perhaps more
)

// Keeper is who uses a journal: it knows the runs of all logs.
type Keeper interface {
	// Snapshot calls g.Snapshot for every log with anything live.
	Snapshot(g *Group)
	// Index calls x.Add for every run with anything live in s.
	Index(s *Segment, x *Index)
	// Sealed calls Seal for every run in s, and forgets those that are done.
	Sealed(s *Segment, x *Index)
}

// Options of a journal. The zero value of each is its default.
type Options struct {
	SegmentBytes int64         // 64 MiB
	NoSync       bool          // Written after the write, not after the sync
	SpareFor     time.Duration // how long recycled segments are kept that were not needed; 15 s
	Keys         Keys          // what records are encrypted with; nil: they are not
	Log          *slog.Logger  // slog.Default()
}

func (o Options) defaults() Options {
	if o.SegmentBytes == 0 {
		o.SegmentBytes = wantSegment
	}
	o.SegmentBytes = roundUp(max(o.SegmentBytes, minSegment))
	if o.SpareFor == 0 {
		o.SpareFor = 15 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

// Journal is the log of everything a node stores. Methods may be called
// concurrently.
type Journal struct {
	fs     FS
	o      Options
	keeper Keeper
	group  Group
	zeros  []byte

	wake       chan struct{}
	quit       chan struct{} // closed when Close begins
	done       sync.WaitGroup
	lazy       *time.Timer
	full       atomic.Bool
	failure    atomic.Pointer[error]
	headless   string   // a segment without a header, while Open looks
	snapshotIn *Segment // the last whole one that Open found
	snapshots  uint64   // in the snapshot being taken; the writer's
	groups     atomic.Uint64
	reads      transfers
	writes     transfers
	syncs      *stats.Histogram
	ofUnits    []Source // the writer's: those that took parts of units

	mu       sync.Mutex
	begun    uint64 // groups
	dirty    []Source
	spare    []Source // the other half of the ping-pong
	units    bool     // some were committed since the last group began
	visits   []func() // to be called between two groups
	ended    bool     // nobody will
	armed    bool     // lazy runs
	segments []*Segment
	spares   []string
	next     uint64     // segment number
	retired  []*Segment // for the janitor
	janitor  chan struct{}
}

// Start begins to write. The caller has worked out what lives of what Open
// found. What a crash left in memory of the system is made durable first, and
// segments without an index get one.
func (j *Journal) Start(k Keeper) error {
	j.keeper = k
	for _, s := range j.segments {
		if s.index != nil {
			continue
		}
		if err := s.mend(); err != nil {
			return err
		}
		j.seal(s)
	}
	if j.snapshotIn != nil {
		j.cover(j.snapshotIn)
	}
	j.done.Add(2)
	go j.write()
	go j.clean()
	return nil
}

// Submit tells the writer that s has something. It need not be called again
// before Take.
// What is not urgent may wait a few milliseconds, for company.
func (j *Journal) Submit(s Source, urgent bool) {
	j.mu.Lock()
	j.dirty = append(j.dirty, s)
	arm := !urgent && !j.armed
	j.armed = j.armed || arm
	j.mu.Unlock()
	switch {
	case urgent:
		j.Hurry()
	case arm:
		j.lazy.Reset(lazyDelay)
	}
}

// Hurry wakes the writer for what was submitted without urgency.
func (j *Journal) Hurry() { poke(j.wake) }

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Err is why the journal failed: the first write or sync that did. Nothing is
// ever confirmed after it.
func (j *Journal) Err() error {
	if p := j.failure.Load(); p != nil {
		return *p
	}
	return nil
}

// fail is called by the writer.
func (j *Journal) fail(err error) {
	if j.failure.CompareAndSwap(nil, &err) {
		j.o.Log.Error("the journal failed: nothing is stored any more", "error", err)
	}
}

// closing tells that Close was called.
func (j *Journal) closing() bool {
	select {
	case <-j.quit:
		return true
	default:
		return false
	}
}

// Close writes what was submitted, ends the writer and the janitor and closes
// the files. It returns why the journal failed, if it did.
func (j *Journal) Close() error {
	close(j.quit)
	j.done.Wait()
	j.lazy.Stop()
	err := j.Err()
	if err == nil {
		err = j.markClean()
	}
	for _, s := range j.segments {
		j.closeFiles(s)
	}
	return err
}

// closeFiles is called when nobody reads s. Errors of closing lose nothing:
// all that matters was synced.
func (j *Journal) closeFiles(s *Segment) {
	if s.file != nil {
		_ = s.file.Close()
	}
	if s.index != nil {
		_ = s.index.Close()
	}
}
