package classic

import (
	"slices"
	"sort"
)

// ages tells about how old messages are, without a time in each: it remembers
// when a few of them came. Its marks are at least a second apart, and the
// further the longer the first of them is ago: what is told may be too early by
// an eighth of what marks have spanned.
type ages struct{ marks []mark }

// mark says that the messages from seq on came at that time or later.
type mark struct {
	seq uint64
	ms  int64 // Unix milliseconds
}

const (
	maxMarks  = 32
	leastStep = 1000 // milliseconds
)

// due reports whether it is time for another mark.
func (a *ages) due(now int64) bool {
	n := len(a.marks)
	return n == 0 || now-a.marks[n-1].ms >= max(leastStep, (now-a.marks[0].ms)/(maxMarks/2))
}

// note marks seq, which comes now. All before oldest have left the queue.
func (a *ages) note(seq uint64, now int64, oldest uint64) {
	if len(a.marks) == maxMarks {
		a.thin(oldest)
	}
	a.marks = append(a.marks, mark{seq, now})
}

// thin makes room: what is before oldest goes, or else every other mark.
func (a *ages) thin(oldest uint64) {
	if i := a.place(oldest); i > 1 {
		a.marks = slices.Delete(a.marks, 0, i-1)
		return
	}
	n := 0
	for i := 0; i < len(a.marks); i += 2 {
		a.marks[n] = a.marks[i]
		n++
	}
	a.marks = a.marks[:n]
}

// recall adds what the disk knows of the first message of a chunk.
func (a *ages) recall(m mark) {
	i := a.place(m.seq)
	if len(a.marks) < maxMarks && (i == 0 || m.ms-a.marks[i-1].ms >= leastStep) {
		a.marks = slices.Insert(a.marks, i, m)
	}
}

// place is where a mark of seq would go, behind those up to it.
func (a *ages) place(seq uint64) int {
	return sort.Search(len(a.marks), func(i int) bool { return a.marks[i].seq > seq })
}

// of is when seq came; 0 when nobody knows.
func (a *ages) of(seq uint64) int64 {
	if i := a.place(seq); i > 0 {
		return a.marks[i-1].ms
	}
	return 0
}

// reset forgets everything: the queue is empty.
func (a *ages) reset() { a.marks = a.marks[:0] }
