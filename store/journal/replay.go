package journal

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
	unit     []found // waits for its commit record
	gap      bool    // what was read last is damaged, or void
	apart    bool    // the next control begins an extent
}

// found is what a record says, and where it lies.
type found struct {
	kind      Kind
	off, size uint64
	void      bool    // says nothing
	gap       bool    // no extent may reach over what lies before it
	of        lane    // a put
	put       Placed  // a put
	control   Control // no put
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
		if v.s.endsAt(c.off) {
			v.s.torn = false
			return nil
		}
		if last {
			return nil
		}
		v.j.o.Log.Error("segment is damaged: entries are lost", "segment", v.s.name(), "offset", c.off)
		if !c.resync() {
			return nil
		}
		v.gap = true
	}
}

// record takes a record. What belongs to a unit is held back: the end of the
// unit without a commit record tells that this was damaged.
func (v *scan) record(r Record, off, size uint64) {
	switch {
	case r.Kind == KindCommit:
		for _, f := range v.unit {
			v.add(f)
		}
		v.unit = v.unit[:0]
	case r.Flags&flagUnit != 0:
		v.unit = append(v.unit, v.parse(r, off, size))
	default:
		v.gap = v.gap || len(v.unit) > 0
		v.unit = v.unit[:0]
		v.add(v.parse(r, off, size))
	}
}

func (v *scan) parse(r Record, off, size uint64) found {
	f := found{kind: r.Kind, off: off, size: size, gap: v.gap}
	v.gap = false
	if r.Kind != KindPut {
		f.control = v.s.control(r, off)
		return f
	}
	var p Put
	f.void = !p.parse(r) || p.Transient
	f.of = lane{p.Log, p.Lane}
	f.put = Placed{Seq: p.Seq, Off: off, Size: size, Payload: len(p.Payload) + int(p.shared.size), Expiry: p.Expiry, Lane: p.Lane}
	return f
}

// add lets a record hold.
func (v *scan) add(f found) {
	if f.gap {
		clear(v.open)
		v.apart = true
	}
	switch {
	case f.void:
	case f.kind == KindPut:
		run := v.open[f.of]
		if run == nil || !run.Add(f.put) {
			run = NewRun(f.of.log, v.s, f.put)
			v.open[f.of] = run
			v.runs = append(v.runs, run)
		}
	default:
		v.controls = append(v.controls, f.control)
		v.extendControls(f.off, f.size)
	}
}

func (v *scan) extendControls(off, size uint64) {
	if v.apart {
		v.apart = false
		v.s.controls = append(v.s.controls, Extent{Off: off, End: off + size})
		return
	}
	v.s.extendControls(off, size)
}
