package faultfs

import (
	"maps"
	"slices"
	"sync/atomic"

	"github.com/hutchmq/hutchmq/store/journal"
)

// mount is the disk between two power losses.
type mount struct {
	d    *Disk
	gone atomic.Bool
}

// with runs f with the disk locked, if there is power.
func (m *mount) with(f func() error) error {
	m.d.mu.Lock()
	defer m.d.mu.Unlock()
	if m.gone.Load() {
		return ErrGone
	}
	return f()
}

func (m *mount) Open(name string) (file journal.File, err error) {
	err = m.with(func() error {
		i, err := m.d.lookup(name)
		file = &handle{m, i}
		return err
	})
	return file, err
}

func (m *mount) Create(name string) (file journal.File, err error) {
	err = m.with(func() error {
		i := new(inode)
		file = &handle{m, i}
		m.d.alter(func(names map[string]*inode) { names[name] = i })
		return nil
	})
	return file, err
}

func (m *mount) Rename(from, to string) error {
	return m.with(func() error {
		i, err := m.d.lookup(from)
		if err != nil {
			return err
		}
		m.d.alter(func(names map[string]*inode) {
			delete(names, from)
			names[to] = i
		})
		return nil
	})
}

func (m *mount) Remove(name string) error {
	return m.with(func() error {
		if _, err := m.d.lookup(name); err != nil {
			return err
		}
		m.d.alter(func(names map[string]*inode) { delete(names, name) })
		return nil
	})
}

func (m *mount) List() (names []string, err error) {
	err = m.with(func() error {
		names = slices.Sorted(maps.Keys(m.d.names))
		return nil
	})
	return names, err
}

func (m *mount) SyncDir() error {
	return m.with(func() error {
		m.d.durable = maps.Clone(m.d.names)
		m.d.changes = nil
		return nil
	})
}
