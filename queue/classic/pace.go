package classic

import "time"

// A queue whose consumers are fast but do not quite keep up holds back those
// who publish to it, a little: else what is transient would go to the disk and
// back, which takes from the consumers just what they lack.
const (
	// paceBytes are in memory before anybody is held back.
	paceBytes = 8 << 20
	// paceTurn is how long a publisher waits before it looks again, and
	// paceTurns how often it looks.
	paceTurn  = time.Millisecond
	paceTurns = 5
	// Consumers that take less than slowBytes while a publisher waits out its
	// turns are slow. Those that are so for patience times in a row are not
	// worth waiting for: it is tried again after a rest, which doubles while
	// they stay slow.
	slowBytes = 128 << 10
	patience  = 4
	minRestMs = 100
	maxRestMs = 6400
)

// pace is what a queue knows of the patience it has asked for.
type pace struct {
	slow       int   // how often in a row the consumers were slow
	restMs     int64 // the last rest; 0 when they were fast since
	restsUntil int64 // nobody is held back before, Unix milliseconds
}

// Behind implements queue.Paced.
func (q *Queue) Behind() bool { return q.behind.Load() }

// noteBehind finds out whether the queue is behind. What is deep and
// persistent has to go by way of the disk anyway, and one that selects is not
// as fast as its consumers.
func (q *Queue) noteBehind(now int64) {
	behind := q.resident > paceBytes && q.consumers.Len() > 0 && !q.paused && q.selection == nil && now >= q.pace.restsUntil && !(q.persistent > 0 && q.deep())
	if behind != q.behind.Load() {
		q.behind.Store(behind)
	}
}

// deep reports whether something is on disk only, or will be.
func (q *Queue) deep() bool {
	for i := range q.lanes {
		if q.lanes[i].deep() {
			return true
		}
	}
	return false
}

// Pace implements queue.Paced.
func (q *Queue) Pace() {
	before := q.takenBytes()
	for range paceTurns {
		time.Sleep(paceTurn)
		if !q.behind.Load() {
			return
		}
	}
	q.mu.Lock()
	q.judge(q.taken-before >= slowBytes)
	q.mu.Unlock()
}

// judge notes whether the consumers were fast while a publisher waited.
func (q *Queue) judge(fast bool) {
	p := &q.pace
	if fast {
		p.slow, p.restMs = 0, 0
		return
	}
	if p.slow++; p.slow < patience {
		return
	}
	p.slow = 0
	p.restMs = min(max(2*p.restMs, minRestMs), maxRestMs)
	p.restsUntil = q.kind.clock() + p.restMs
	q.behind.Store(false)
}

func (q *Queue) takenBytes() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.taken
}
