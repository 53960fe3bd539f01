package store_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/internal/testkit/faultfs"
	"github.com/hutchmq/hutchmq/store"
	"github.com/hutchmq/hutchmq/store/storetest"
)

// TestUnitsPowerLoss moves entries between logs in units and loses power, again
// and again: every unit is there or not at all, and what was stored is.
func TestUnitsPowerLoss(t *testing.T) { unitsPowerLoss(t, nil, 16) }

// TestUnitsPowerLossEncrypted does so with a key.
func TestUnitsPowerLossEncrypted(t *testing.T) { unitsPowerLoss(t, masterKey(t, 1), 10) }

func unitsPowerLoss(t *testing.T, key *store.Key, seeds int) {
	for i := range seeds {
		seed := uint64(i)
		if i >= 8 {
			seed = rand.Uint64()
		}
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			movePowerLoss(t, rand.New(rand.NewPCG(seed, 3)), faultfs.New(seed), key)
		})
	}
}

func movePowerLoss(t *testing.T, r *rand.Rand, disk *faultfs.Disk, key *store.Key) {
	dir := t.TempDir()
	var told told
	next := uint64(0)
	kept := 0
	for round := range 8 {
		s := open(t, dir, store.Options{FS: disk.Mount(), SegmentBytes: 64 << 10, CheckEvery: time.Millisecond, Key: key, Log: quiet})
		depots, err := openDepots(s, 4, func(uint64) store.Owner { return storetest.NewOwner() })
		must(t, err)
		live, err := find(depots)
		if err == nil {
			err = told.check(live)
		}
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		kept += len(live)
		told = newTold()
		for d := range live {
			told.stored[d] = true
		}
		m := &mover{s: s, r: r, depots: depots, say: told.say, next: next, step: 1, live: live}
		for range 50 + r.IntN(500) {
			m.work()
		}
		next = m.next
		torn, orderly := r.IntN(2) == 0, r.IntN(5) == 0
		for orderly && len(m.open) > 0 {
			m.commit()
		}
		if !orderly {
			disk.Crash(torn)
		}
		err = s.Close()
		if orderly {
			must(t, err)
		}
		for _, at := range depots {
			told.through(at.id, at.owner.(*storetest.Owner).Through())
		}
	}
	if kept == 0 {
		t.Fatal("nothing ever came back")
	}
}

// told is what a mover has said.
type told struct {
	begun  map[[2]uint64]uint64 // depot and number, and the delivery
	stored map[uint64]bool
	ended  map[uint64]bool
}

func newTold() told {
	return told{map[[2]uint64]uint64{}, map[uint64]bool{}, map[uint64]bool{}}
}

func (o told) say(what string, delivery, depot, seq uint64) {
	switch what {
	case "begun":
		o.begun[[2]uint64{depot, seq}] = delivery
	case "ended":
		o.ended[delivery] = true
	}
}

// through notes that all that was put into a depot up to seq is stored: all
// parts of the deliveries that began with it.
func (o told) through(depot, seq uint64) {
	for at, d := range o.begun {
		if at[0] == depot && at[1] <= seq {
			o.stored[d] = true
		}
	}
}

// check tells whether a stored delivery is missing.
func (o told) check(live map[uint64][]*parcel) error {
	for d := range o.stored {
		if live[d] == nil && !o.ended[d] {
			return fmt.Errorf("delivery %d was stored, and is lost", d)
		}
	}
	return nil
}
