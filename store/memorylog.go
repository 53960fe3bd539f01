package store

import "slices"

// memoryLog is the Log of a Memory. The lock is the Memory's.
type memoryLog struct {
	m        *Memory
	id       uint64
	volatile bool
	owner    Owner // nil when closed
	found    []Lane
	entries  []Entry // ascending
	last     uint64  // put
	stored   uint64
	mark     uint64
	counts   map[uint64]uint32 // of entries delivered in vain
	dirty    bool
}

// Put implements Log.
func (l *memoryLog) Put(entries []Entry) {
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	if len(entries) == 0 || l.owner == nil {
		return
	}
	l.entries = append(l.entries, entries...)
	l.last = entries[len(entries)-1].Seq
	if !l.dirty {
		l.dirty = true
		l.m.dirty = append(l.m.dirty, l)
		l.m.wake.Signal()
	}
}

// PutIn implements Log. Nothing outlives a Memory, so its units hold together.
func (l *memoryLog) PutIn(_ Unit, entries []Entry) { l.Put(entries) }

// SettleIn implements Log.
func (l *memoryLog) SettleIn(_ Unit, seqs []uint64) { l.Settle(seqs) }

// Count implements Log.
func (l *memoryLog) Count(counts []Count) {
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	for _, c := range counts {
		if _, ok := l.find(c.Seq); ok {
			if l.counts == nil {
				l.counts = map[uint64]uint32{}
			}
			l.counts[c.Seq] = c.N
		}
	}
}

// Settle implements Log.
func (l *memoryLog) Settle(seqs []uint64) {
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	for _, seq := range seqs {
		delete(l.counts, seq)
		i, ok := l.find(seq)
		switch {
		case ok && i == 0:
			l.entries[0] = Entry{}
			l.entries = l.entries[1:]
		case ok:
			l.entries = slices.Delete(l.entries, i, i+1)
		}
	}
}

func (l *memoryLog) find(seq uint64) (i int, ok bool) { return findEntry(l.entries, seq) }

// SettleRange implements Log.
func (l *memoryLog) SettleRange(lane uint8, from, to uint64) {
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	l.entries = slices.DeleteFunc(l.entries, func(e Entry) bool {
		gone := e.Lane == lane && e.Seq >= from && e.Seq <= to
		if gone {
			delete(l.counts, e.Seq)
		}
		return gone
	})
}

// Read implements Log.
func (l *memoryLog) Read(lane uint8, from uint64, max int, yield func(Stored) bool) error {
	for _, e := range l.from(lane, from, max) {
		s := Stored{e.Seq, l.counts[e.Seq], e.Transient, e.Time, e.Expiry, e.Item.AppendMeta(nil), slices.Clone(e.Item.Payload())}
		max -= len(s.Meta) + len(s.Payload)
		if !yield(s) || max <= 0 {
			break
		}
	}
	return nil
}

// from lists stored entries, at least max bytes of them if there are.
func (l *memoryLog) from(lane uint8, from uint64, max int) (list []Entry) {
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	i, _ := l.find(from)
	for _, e := range l.entries[i:] {
		if e.Seq > l.stored || max <= 0 {
			break
		}
		if e.Lane == lane {
			list = append(list, e)
			max -= len(e.Item.Payload())
		}
	}
	return list
}

// Lanes implements Log.
func (l *memoryLog) Lanes() []Lane { return l.found }

func (l *memoryLog) lanes() (list []Lane) {
	for _, e := range l.entries {
		i := slices.IndexFunc(list, func(n Lane) bool { return n.Lane == e.Lane })
		if i < 0 {
			i = len(list)
			list = append(list, Lane{Lane: e.Lane, First: e.Seq})
		}
		n := &list[i]
		n.Last = e.Seq
		n.Count++
		n.Bytes += int64(len(e.Item.Payload()))
		if e.Expiry > 0 && (n.Expires == 0 || e.Expiry < n.Expires) {
			n.Expires = e.Expiry
		}
	}
	slices.SortFunc(list, func(a, b Lane) int { return int(a.Lane) - int(b.Lane) })
	return list
}

// Mark implements Log.
func (l *memoryLog) Mark(delivered uint64) {
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	l.mark = max(l.mark, delivered)
}

// Marked implements Log.
func (l *memoryLog) Marked() uint64 {
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	return l.mark
}

// Drop implements Log.
func (l *memoryLog) Drop() {
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	l.entries, l.owner = nil, nil
	delete(l.m.logs, l.id)
}

// Close implements Log.
func (l *memoryLog) Close() {
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	l.owner = nil
	if l.volatile {
		l.entries = nil
	}
}
