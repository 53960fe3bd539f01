package store

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Memory is a Store without a disk: nothing outlives it. It keeps the same
// contract, and tells owners from a goroutine of its own, as a disk does.
type Memory struct {
	mu      sync.Mutex
	records map[string][]byte
	logs    map[uint64]*memoryLog
	dirty   []*memoryLog
	wake    *sync.Cond
	closed  bool
	done    sync.WaitGroup
}

var _ Store = (*Memory)(nil)

// NewMemory makes an empty Memory.
func NewMemory() *Memory {
	m := &Memory{records: map[string][]byte{}, logs: map[uint64]*memoryLog{}}
	m.wake = sync.NewCond(&m.mu)
	m.done.Go(m.write)
	return m
}

// Get implements Store.
func (m *Memory) Get(key []byte) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.records[string(key)]
	if !ok {
		return nil, ErrNotFound
	}
	return slices.Clone(v), nil
}

// Scan implements Store.
func (m *Memory) Scan(prefix []byte, yield func(key, value []byte) bool) error {
	return m.ScanFrom(prefix, prefix, yield)
}

// ScanFrom implements Store.
func (m *Memory) ScanFrom(prefix, from []byte, yield func(key, value []byte) bool) error {
	m.mu.Lock()
	records := maps.Clone(m.records)
	m.mu.Unlock()
	for _, k := range slices.Sorted(maps.Keys(records)) {
		if k >= string(from) && strings.HasPrefix(k, string(prefix)) && !yield([]byte(k), records[k]) {
			break
		}
	}
	return nil
}

// Commit implements Store.
func (m *Memory) Commit(b *Batch) error {
	if err := b.check(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range b.changes {
		if c.value == nil {
			delete(m.records, string(c.key))
		} else {
			m.records[string(c.key)] = c.value
		}
	}
	return nil
}

// Log implements Store.
func (m *Memory) Log(id uint64, durable bool, owner Owner) (Log, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.logs[id]
	if l == nil {
		l = &memoryLog{m: m, id: id}
		m.logs[id] = l
	}
	if l.owner != nil {
		return nil, fmt.Errorf("log %d is open already", id)
	}
	l.owner, l.volatile = owner, !durable
	if !durable {
		l.entries = nil
	}
	l.found = l.lanes()
	return l, nil
}

// memoryUnit is the Unit of a Memory.
type memoryUnit struct{}

func (memoryUnit) Commit() {}

// Begin implements Store.
func (m *Memory) Begin() Unit { return memoryUnit{} }

// Logs implements Store.
func (m *Memory) Logs() (ids []uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, l := range m.logs {
		if l.owner == nil && len(l.entries) > 0 {
			ids = append(ids, id)
		}
	}
	return ids
}

// Clean implements Store.
func (m *Memory) Clean() bool { return true }

// Failed implements Store.
func (m *Memory) Failed() error { return nil }

// WaitRoom implements Store.
func (m *Memory) WaitRoom() {}

// Close implements Store.
func (m *Memory) Close() error {
	m.mu.Lock()
	m.closed = true
	m.wake.Signal()
	m.mu.Unlock()
	m.done.Wait()
	return nil
}

// write tells owners what they put.
func (m *Memory) write() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for !m.closed || len(m.dirty) > 0 {
		if len(m.dirty) == 0 {
			m.wake.Wait()
			continue
		}
		l := m.dirty[0]
		m.dirty = m.dirty[1:]
		l.stored, l.dirty = l.last, false
		owner, through := l.owner, l.last
		m.mu.Unlock()
		if owner != nil {
			owner.Stored(through, nil)
		}
		m.mu.Lock()
	}
}
