package journal

// write is the writer.
func (j *Journal) write() {
	defer j.done.Done()
	for {
		closing := j.closing()
		batch := j.take()
		switch {
		case len(batch) > 0:
			j.writeGroup(batch)
		case closing:
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

// take swaps out what was submitted.
func (j *Journal) take() []Source {
	j.mu.Lock()
	defer j.mu.Unlock()
	batch := j.dirty
	j.dirty, j.spare = j.spare[:0], batch
	j.armed = false
	return batch
}

func (j *Journal) writeGroup(batch []Source) {
	for _, s := range batch {
		s.Fill(&j.group)
	}
	j.group.commit()
	err := j.Err()
	j.groups.Add(1)
	for _, s := range batch {
		s.Written(err)
	}
	clear(batch)
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
