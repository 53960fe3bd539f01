package classic

import (
	"unsafe"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

// Changes implements queue.Watched.
func (q *Queue) Changes() uint64 { return q.changes.Load() }

// changed notes that something happened now. q.mu is held.
func (q *Queue) changed(now int64) {
	q.changes.Store(q.changes.Load() + 1)
	q.active = now
	q.stall.note(q.stalled(), now)
}

// Picture implements queue.Watched.
func (q *Queue) Picture() queue.Picture {
	q.mu.Lock()
	defer q.mu.Unlock()
	p := queue.Picture{
		Stat: q.stat(), Traffic: q.traffic, Retry: q.options.Retry,
		ResidentBodyBytes: q.readyBytes, PersistentBytes: q.persistentBytes,
		UnackedPersistent: q.unackedPersistent, UnackedPersistentBytes: q.unackedPersistentBytes,
		SingleActiveTag: q.consumers.ActiveTag(), ExclusiveTag: q.consumers.ExclusiveTag(),
		StalledMs: q.stall.ms(q.kind.clock()), Stalled: q.stall.since != 0, ActiveMs: q.active,
	}
	if q.burials != nil {
		p.Mortality = q.burials.mortality
	}
	p.Traffic[queue.DiskReads] = q.diskReads.Load()
	p.MemoryBytes = int64(unsafe.Sizeof(*q)) + q.resident
	if q.keys != nil {
		p.Keys = q.keys.table.Len()
		p.MemoryBytes += q.keys.table.Bytes()
	}
	for i := range q.lanes {
		l := &q.lanes[i]
		p.ResidentBodyBytes -= l.gap.bytes
		slots := len(l.head.buf) + len(l.tail.buf)
		p.MemoryBytes += int64(unsafe.Sizeof(*l)) + int64(slots)*int64(unsafe.Sizeof(entry{}))
	}
	if q.selection != nil {
		p.Parking = q.selection.picture(q.kind.clock())
		p.MemoryBytes += q.selection.memory()
	}
	return p
}

// Attendance implements queue.Watched.
func (q *Queue) Attendance() []queue.Attendant {
	q.mu.Lock()
	defer q.mu.Unlock()
	list := q.consumers.Attendance()
	q.browsers.each(func(b *browser) {
		list = append(list, queue.Attendant{Consumer: b.c, ConsumeOptions: b.o, Active: true})
	})
	return list
}

// Head implements queue.Watched.
func (q *Queue) Head() (h queue.Head) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ready == 0 {
		return h
	}
	h.SinceMs = q.age.of(q.oldest())
	for i := len(q.lanes) - 1; i >= 0; i-- {
		l := &q.lanes[i]
		if l.ready() == 0 {
			continue
		}
		w := &l.head
		if w.len() == 0 {
			w = &l.tail
		}
		if w.len() > 0 && w.at(0).m != nil && (w == &l.head || l.gap.count == 0) {
			h.Timestamp = timestamp(w.at(0).m.Header)
		}
		break
	}
	return h
}

// timestamp is the property of that name, 0 if there is none.
func timestamp(header []byte) uint64 {
	p, err := amqp.ParseProperties(header)
	if err != nil {
		return 0
	}
	return p.Timestamp
}

// oldest is the lowest number of what is ready; of what comes next when
// nothing is.
func (q *Queue) oldest() uint64 {
	oldest := q.next
	for i := range q.lanes {
		l := &q.lanes[i]
		switch {
		case l.head.len() > 0:
			oldest = min(oldest, l.head.at(0).seq)
		case l.gap.count > 0:
			oldest = min(oldest, l.gap.first)
		case l.tail.len() > 0:
			oldest = min(oldest, l.tail.at(0).seq)
		}
	}
	return oldest
}
