package journal

import (
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/hutchmq/hutchmq/stats"
)

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
	j := &Journal{fs: fs, o: o.defaults(), zeros: make([]byte, aheadBytes), syncs: stats.NewHistogram(stats.Latencies),
		wake: make(chan struct{}, 1), quit: make(chan struct{}), janitor: make(chan struct{}, 1)}
	j.group = Group{j: j, shared: map[payloadID]shared{}, expected: map[payloadID]bool{}, sources: map[Source]bool{}}
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
			if r.Kind != KindPut && r.Kind != KindEnd && r.Kind != KindCommit {
				list = append(list, s.control(r, off))
			}
		}
	}
	return list
}

// control makes a Control of r, which lies at off.
func (s *Segment) control(r Record, off uint64) Control {
	r.Body = slices.Clone(r.Body)
	return Control{Pos{s.Number, off}, r}
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
