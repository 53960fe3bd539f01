package integration

import (
	"fmt"
	"slices"
	"sync"
	"testing"
)

// ledger remembers what was confirmed and what came, and what of it should
// not have been. Its methods may be called by everybody.
type ledger struct {
	mu         sync.Mutex
	confirmed  map[letter]bool
	books      map[string]*book // by queue
	deliveries int
	problems   []string
}

// book is what came from one queue.
type book struct {
	shared bool // by several consumers: there is no order of arrival
	seen   map[letter]came
	last   map[uint32]uint32 // publisher to the letter that came first last
}

// came is how often a letter came, and how often as if for the first time.
type came struct{ times, fresh int }

func newLedger(queues map[string]bool) *ledger {
	l := &ledger{confirmed: map[letter]bool{}, books: map[string]*book{}}
	for queue, shared := range queues {
		l.books[queue] = &book{shared: shared, seen: map[letter]came{}, last: map[uint32]uint32{}}
	}
	return l
}

const (
	maxProblems  = 20   // so many are worth reading
	minConfirmed = 1000 // less than a twentieth of what a slow machine does
)

func (l *ledger) problem(format string, args ...any) {
	if len(l.problems) < maxProblems {
		l.problems = append(l.problems, fmt.Sprintf(format, args...))
	}
}

// confirm notes that the broker has taken responsibility for a letter.
func (l *ledger) confirm(x letter) {
	l.mu.Lock()
	l.confirmed[x] = true
	l.mu.Unlock()
}

// deliver notes that a body came from a queue.
func (l *ledger) deliver(queue string, body []byte, redelivered bool) {
	x, err := decodeLetter(body)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.deliveries++
	if err != nil {
		l.problem("%s: a broken letter: %v", queue, err)
		return
	}
	if int(x.route) >= len(crashRoutes) || !slices.Contains(crashRoutes[x.route].queues, queue) {
		l.problem("%s: %v is not for this queue", queue, x)
	}
	l.books[queue].enter(l, queue, x, redelivered)
}

// enter checks one arrival against those before.
func (b *book) enter(l *ledger, queue string, x letter, redelivered bool) {
	c := b.seen[x]
	if c.times == 0 && !b.shared {
		if last := b.last[x.publisher]; last > x.seq {
			l.problem("%s: %v came after letter %d", queue, x, last)
		}
		b.last[x.publisher] = x.seq
	}
	if !redelivered && (c.fresh > 0 || c.times > 0 && !b.shared) {
		l.problem("%s: %v came again without the redelivered flag", queue, x)
	}
	c.times++
	if !redelivered {
		c.fresh++
	}
	b.seen[x] = c
}

// delivered is how many deliveries there were.
func (l *ledger) delivered() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.deliveries
}

// audit reports every confirmed letter that did not come from each queue it
// was routed to, and every other problem.
func (l *ledger) audit(t *testing.T) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	lost := 0
	for x := range l.confirmed {
		for _, queue := range crashRoutes[x.route].queues {
			if l.books[queue].seen[x].times == 0 {
				lost++
				l.problem("%s: %v was confirmed and is lost", queue, x)
			}
		}
	}
	for _, p := range l.problems {
		t.Error(p)
	}
	t.Logf("%d confirmed, %d lost, %d deliveries", len(l.confirmed), lost, l.deliveries)
	if len(l.confirmed) < minConfirmed {
		t.Errorf("only %d were confirmed: that proves little", len(l.confirmed))
	}
}
