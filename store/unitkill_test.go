package store_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"testing"

	"github.com/hutchmq/hutchmq/store"
	"github.com/hutchmq/hutchmq/store/storetest"
)

const movers = 3

// moveAll moves parcels until it is killed.
func moveAll(d *store.Disk) {
	depots, err := openDepots(d, victimLogs, func(id uint64) store.Owner { return talker{storetest.NewOwner(), id} })
	if err != nil {
		panic(err)
	}
	live, err := find(depots)
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	last := uint64(0)
	for d := range live {
		last = max(last, d)
	}
	say("moving")
	var g sync.WaitGroup
	for i := range uint64(movers) {
		m := &mover{s: d, r: rand.New(rand.NewPCG(rand.Uint64(), 0)), depots: depots, step: movers}
		m.next = (last/movers+1)*movers + i
		m.live = map[uint64][]*parcel{}
		for d, ps := range live {
			if d%movers == i {
				m.live[d] = ps
			}
		}
		m.say = func(what string, delivery, depot, seq uint64) { say(what, delivery, depot, seq) }
		g.Go(func() {
			for {
				m.work()
			}
		})
	}
	g.Wait()
}

// TestUnitsKill kills processes that move entries between logs in units.
func TestUnitsKill(t *testing.T) { killMovers(t, "", 20) }

// TestUnitsKillEncrypted does so with a key.
func TestUnitsKillEncrypted(t *testing.T) { killMovers(t, keyText(1), 8) }

func killMovers(t *testing.T, key string, times int) {
	dir := t.TempDir()
	kept := 0
	live := map[uint64][]*parcel{}
	for range times {
		told := newTold()
		for d := range live {
			told.stored[d] = true
		}
		stored := map[uint64]uint64{}
		kill(t, dir, "move", key, func(what string, args []uint64) {
			switch what {
			case "stored":
				stored[args[0]] = args[1]
			case "begun", "ended":
				told.say(what, args[0], args[1], args[2])
			}
		})
		for depot, through := range stored {
			told.through(depot, through)
		}
		d := open(t, dir, store.Options{SegmentBytes: 64 << 10, Key: parsed(t, key), Log: quiet})
		depots, err := openDepots(d, victimLogs, func(uint64) store.Owner { return storetest.NewOwner() })
		must(t, err)
		live, err = find(depots)
		must(t, err)
		must(t, told.check(live))
		must(t, d.Close())
		kept += len(live)
	}
	if kept == 0 {
		t.Fatal("nothing ever came back")
	}
}
