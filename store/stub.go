package store

import (
	"sort"
	"strings"
	"sync"
)

type mem struct {
	mu sync.Mutex
	kv map[string][]byte
}

func NewMemory() Store { return &mem{kv: map[string][]byte{}} }

func (m *mem) Get(k []byte) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.kv[string(k)]
	if !ok {
		return nil, ErrNotFound
	}
	return v, nil
}
func (m *mem) Scan(p []byte, y func(k, v []byte) bool) error {
	m.mu.Lock()
	var ks []string
	for k := range m.kv {
		if strings.HasPrefix(k, string(p)) {
			ks = append(ks, k)
		}
	}
	m.mu.Unlock()
	sort.Strings(ks)
	for _, k := range ks {
		if !y([]byte(k), m.kv[k]) {
			break
		}
	}
	return nil
}
func (m *mem) Commit(b *Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range b.changes {
		if c.value == nil {
			delete(m.kv, string(c.key))
		} else {
			m.kv[string(c.key)] = c.value
		}
	}
	return nil
}
func (m *mem) Log(id uint64, durable bool, o Owner) (Log, error) { return &mlog{o: o}, nil }
func (m *mem) Logs() []uint64                                    { return nil }
func (m *mem) Clean() bool                                       { return true }
func (m *mem) WaitRoom()                                         {}
func (m *mem) Close() error                                      { return nil }

type mlog struct {
	o  Owner
	mu sync.Mutex
	es []Stored
}

func (l *mlog) Put(es []Entry) {
	l.mu.Lock()
	for _, e := range es {
		l.es = append(l.es, Stored{e.Seq, e.Transient, e.Time, e.Expiry, e.Item.AppendMeta(nil), e.Item.Payload()})
	}
	last := es[len(es)-1].Seq
	l.mu.Unlock()
	go l.o.Stored(last, nil)
}
func (l *mlog) Settle([]uint64)                   {}
func (l *mlog) SettleRange(uint8, uint64, uint64) {}
func (l *mlog) Read(lane uint8, from uint64, max int, y func(Stored) bool) error {
	for _, e := range l.es {
		if e.Seq >= from && !y(e) {
			break
		}
	}
	return nil
}
func (l *mlog) Lanes() []Lane  { return nil }
func (l *mlog) Next() uint64   { return 1 }
func (l *mlog) Mark(uint64)    {}
func (l *mlog) Marked() uint64 { return 0 }
func (l *mlog) Drop()          {}
func (l *mlog) Close()         {}

type Options struct{ Relaxed bool }

func Open(dir string, o Options) (Store, error) { return NewMemory(), nil }
