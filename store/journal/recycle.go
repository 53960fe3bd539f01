package journal

import (
	"slices"
	"time"
)

// adopt makes s the newest segment.
func (j *Journal) adopt(s *Segment) {
	j.mu.Lock()
	j.segments = append(j.segments, s)
	j.mu.Unlock()
}

func (j *Journal) number() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.next++
	return j.next
}

// cover tells that the snapshot in s is durable: older segments are needed
// only for what lives in them.
func (j *Journal) cover(s *Segment) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, old := range j.segments {
		if old.Number < s.Number {
			old.covered = true
			j.retireLocked(old)
		}
	}
}

// retire gives s to the janitor, if nobody needs it any more.
func (j *Journal) retire(s *Segment) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.retireLocked(s)
}

func (j *Journal) retireLocked(s *Segment) {
	if !s.sealed || !s.covered || s.retired || s.refs.Load() != 0 {
		return
	}
	s.retired = true
	j.retired = append(j.retired, s)
	poke(j.janitor)
}

// clean is the janitor: it recycles files, which may take a while, so that
// neither the writer nor a settling consumer has to.
func (j *Journal) clean() {
	defer j.done.Done()
	tick := time.NewTicker(j.o.SpareFor)
	defer tick.Stop()
	var before pastUse
	for {
		select {
		case <-j.janitor:
			j.recycle()
		case <-tick.C:
			before = j.thin(before)
		case <-j.quit:
			return
		}
	}
}

func (j *Journal) recycle() {
	j.mu.Lock()
	retired := j.retired
	j.retired = nil
	kept := j.segments[:0]
	for _, s := range j.segments {
		if !s.retired {
			kept = append(kept, s)
		}
	}
	clear(j.segments[len(kept):])
	j.segments = kept
	j.mu.Unlock()
	for _, s := range retired {
		j.recycleFile(s)
	}
}

// recycleFile keeps the file of s for a new segment, or removes it. What fails
// here costs disk space, no data: the file is dead and stays so.
func (j *Journal) recycleFile(s *Segment) {
	j.closeFiles(s)
	if s.index != nil {
		j.warn(j.fs.Remove(s.indexName()), s)
	}
	if s.Size != j.o.SegmentBytes || !j.wantsSpare() {
		j.warn(j.fs.Remove(s.name()), s)
		return
	}
	name := spareName(s.Number)
	if err := j.fs.Rename(s.name(), name); err != nil {
		j.warn(err, s)
		return
	}
	j.mu.Lock()
	j.spares = append(j.spares, name)
	j.mu.Unlock()
}

// pastUse is how much the journal was used up to some moment.
type pastUse struct{ segments, groups uint64 }

// thin removes the spares beyond as many as segments were begun since before,
// and one for the next; a journal that is not written to needs none. It
// returns the use up to now.
func (j *Journal) thin(before pastUse) (now pastUse) {
	j.mu.Lock()
	now = pastUse{j.next, j.groups.Load()}
	keep := int(min(now.segments-before.segments, spareFiles))
	if now.groups != before.groups {
		keep = max(keep, 1)
	}
	var idle []string
	if len(j.spares) > keep {
		idle = slices.Clone(j.spares[keep:])
		j.spares = j.spares[:keep]
	}
	j.mu.Unlock()
	for _, name := range idle {
		if err := j.fs.Remove(name); err != nil {
			j.o.Log.Warn("cannot remove a spare segment", "segment", name, "error", err)
		}
	}
	return now
}

func (j *Journal) warn(err error, s *Segment) {
	if err != nil {
		j.o.Log.Warn("cannot recycle a segment", "segment", s.name(), "error", err)
	}
}

func (j *Journal) wantsSpare() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.spares) < spareFiles
}

func (j *Journal) popSpare() (name string, ok bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	n := len(j.spares) - 1
	if n < 0 {
		return "", false
	}
	name = j.spares[n]
	j.spares = j.spares[:n]
	return name, true
}

// Segments lists the sealed segments that a snapshot covers, oldest first:
// those that can be given back as soon as nothing lives in them.
func (j *Journal) Segments() (list []*Segment) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, s := range j.segments {
		if s.sealed && s.covered && !s.retired {
			list = append(list, s)
		}
	}
	return list
}

// Bytes is what the segment files take, spares included.
func (j *Journal) Bytes() (n int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, s := range j.segments {
		n += s.Size
	}
	return n + int64(len(j.spares))*j.o.SegmentBytes
}

// Len is how many segments there are, spares not counted.
func (j *Journal) Len() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.segments)
}

// Full tells that the writer waits for room on the disk.
func (j *Journal) Full() bool { return j.full.Load() }

// Groups counts the groups written so far.
func (j *Journal) Groups() uint64 { return j.groups.Load() }
