package classic

import (
	"slices"

	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/stats"
)

// deaths counts messages by what they died of.
type deaths [len(queue.Reasons)]stats.Counter

func (d *deaths) count(why queue.Reason) { d[slices.Index(queue.Reasons[:], why)].Add(1) }

func (d *deaths) read() (n queue.Deaths) {
	for i := range d {
		n[i] = d[i].Load()
	}
	return n
}

// Mortality implements queue.Counted.
func (t *Type) Mortality() queue.Mortality {
	return queue.Mortality{DeadLettered: t.deadLettered.read(), Dropped: t.dropped.read()}
}

// DiskTraffic implements queue.Counted.
func (t *Type) DiskTraffic() (reads, writes uint64) { return t.diskReads.Load(), t.diskWrites.Load() }
