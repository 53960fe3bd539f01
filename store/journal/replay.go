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
