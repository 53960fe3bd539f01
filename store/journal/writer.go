package journal

// write is the writer.
func (j *Journal) write() {
	defer j.done.Done()
	for {
		closing := j.closing()
		j.receive(false)
		batch := j.take()
		switch {
		case len(batch) > 0:
			j.writeGroup(batch)
		case closing:
			j.receive(true)
			j.finish()
			return
		default:
			select {
			case <-j.wake:
			case <-j.quit:
			}
		}
	}
}

// take begins a group: it swaps out what was submitted.
func (j *Journal) take() []Source {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.armed = false
	if len(j.dirty) == 0 {
		return nil
	}
	j.begun++
	batch := j.group.begin(j.begun, j.units, j.dirty)
	j.dirty, j.spare = j.spare[:0], batch
	j.units = false
	return batch
}

func (j *Journal) writeGroup(batch []Source) {
	g := &j.group
	g.hold(batch)
	apart, ofUnits := batch[:0], j.ofUnits[:0]
	for _, s := range batch {
		switch s.Take(g) {
		case Apart:
			s.Fill(g)
			apart = append(apart, s)
		case OfUnits:
			ofUnits = append(ofUnits, s)
		}
	}
	g.fillUnits(ofUnits)
	g.commit()
	err := j.Err()
	j.groups.Add(1)
	for _, s := range apart {
		s.Written(err)
	}
	for _, s := range ofUnits {
		s.Written(err)
	}
	clear(batch)
	clear(ofUnits)
	j.ofUnits = ofUnits
}

// finish leaves the active segment and ends the journal with a small one that
// holds a snapshot, so that the next start has little to read.
func (j *Journal) finish() {
	if j.empty() || j.Err() != nil {
		return
	}
	g := &j.group
	if g.seg != nil {
		g.leave()
	}
	if !g.Failed() && g.enter(0, 0) {
		g.leave()
	}
}

func (j *Journal) empty() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.segments) == 0
}
