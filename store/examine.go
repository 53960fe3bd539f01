package store

import (
	"math"
	"slices"
)

// Found is what Examine saw in one lane of a log.
type Found struct {
	Log     uint64
	Lane    uint8
	Entries int
	Bytes   int64 // of payloads
	Missing int   // entries that should be there
	Err     error // why some cannot be read
}

// examineBytes are read at once.
const examineBytes = 1 << 20

// Examine reads all that is stored, log by log and lane by lane in order: visit
// is given each entry, found what was seen of each lane. It is for a disk that
// nobody writes to. The error is one of the records'.
func (d *Disk) Examine(visit func(log uint64, lane uint8, e Stored), found func(Found)) error {
	ids := d.Logs()
	slices.Sort(ids)
	for _, id := range ids {
		d.mu.Lock()
		l := d.logs[id]
		d.mu.Unlock()
		for _, n := range l.lanes {
			f := Found{Log: id, Lane: n.id}
			l.examine(&f, visit)
			s, _ := n.summary()
			f.Missing = max(s.Count-f.Entries, 0)
			found(f)
		}
	}
	return d.db.VerifyChecksum()
}

// examine reads a lane.
func (l *log) examine(f *Found, visit func(log uint64, lane uint8, e Stored)) {
	for from, before := uint64(0), -1; f.Err == nil && f.Entries > before && from < math.MaxUint64; {
		before = f.Entries
		f.Err = l.Read(f.Lane, from, examineBytes, func(e Stored) bool {
			f.Entries++
			f.Bytes += int64(len(e.Payload))
			from = e.Seq + 1
			visit(l.id, f.Lane, e)
			return true
		})
	}
}
