package store_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/store"
	"github.com/hutchmq/hutchmq/store/storetest"
)

const (
	victimDir  = "HUTCHMQ_TEST_VICTIM" // the data directory, in the process to be killed
	victimWork = "HUTCHMQ_TEST_WORK"   // what it is to do
	victimKey  = "HUTCHMQ_TEST_KEY"    // the master key, if any
	victimLogs = 4
	victimSize = 700
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(victimDir); dir != "" {
		victim(dir, os.Getenv(victimWork))
	}
	os.Exit(m.Run())
}

// victim works until it is killed, and says what it knows.
func victim(dir, work string) {
	key, err := keyOf(os.Getenv(victimKey))
	if err != nil {
		panic(err)
	}
	if work == "rewrite" {
		rewriteAll(dir, key)
	}
	d, err := store.Open(dir, store.Options{SegmentBytes: 64 << 10, CheckEvery: 2 * time.Millisecond, Key: key})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	if work == "move" {
		moveAll(d)
		return
	}
	var g sync.WaitGroup
	for id := uint64(1); id <= victimLogs; id++ {
		g.Go(func() { write(d, id) })
	}
	g.Wait()
}

var saying sync.Mutex

// say tells the parent something of a log or a delivery.
func say(what string, args ...any) {
	saying.Lock()
	defer saying.Unlock()
	fmt.Println(append([]any{what}, args...)...)
}

// talker tells what is stored.
type talker struct {
	*storetest.Owner
	id uint64
}

func (w talker) Stored(through uint64, err error) {
	if err == nil {
		say("stored", w.id, through)
	}
	w.Owner.Stored(through, err)
}

// write writes to a log and settles.
func write(d *store.Disk, id uint64) {
	o := talker{storetest.NewOwner(), id}
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
func TestKill(t *testing.T) { killWriters(t, "", 20) }

// TestKillEncrypted does so with a key, which is another after each kill.
func TestKillEncrypted(t *testing.T) { killWriters(t, keyText(0), 8) }

func killWriters(t *testing.T, key string, times int) {
	dir := t.TempDir()
	promised := uint64(0)
	settled := map[uint64]uint64{} // by all victims so far
	for i := range times {
		stored := map[uint64]uint64{}
		kill(t, dir, "write", key, func(what string, args []uint64) {
			switch what {
			case "stored":
				stored[args[0]] = max(stored[args[0]], args[1])
			case "settle":
				settled[args[0]] = max(settled[args[0]], args[1])
			}
		})
		if key != "" {
			before := parsed(t, key)
			key = keyText(byte(i + 1))
			must(t, store.Rotate(dir, before, parsed(t, key)))
		}
		d := open(t, dir, store.Options{SegmentBytes: 64 << 10, Key: parsed(t, key), Log: quiet})
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

// kill runs a victim for a while, and hears what it says.
func kill(t *testing.T, dir, work, key string, hear func(what string, args []uint64)) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), victimDir+"="+dir, victimWork+"="+work, victimKey+"="+key)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	after := time.Duration(20+rand.IntN(100)) * time.Millisecond
	lines := bufio.NewReader(out)
	for first := true; ; first = false {
		line, err := lines.ReadString('\n')
		if err != nil {
			break // cut short by the kill
		}
		if first {
			time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
		words := strings.Fields(line)
		var args []uint64
		for _, word := range words[1:] {
			n, err := strconv.ParseUint(word, 10, 64)
			if err != nil {
				t.Fatal(line)
			}
			args = append(args, n)
		}
		hear(words[0], args)
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the victim ended by itself")
	}
}
