package journal

import (
	"time"

	"github.com/hutchmq/hutchmq/stats"
)

// IO is what a journal has read and written. Times are in nanoseconds.
type IO struct {
	Reads, ReadBytes, ReadNs    uint64
	Writes, WriteBytes, WriteNs uint64
	Sync                        stats.Distribution // how long each took
}

// transfers counts reads or writes.
type transfers struct{ count, bytes, ns stats.Counter }

func (t *transfers) add(bytes int, began time.Time) {
	t.count.Add(1)
	t.bytes.Add(uint64(bytes))
	t.ns.Add(uint64(max(time.Since(began), 0)))
}

// IO counts.
func (j *Journal) IO() IO {
	return IO{
		j.reads.count.Load(), j.reads.bytes.Load(), j.reads.ns.Load(),
		j.writes.count.Load(), j.writes.bytes.Load(), j.writes.ns.Load(), j.syncs.Read(),
	}
}

// Read reads w as Window.Read does, and counts it.
func (j *Journal) Read(w Window, dst []Put) (puts []Put, c Cursor, err error) {
	began := time.Now()
	puts, c, err = w.Read(dst)
	if c.off > w.off {
		j.reads.add(int(c.off-w.off), began)
	}
	return puts, c, err
}
