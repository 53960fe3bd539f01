package store_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/store"
	"github.com/hutchmq/hutchmq/store/storetest"
)

const (
	victimDir  = "HUTCHMQ_TEST_VICTIM" // the data directory, in the process to be killed
	victimLogs = 4
	victimSize = 700
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(victimDir); dir != "" {
		victim(dir)
	}
	os.Exit(m.Run())
}

// victim writes and settles until it is killed, and says what it knows.
func victim(dir string) {
	d, err := store.Open(dir, store.Options{SegmentBytes: 256 << 10, CheckEvery: 5 * time.Millisecond})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	var out sync.Mutex
	say := func(what string, id, seq uint64) {
		out.Lock()
		fmt.Println(what, id, seq)
		out.Unlock()
	}
	var g sync.WaitGroup
	for id := uint64(1); id <= victimLogs; id++ {
		g.Go(func() { write(d, id, say) })
	}
	g.Wait()
}

// talker tells what is stored.
type talker struct {
	*storetest.Owner
	id  uint64
	say func(what string, id, seq uint64)
}

func (w talker) Stored(through uint64, err error) {
	if err == nil {
		w.say("stored", w.id, through)
	}
	w.Owner.Stored(through, err)
}

func write(d *store.Disk, id uint64, say func(what string, id, seq uint64)) {
	o := talker{storetest.NewOwner(), id, say}
	l, err := d.Log(id, true, o)
	if err != nil {
		panic(err)
	}
	seq := uint64(0)
	for _, n := range l.Lanes() {
		seq = n.Last
	}
	r := rand.New(rand.NewPCG(id, seq))
	for {
		n := uint64(1 + r.IntN(40))
		l.Put(storetest.Entries(id, seq+1, seq+n, victimSize))
		seq += n
		if o.Wait(seq-n/2) != nil {
			return
		}
		if keep := uint64(1 + r.IntN(300)); seq > keep { // the last lives: it tells the next victim where to go on
			say("settle", id, seq-keep)
			l.SettleRange(0, 0, seq-keep)
		}
	}
}

// TestKill kills a writing process at random moments, many times, and looks
// whether all it was promised is there.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	promised := uint64(0)
	settled := map[uint64]uint64{} // by all victims so far
	for range 20 {
		stored := kill(t, dir, settled, time.Duration(20+rand.IntN(100))*time.Millisecond)
		d := open(t, dir, store.Options{SegmentBytes: 256 << 10, Log: quiet})
		for id := uint64(1); id <= victimLogs; id++ {
			promised += stored[id]
			l, _ := openLog(t, d, id)
			settled[id] = min(settled[id], unbroken(t, l, id, stored[id], settled[id]))
		}
		must(t, d.Close())
	}
	if promised == 0 {
		t.Fatal("nothing was ever stored")
	}
}

// unbroken looks at what came back of a log, and tells the last of it. Of what
// was not settled, all that was stored is there, and of the rest a beginning.
// Each entry that was settled may come back or not, on its own: an index says
// what was done in its segment before the settle record of others is written.
func unbroken(t *testing.T, l store.Log, id, stored, settled uint64) (last uint64) {
	t.Helper()
	list, err := storetest.ReadAll(l, 0, 0)
	must(t, err)
	kept := settled // without a gap
	for _, s := range list {
		must(t, storetest.Check(s, id, victimSize))
		if s.Seq <= last || s.Seq > settled && s.Seq != kept+1 {
			t.Fatalf("log %d: entry %d follows %d; %d was stored and %d settled", id, s.Seq, last, stored, settled)
		}
		last = s.Seq
		kept = max(kept, last)
	}
	if kept < stored {
		t.Fatalf("log %d: ends with %d; %d was stored and %d settled", id, last, stored, settled)
	}
	return last
}

// kill runs a victim for a while. It adds to settled what the victim settled.
func kill(t *testing.T, dir string, settled map[uint64]uint64, after time.Duration) (stored map[uint64]uint64) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), victimDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	stored = map[uint64]uint64{}
	lines := bufio.NewScanner(out)
	for first := true; lines.Scan(); first = false {
		if first {
			time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
		var what string
		var id, seq uint64
		if _, err := fmt.Sscan(lines.Text(), &what, &id, &seq); err != nil {
			if what == "error" {
				t.Fatal(lines.Text())
			}
			continue // cut short by the kill
		}
		switch what {
		case "stored":
			stored[id] = max(stored[id], seq)
		case "settle":
			settled[id] = max(settled[id], seq)
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the victim ended by itself")
	}
	return stored
}
