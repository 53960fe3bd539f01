package journal

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io/fs"
	"syscall"
	"time"
)

// Roll leaves the active segment and begins one that has room for a record of
// need bytes. Called by a Source that was refused; false tells that the
// journal failed or that its disk is full while it closes.
func (g *Group) Roll(need int64) bool {
	if g.flags != 0 {
		g.j.fail(errOutgrown) // rather than tear a unit
	}
	if g.seg != nil {
		g.leave()
	}
	if g.Failed() {
		return false
	}
	return g.enter(need, g.j.o.SegmentBytes)
}

// leave ends the active segment: from here on it is complete and durable.
func (g *Group) leave() {
	g.control(KindEnd, 0, nil)
	g.flush(0)
	if g.Failed() {
		return
	}
	g.sync()
	g.reset()
	g.j.seal(g.seg)
}

// enter begins the next segment, of at least least bytes, with a snapshot of
// what lives in the others and room for need bytes.
func (g *Group) enter(need, least int64) bool {
	s := &Segment{Number: g.j.number()}
	s.setID(randomID())
	if g.j.o.Keys != nil {
		s.block = g.j.o.Keys.Segment(s.Number, s.id)
		g.stream = s.stream(headerBytes)
	}
	g.seg, g.base, g.fresh = s, 0, true
	g.buf = append(g.buf[:0], make([]byte, headerBytes)...)
	g.takeSnapshot()
	s.Size = max(least, roundUp(int64(len(g.buf))+need+2*endBytes))
	s.header(g.buf[:0])
	file, used, err := g.j.allocate(s)
	if err != nil {
		g.j.fail(err)
		g.seg, g.buf = nil, g.buf[:0]
		return false
	}
	s.file, g.zeroed = file, used
	g.j.adopt(s)
	return true
}

func (g *Group) takeSnapshot() {
	g.j.snapshots = 0
	g.control(KindSnapshotBegin, 0, nil)
	g.j.keeper.Snapshot(g)
	g.control(KindSnapshotEnd, 0, binary.AppendUvarint(nil, g.j.snapshots))
}

func roundUp(n int64) int64 { return (n + 4095) &^ 4095 }

func randomID() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return binary.LittleEndian.Uint64(b[:])
}

// allocate gets the file of s, and tells how much of it was ever written. On a
// full disk it waits for room, and publishers with it.
func (j *Journal) allocate(s *Segment) (f File, used int64, err error) {
	for {
		f, used, err = j.tryAllocate(s)
		if !errors.Is(err, syscall.ENOSPC) || j.closing() {
			j.full.Store(false)
			return f, used, err
		}
		if !j.full.Swap(true) {
			j.o.Log.Warn("disk is full: publishers wait", "segment", s.name())
		}
		select {
		case <-j.quit:
		case <-time.After(fullDelay):
		}
	}
}

const fullDelay = 250 * time.Millisecond

func (j *Journal) tryAllocate(s *Segment) (f File, used int64, err error) {
	if f, used, err = j.takeSpare(s); f != nil || err != nil {
		return f, used, err
	}
	f, err = j.fs.Create(s.name())
	if err != nil {
		return nil, 0, err
	}
	if err = f.Allocate(s.Size); err == nil {
		err = j.fs.SyncDir()
	}
	if err != nil {
		f.Close()
		_ = j.fs.Remove(s.name()) // the error at hand says more
		return nil, 0, err
	}
	return f, 0, nil
}

// takeSpare renames a recycled file to be s. The new name is durable before
// anything is written under it.
func (j *Journal) takeSpare(s *Segment) (File, int64, error) {
	if s.Size != j.o.SegmentBytes {
		return nil, 0, nil
	}
	name, ok := j.popSpare()
	if !ok {
		return nil, 0, nil
	}
	err := j.fs.Rename(name, s.name())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err == nil {
		err = j.fs.SyncDir()
	}
	if err != nil {
		return nil, 0, err
	}
	f, err := j.fs.Open(s.name())
	return f, s.Size, err
}

// seal makes the index of s from what the keeper says is in it.
func (j *Journal) seal(s *Segment) {
	x := &Index{seg: s}
	j.keeper.Index(s, x)
	if err := j.writeIndex(x); err != nil {
		j.o.Log.Warn("no index file: the segment will be scanned at the next start", "segment", s.name(), "error", err)
	}
	j.keeper.Sealed(s, x)
	j.mu.Lock()
	s.sealed = true
	j.mu.Unlock()
}
