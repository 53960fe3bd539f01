package classic

import (
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/store"
)

const (
	// maxScratch is how long lists may be that are kept for others.
	maxScratch = 4096
	// maxScratches is how many are kept.
	maxScratches = 16
)

// scratch is what a queue collects while it holds its lock. A queue at rest
// has none: the few that are at work share what they need.
type scratch struct {
	staging []store.Entry    // of Publish
	batch   []queue.Delivery // of pump
	acks    []uint64         // what the log need not keep
}

// scratch borrows, until rest.
func (q *Queue) scratch() *scratch {
	if q.work != nil {
		return q.work
	}
	select {
	case q.work = <-q.kind.scratches:
	default:
		q.work = new(scratch)
	}
	return q.work
}

// rest gives back what was borrowed, unless the log is still to be told
// something.
func (q *Queue) rest() {
	w := q.work
	if w == nil || len(w.staging) > 0 || len(w.acks) > 0 {
		return
	}
	q.work = nil
	if cap(w.staging) > maxScratch || cap(w.acks) > maxScratch {
		return
	}
	select {
	case q.kind.scratches <- w:
	default:
	}
}

// settled notes that the log need not keep seq.
func (q *Queue) settled(seq uint64) {
	w := q.scratch()
	w.acks = append(w.acks, seq)
}
