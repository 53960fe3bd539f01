package journal

import (
	"encoding/binary"
	"fmt"
	"slices"
	"time"
)

const cleanName = "clean"

// Recovered is what Open found. The runs and controls are the caller's.
type Recovered struct {
	Clean    bool      // the journal was closed in good order, or is new
	Runs     []*Run    // what the segments hold, oldest first, done or not
	Controls []Control // from the last whole snapshot on, oldest first
}

// Control is a record that is no put, and its place: it speaks of what lies
// before it.
type Control struct {
	At Pos
	Record
}

// Open reads what fs holds. The caller works out what lives, gives a reference
// to every segment that a run of his is in, and calls Start.
func Open(fs FS, o Options) (*Journal, *Recovered, error) {
	j := &Journal{fs: fs, o: o.defaults(), zeros: make([]byte, aheadBytes),
		wake: make(chan struct{}, 1), quit: make(chan struct{}), janitor: make(chan struct{}, 1)}
	j.group = Group{j: j, shared: map[payloadID]shared{}}
	j.lazy = time.AfterFunc(time.Hour, j.Hurry)
	j.lazy.Stop()
	names, err := fs.List()
	if err != nil {
		return nil, nil, err
	}
	found := &Recovered{Clean: slices.Contains(names, cleanName) || len(names) == 0}
	if err := j.find(names); err != nil {
		return nil, nil, err
	}
	if err := j.read(found); err != nil {
		return nil, nil, err
	}
	if slices.Contains(names, cleanName) {
		err = j.unmarkClean()
	}
	return j, found, err
}

// find lists the segments and spares, and removes what a crash left over.
func (j *Journal) find(names []string) error {
	slices.Sort(names)
	for _, name := range names {
		if n, ok := numbered(name, ".seg"); ok {
			j.dropHeadless(true)
			if err := j.findSegment(&Segment{Number: n}); err != nil {
				return err
			}
		} else if n, ok := numbered(name, ".spare"); ok {
			j.findSpare(name, n)
		}
	}
	j.dropHeadless(false)
	for _, name := range names {
		if n, ok := numbered(name, ".idx"); ok && slices.ContainsFunc(j.segments, func(s *Segment) bool { return s.Number == n }) {
			continue
		} else if ok || len(name) > 4 && name[len(name)-4:] == ".tmp" {
			_ = j.fs.Remove(name) // tried again at the next start
		}
	}
	return nil
}

func (j *Journal) findSpare(name string, n uint64) {
	j.next = max(j.next, n)
	if f, err := j.fs.Open(name); err == nil {
		size, err := f.Size()
		f.Close()
		if err == nil && size == j.o.SegmentBytes && len(j.spares) < spareFiles {
			j.spares = append(j.spares, name)
			return
		}
	}
	_ = j.fs.Remove(name) // tried again at the next start
}

func (j *Journal) findSegment(s *Segment) (err error) {
	j.next = max(j.next, s.Number)
	if s.file, err = j.fs.Open(s.name()); err != nil {
		return err
	}
	if s.Size, err = s.file.Size(); err != nil {
		return err
	}
	begun, err := s.readHeader()
	if err != nil {
		return err
	}
	if !begun {
		j.headless = s.name()
		return s.file.Close()
	}
	j.segments = append(j.segments, s)
	return nil
}

// dropHeadless removes a last segment without a header: the crash came before
// anything in it was synced. Before others, it was ruined, and is kept.
func (j *Journal) dropHeadless(ruined bool) {
	if j.headless == "" {
		return
	}
	if ruined {
		j.o.Log.Error("segment has no header: entries are lost", "segment", j.headless)
	} else {
		_ = j.fs.Remove(j.headless) // tried again at the next start
	}
	j.headless = ""
}

// read finds the runs of all segments, and the controls that still matter.
func (j *Journal) read(found *Recovered) error {
	controls := make([][]Control, len(j.segments))
	for i, s := range j.segments {
		m, err := j.readIndex(s)
		if err == nil {
			found.Runs = append(found.Runs, m.runs...)
			s.written.Store(s.Size)
		} else {
			last := i == len(j.segments)-1
			v := scan{j: j, s: s, open: map[lane]*Run{}}
			if err := v.scan(last); err != nil {
				return fmt.Errorf("segment %s: %w", s.name(), err)
			}
			found.Runs = append(found.Runs, v.runs...)
			controls[i] = v.controls
		}
		s.sealed = true
	}
	for i := len(j.segments) - 1; i >= 0; i-- {
		s := j.segments[i]
		if s.index != nil {
			controls[i] = j.readControls(s)
		}
		if n, ok := lastSnapshot(controls[i]); ok {
			controls[i] = controls[i][n:]
			controls = controls[i:]
			j.snapshotIn = s
			break
		}
	}
	found.Controls = slices.Concat(controls...)
	return nil
}

// readControls reads the control records of an indexed segment.
func (j *Journal) readControls(s *Segment) (list []Control) {
	for _, e := range s.controls {
		c := scanner{s: s, off: e.Off}
		for c.off < e.End {
			r, off, _, err := c.next()
			if err != nil {
				j.o.Log.Error("segment is damaged: settled entries may come back", "segment", s.name(), "offset", c.off)
				break
			}
			list = s.control(list, r, off)
		}
	}
	return list
}

// control adds r, if it is a control record, to list.
func (s *Segment) control(list []Control, r Record, off uint64) []Control {
	if r.Kind == KindPut || r.Kind == KindEnd {
		return list
	}
	r.Body = slices.Clone(r.Body)
	return append(list, Control{Pos{s.Number, off}, r})
}

// lastSnapshot finds where the last whole snapshot begins.
func lastSnapshot(list []Control) (begin int, ok bool) {
	at, count := -1, uint64(0)
	for i, c := range list {
		switch c.Kind {
		case KindSnapshotBegin:
			at, count = i, 0
		case KindSnapshot:
			count++
		case KindSnapshotEnd:
			if n, _ := binary.Uvarint(c.Body); at >= 0 && n == count {
				begin, ok = at, true
			}
		}
	}
	return begin, ok
}

type lane struct {
	log  uint64
	lane uint8
}

// scan reads a segment that has no index.
type scan struct {
	j        *Journal
	s        *Segment
	open     map[lane]*Run
	runs     []*Run
	controls []Control
}

// scan reads all records. Only the last segment may end where no record is:
// that is where the crash was.
func (v *scan) scan(last bool) error {
	v.s.torn = last
	c := scanner{s: v.s, off: headerBytes}
	for {
		r, off, size, err := c.next()
		if err == nil && r.Kind == KindEnd {
			v.s.written.Store(int64(off))
			v.s.torn = false
			return nil
		}
		if err == nil {
			v.record(r, off, size)
			continue
		}
		if err != errBad {
			return err
		}
		v.s.written.Store(int64(c.off))
		if last {
			return nil
		}
		v.j.o.Log.Error("segment is damaged: entries are lost", "segment", v.s.name(), "offset", c.off)
		if !c.resync() {
			return nil
		}
		clear(v.open) // no extent may reach over the damage
	}
}

func (v *scan) record(r Record, off, size uint64) {
	if r.Kind != KindPut {
		v.s.extendControls(off, size)
		v.controls = v.s.control(v.controls, r, off)
		return
	}
	var p Put
	if !p.parse(r) || p.Transient {
		return
	}
	pl := Placed{Seq: p.Seq, Off: off, Size: size, Payload: len(p.Payload) + int(p.shared.size), Lane: r.Lane}
	key := lane{p.Log, p.Lane}
	if run := v.open[key]; run == nil || !run.Add(pl) {
		run = NewRun(p.Log, v.s, pl)
		v.open[key] = run
		v.runs = append(v.runs, run)
	}
}

// unmarkClean removes the mark of a clean end, durably, before anything else
// is written.
func (j *Journal) unmarkClean() error {
	if err := j.fs.Remove(cleanName); err != nil {
		return err
	}
	return j.fs.SyncDir()
}

// markClean tells the next Open that nothing is missing.
func (j *Journal) markClean() error {
	f, err := j.fs.Create(cleanName)
	if err != nil {
		return err
	}
	if err = f.Sync(); err == nil {
		err = j.fs.SyncDir()
	}
	f.Close()
	return err
}
