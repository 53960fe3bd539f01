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
		if keep := uint64(r.IntN(300)); seq > keep {
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
	for range 20 {
		stored, settled := kill(t, dir, time.Duration(20+rand.IntN(100))*time.Millisecond)
		d := open(t, dir, store.Options{SegmentBytes: 256 << 10, Log: quiet})
		for id := uint64(1); id <= victimLogs; id++ {
			promised += stored[id]
			l, _ := openLog(t, d, id)
			list, err := storetest.ReadAll(l, 0, 0)
			must(t, err)
			next := uint64(0)
			for _, s := range list {
				if next > 0 && s.Seq != next {
					t.Fatalf("log %d: entry %d follows %d", id, s.Seq, next-1)
				}
				must(t, storetest.Check(s, id, victimSize))
				next = s.Seq + 1
			}
			if first := next - uint64(len(list)); stored[id] > settled[id] && (first > settled[id]+1 || next <= stored[id]) {
				t.Fatalf("log %d: has %d to %d; %d was stored and %d settled", id, first, next-1, stored[id], settled[id])
			}
		}
		must(t, d.Close())
	}
	if promised == 0 {
		t.Fatal("nothing was ever stored")
	}
}

// kill runs a victim for a while.
func kill(t *testing.T, dir string, after time.Duration) (stored, settled map[uint64]uint64) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), victimDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	stored, settled = map[uint64]uint64{}, map[uint64]uint64{}
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
	return stored, settled
}
