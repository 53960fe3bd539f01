package classic

import (
	"math/rand"
	"sync"
	"time"

	"github.com/hutchmq/hutchmq/store"
)

// laggard is a store whose disk takes its time, by a clock that tests fake.
type laggard struct {
	store.Store
	dirty bool // the last run crashed

	mu  sync.Mutex
	r   *rand.Rand
	err error // of the next Read
}

func newLaggard(seed int64) *laggard {
	return &laggard{Store: store.NewMemory(), r: rand.New(rand.NewSource(seed))}
}

// lag is how long the next thing takes.
func (s *laggard) lag() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Duration(s.r.Intn(40)) * time.Microsecond
}

// fail has the next Read fail.
func (s *laggard) fail(err error) {
	s.mu.Lock()
	s.err = err
	s.mu.Unlock()
}

// Clean implements store.Store.
func (s *laggard) Clean() bool { return !s.dirty }

// Log implements store.Store.
func (s *laggard) Log(id uint64, durable bool, owner store.Owner) (store.Log, error) {
	log, err := s.Store.Log(id, durable, patient{s, owner})
	return &laggardLog{Log: log, s: s}, err
}

// patient is an owner that is told late.
type patient struct {
	s *laggard
	store.Owner
}

// Stored implements store.Owner.
func (p patient) Stored(through uint64, err error) {
	time.Sleep(p.s.lag())
	p.Owner.Stored(through, err)
}

type laggardLog struct {
	store.Log
	s         *laggard
	transient []uint64
}

// Put implements store.Log.
func (l *laggardLog) Put(es []store.Entry) {
	l.note(es)
	l.Log.Put(es)
}

// PutIn implements store.Log.
func (l *laggardLog) PutIn(u store.Unit, es []store.Entry) {
	l.note(es)
	l.Log.PutIn(u, es)
}

func (l *laggardLog) note(es []store.Entry) {
	for _, e := range es {
		if e.Transient {
			l.transient = append(l.transient, e.Seq)
		}
	}
}

// Close implements store.Log. To open the log again is a restart, which
// forgets what is transient.
func (l *laggardLog) Close() {
	l.Settle(l.transient)
	l.Log.Close()
}

// Read implements store.Log.
func (l *laggardLog) Read(lane uint8, from uint64, max int, yield func(store.Stored) bool) error {
	time.Sleep(l.s.lag())
	l.s.mu.Lock()
	err := l.s.err
	l.s.err = nil
	l.s.mu.Unlock()
	if err != nil {
		return err
	}
	return l.Log.Read(lane, from, max, yield)
}
