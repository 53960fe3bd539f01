package journal

import "slices"

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
	begun, err := s.readHeader(j.o.Keys)
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
