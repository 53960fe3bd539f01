package store_test

import (
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/internal/testkit/faultfs"
	"github.com/hutchmq/hutchmq/store"
	"github.com/hutchmq/hutchmq/store/storetest"
)

var quiet = textLog(io.Discard)

func textLog(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

// modelLog is what a log must hold.
type modelLog struct {
	id      uint64
	log     store.Log
	owner   *storetest.Owner
	sizes   map[uint64]int    // of every entry that was put, not known gone
	lanes   map[uint64]uint8  // of those
	settled map[uint64]uint64 // entries, and the last put before they were settled
	last    uint64            // ever put
	put     uint64            // put since open
	through uint64            // stored before the last end
}

// crasher works on a store at random, loses power, and compares.
type crasher struct {
	t    *testing.T
	r    *rand.Rand
	disk *faultfs.Disk
	dir  string
	s    *store.Disk
	logs []*modelLog
	next uint64 // log id
	key  *store.Key

	orderly bool // how it ended last
}

const crashLanes = 2

func TestPowerLoss(t *testing.T) { powerLoss(t, nil, 12) }

// TestPowerLossEncrypted does so with a key.
func TestPowerLossEncrypted(t *testing.T) { powerLoss(t, masterKey(t, 1), 8) }

func powerLoss(t *testing.T, key *store.Key, seeds int) {
	for i := range seeds {
		seed := uint64(i)
		if i >= 6 {
			seed = rand.Uint64()
		}
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			c := &crasher{t: t, r: rand.New(rand.NewPCG(seed, 2)), disk: faultfs.New(seed), dir: t.TempDir(), key: key}
			for round := range 6 {
				c.open()
				c.check(round)
				c.work()
				c.end()
			}
		})
	}
}

func (c *crasher) open() {
	s, err := store.Open(c.dir, store.Options{
		FS: c.disk.Mount(), SegmentBytes: 64 << 10, CheckEvery: time.Millisecond, Key: c.key, Log: quiet,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.s = s
	for _, m := range c.logs {
		m.owner, m.put = storetest.NewOwner(), 0
		if m.log, err = s.Log(m.id, true, m.owner); err != nil {
			c.t.Fatal(err)
		}
	}
	for len(c.logs) < 3 {
		c.next++
		m := &modelLog{id: c.next, owner: storetest.NewOwner(), sizes: map[uint64]int{}, lanes: map[uint64]uint8{}, settled: map[uint64]uint64{}}
		if m.log, err = s.Log(m.id, true, m.owner); err != nil {
			c.t.Fatal(err)
		}
		c.logs = append(c.logs, m)
	}
}

func (c *crasher) work() {
	for range 40 + c.r.IntN(200) {
		m := c.logs[c.r.IntN(len(c.logs))]
		switch n := c.r.IntN(20); {
		case n < 9:
			c.put(m)
		case n < 15:
			c.settle(m)
		case n < 16:
			c.settleRange(m)
		case n < 18:
			if err := m.owner.Wait(m.put); err != nil {
				c.t.Fatal(err)
			}
			c.read(m)
		case n < 19:
			time.Sleep(time.Duration(c.r.IntN(3)) * time.Millisecond)
		case c.r.IntN(5) == 0:
			m.log.Drop()
			c.logs = slices.DeleteFunc(c.logs, func(o *modelLog) bool { return o == m })
			if len(c.logs) == 0 {
				return
			}
		}
	}
}

// synced is the last entry that had to be synced: what was settled before its
// put must not come back. A group of nothing but settled entries needs no sync.
func (m *modelLog) synced() (seq uint64) {
	for s := range m.sizes {
		if _, settled := m.settled[s]; !settled && s <= m.through {
			seq = max(seq, s)
		}
	}
	return seq
}

func (c *crasher) put(m *modelLog) {
	var es []store.Entry
	for range 1 + c.r.IntN(20) {
		m.last += 1 + uint64(c.r.IntN(2)*c.r.IntN(2)*c.r.IntN(400))
		size := c.r.IntN(400)
		if c.r.IntN(50) == 0 {
			size = c.r.IntN(100_000) // some are larger than a segment
		}
		e := storetest.Entry(m.id, m.last, size)
		e.Lane = uint8(c.r.IntN(crashLanes))
		m.sizes[e.Seq], m.lanes[e.Seq] = size, e.Lane
		es = append(es, e)
	}
	m.put = m.last
	m.log.Put(es)
}

func (c *crasher) settle(m *modelLog) {
	var seqs []uint64
	for seq := range m.sizes {
		if _, ok := m.settled[seq]; !ok && c.r.IntN(3) > 0 {
			seqs = append(seqs, seq)
		}
	}
	slices.Sort(seqs)
	keep := c.r.IntN(len(seqs)/4 + 1)
	seqs = seqs[min(keep, len(seqs)):]
	for _, seq := range seqs {
		m.settled[seq] = m.last
	}
	m.log.Settle(seqs)
}

func (c *crasher) settleRange(m *modelLog) {
	from := c.r.Uint64N(m.last + 1)
	to, lane := from+c.r.Uint64N(100), uint8(c.r.IntN(crashLanes))
	for seq := range m.sizes {
		if _, ok := m.settled[seq]; !ok && seq >= from && seq <= to && m.lanes[seq] == lane {
			m.settled[seq] = m.last
		}
	}
	m.log.SettleRange(lane, from, to)
}

// read compares a log all of which is stored.
func (c *crasher) read(m *modelLog) {
	got := c.contents(m)
	for seq := range m.sizes {
		_, settled := m.settled[seq]
		if settled == got[seq] {
			c.t.Fatalf("log %d, entry %d: read %v, settled %v", m.id, seq, got[seq], settled)
		}
	}
}

// contents reads a log: in order, nothing twice, as it was put.
func (c *crasher) contents(m *modelLog) map[uint64]bool {
	got := map[uint64]bool{}
	for lane := range uint8(crashLanes) {
		list, err := storetest.ReadAll(m.log, lane, 0)
		if err != nil {
			c.t.Fatal(err)
		}
		last := uint64(0)
		for _, s := range list {
			size, ok := m.sizes[s.Seq]
			if !ok || m.lanes[s.Seq] != lane || s.Seq <= last {
				c.t.Fatalf("log %d, lane %d: read %d after %d; put: %v", m.id, lane, s.Seq, last, ok)
			}
			if err := storetest.Check(s, m.id, size); err != nil {
				c.t.Fatal(err)
			}
			got[s.Seq], last = true, s.Seq
		}
	}
	return got
}

// end loses power, or now and then closes the store in good order. What must
// be there from now on is worked out from what the owners were told.
func (c *crasher) end() {
	c.orderly = c.r.IntN(4) == 0
	if !c.orderly {
		c.disk.Crash(c.r.IntN(2) == 0)
	}
	err := c.s.Close()
	for _, m := range c.logs {
		m.through = m.owner.Through()
	}
	if c.orderly && err != nil {
		c.t.Fatal(err)
	}
}

// check compares what came back, and goes on from there.
func (c *crasher) check(round int) {
	if c.orderly && !c.s.Clean() {
		c.t.Fatal("closed in good order, but not clean")
	}
	for _, m := range c.logs {
		if m.last == 0 {
			continue
		}
		got := c.contents(m)
		clean, synced := c.orderly, m.synced()
		for seq := range m.sizes {
			at, settled := m.settled[seq]
			stored := clean || seq <= m.through
			switch {
			case stored && !settled && !got[seq]:
				c.t.Fatalf("round %d: log %d lost entry %d of %d (clean %v)", round, m.id, seq, m.through, clean)
			case settled && got[seq] && (clean || at < synced):
				c.t.Fatalf("round %d: log %d, entry %d came back after %d was stored", round, m.id, seq, m.through)
			}
			delete(m.settled, seq)
			if !got[seq] {
				delete(m.sizes, seq)
				delete(m.lanes, seq)
			}
		}
	}
}
