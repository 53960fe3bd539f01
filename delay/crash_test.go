package delay

import (
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/internal/testkit/faultfs"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/store"
)

// replay makes the random tests run one seed only.
var replay = flag.Int64("seed", -1, "the one seed to run random tests with")

// seeds are those to run: n, or the one asked for.
func seeds(n int64) (list []int64) {
	if *replay >= 0 {
		return []int64{*replay}
	}
	for seed := range n {
		list = append(list, seed)
	}
	return list
}

// tiny limits have everything happen with a few messages.
var tiny = limits{
	near: 16, crowd: 8, batch: 4, sweep: 6, ahead: 5 * time.Millisecond, lead: 2 * time.Millisecond, bytes: 200, pieces: 3,
	ripe: 2 * time.Millisecond, recheck: time.Millisecond, patience: time.Millisecond, seqsAhead: 1000,
}

// TestPowerLoss holds, cancels and fires at random, loses power, and compares
// what is there with what was promised.
func TestPowerLoss(t *testing.T) {
	for _, seed := range seeds(16) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			c := newCrasher(t, seed)
			for round := range 5 {
				c.round = round
				c.open()
				c.check()
				c.work()
				c.end()
			}
			c.open()
			c.drain()
			c.end()
		})
	}
}

// fate is what became of a message, by its number.
type fate struct {
	due        int64
	persistent bool
	confirmed  bool
	cancelled  bool // perhaps not on disk
	gone       bool // found to be, after a restart
	fired      int  // since the last start
}

// crasher works on a Holder, and a log into which it fires, until the power
// goes.
type crasher struct {
	*testing.T
	seed  int64
	round int
	r     *rand.Rand
	disk  *faultfs.Disk
	dir   string
	ahead atomic.Int64 // of the clock, ns
	ids   uint64

	st    *store.Disk
	d     *Delays
	h     *Holder
	out   store.Log // what was fired
	power sync.WaitGroup

	mu     sync.Mutex
	fates  []*fate
	ghosts map[int]bool // in out after the start
	outSeq uint64
	stored uint64 // of out
	chain  chain
}

func newCrasher(t *testing.T, seed int64) *crasher {
	return &crasher{
		T: t, seed: seed, r: rand.New(rand.NewSource(seed)), disk: faultfs.New(uint64(seed)), dir: t.TempDir(), ids: 10,
	}
}

func (c *crasher) fail(format string, args ...any) {
	c.Helper()
	c.Fatalf("seed %d, round %d: %s", c.seed, c.round, fmt.Sprintf(format, args...))
}

func (c *crasher) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *crasher) open() {
	st, err := store.Open(c.dir, store.Options{
		FS: c.disk.Mount(), SegmentBytes: 64 << 10, CheckEvery: time.Millisecond, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		c.fail("%v", err)
	}
	c.st = st
	if c.out, err = st.Log(1, true, outOwner{c}); err != nil {
		c.fail("%v", err)
	}
	c.readOut()
	c.chain.restart(c)
	c.d = New(st, func(bool) (uint64, error) { c.ids++; return c.ids, nil })
	c.d.limits, c.d.clock = tiny, c.now
	if c.h, err = c.d.Open("/", c); err != nil {
		c.fail("%v", err)
	}
	c.chain.goOn(c)
}

// readOut notes what was fired and is stored.
func (c *crasher) readOut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ghosts = map[int]bool{}
	for _, f := range c.fates {
		f.fired = 0
	}
	err := c.out.Read(0, 0, 1<<30, func(s store.Stored) bool {
		n, _ := strconv.Atoi(string(s.Payload))
		if c.ghosts[n] {
			c.fail("message %d was fired twice", n)
		}
		c.ghosts[n], c.outSeq = true, s.Seq
		return true
	})
	if err != nil {
		c.fail("%v", err)
	}
}

// outOwner is the owner of the log of what was fired.
type outOwner struct{ c *crasher }

func (o outOwner) Stored(through uint64, err error) {
	o.c.mu.Lock()
	defer o.c.mu.Unlock()
	if err == nil {
		o.c.stored = through
	}
}

// Fire implements Target.
func (c *crasher) Fire(u queue.Unit, list []Due) (dropped int) {
	<-c.chain.open
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, d := range list {
		if d.Message == nil {
			c.chain.fire(c, u, d.Note)
			continue
		}
		n, _ := strconv.Atoi(string(d.Message.Body))
		f := c.fates[n]
		f.fired++
		switch {
		case d.At != f.due:
			c.Errorf("seed %d: message %d is due at %d, and was fired as due at %d", c.seed, n, f.due, d.At)
		case f.fired > 1 || c.ghosts[n]:
			c.Errorf("seed %d, round %d: message %d was fired again", c.seed, c.round, n)
		case i > 0 && list[i-1].At > d.At:
			c.Errorf("seed %d: message %d was fired behind one that is due later", c.seed, n)
		}
		c.outSeq++
		c.out.PutIn(u, []store.Entry{{Seq: c.outSeq, Item: d.Message, Transient: !d.Message.Persistent}})
	}
	return 0
}

// Confirm implements queue.Confirmer.
func (c *crasher) Confirm(seqs []uint64, stored bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range seqs {
		c.fates[n].confirmed = stored
	}
}

// numbered is message n.
func numbered(n int, persistent bool) *message.Message {
	return &message.Message{
		Exchange: "x" + strconv.Itoa(n%3), RoutingKey: "k", Body: []byte(strconv.Itoa(n)), Persistent: persistent, Expiration: -1,
		Header: amqp.AppendContentHeader(nil, amqp.BasicClass, 1, &amqp.Properties{}),
	}
}

func (c *crasher) burst(most int) {
	c.mu.Lock()
	var list []Held
	now := c.now().UnixMilli()
	for range 1 + c.r.Intn(most) {
		f := &fate{due: now + int64(c.r.Intn(30)), persistent: c.r.Intn(8) > 0}
		if c.r.Intn(3) == 0 {
			f.due = now + int64(c.r.Intn(10))*3_600_000
		}
		n := len(c.fates)
		c.fates = append(c.fates, f)
		list = append(list, Held{Message: numbered(n, f.persistent), Due: f.due, Receipt: queue.Receipt{To: c, Seq: uint64(n)}})
	}
	c.mu.Unlock()
	if c.r.Intn(4) > 0 {
		c.h.Hold(nil, list)
		return
	}
	u := c.st.Begin()
	c.h.Hold(u, list)
	u.Commit()
}

// work does random things. Sometimes the power goes meanwhile.
func (c *crasher) work() {
	c.disk.SetSyncDelay(time.Duration(c.r.Intn(500)) * time.Microsecond)
	if c.r.Intn(2) == 0 {
		torn, after := c.r.Intn(2) == 0, time.Duration(c.r.Intn(30_000))*time.Microsecond
		c.power.Go(func() {
			time.Sleep(after)
			c.disk.Crash(torn)
		})
	}
	for range 20 + c.r.Intn(60) {
		switch n := c.r.Intn(10); {
		case n < 5:
			c.burst(8)
		case n < 7:
			c.cancel()
		case n < 8 && c.r.Intn(10) == 0:
			c.ahead.Add(int64(c.r.Intn(4)) * int64(time.Hour))
		default:
			time.Sleep(time.Duration(c.r.Intn(3000)) * time.Microsecond)
		}
	}
}

// cancel cancels some of what is listed, or has it fired.
func (c *crasher) cancel() {
	p, err := c.h.List(Query{Limit: 1 + c.r.Intn(20), MaxLooks: 1000})
	if err != nil {
		return // the power is gone
	}
	var ids []uint64
	for _, l := range p.List {
		if c.r.Intn(3) == 0 {
			ids = append(ids, l.ID)
		}
	}
	if c.r.Intn(3) == 0 {
		_, _ = c.h.FireNow(ids)
		return
	}
	for _, id := range ids {
		_, m, ok := c.h.Get(id)
		if !ok {
			continue
		}
		n, _ := strconv.Atoi(string(m.Body))
		if list, _ := c.h.Cancel([]uint64{id}); len(list) == 1 {
			c.mu.Lock()
			c.fates[n].cancelled = true
			if c.fates[n].fired > 0 {
				c.Errorf("seed %d: message %d was fired, and then cancelled", c.seed, n)
			}
			c.mu.Unlock()
		}
	}
}

// end closes everything, or pulls the plug.
func (c *crasher) end() {
	c.power.Wait()
	if c.r.Intn(2) == 0 {
		c.disk.Crash(c.r.Intn(2) == 0)
	}
	_ = c.h.Close(false)
	c.d.Close()
	c.out.Close()
	_ = c.st.Close()
	c.forgetTransient()
}

// forgetTransient: a restart forgets what was not persistent.
func (c *crasher) forgetTransient() {
	for _, f := range c.fates {
		f.gone = f.gone || !f.persistent
	}
}

// held lists what the Holder has, by number.
func (c *crasher) held() map[int]uint64 {
	held := map[int]uint64{}
	for q := (Query{Limit: 7, MaxLooks: 20}); ; {
		p, err := c.h.List(q)
		if err != nil {
			c.fail("%v", err)
		}
		for _, l := range p.List {
			_, m, ok := c.h.Get(l.ID)
			if !ok {
				continue // fired meanwhile, or an entry of the index that is behind
			}
			n, _ := strconv.Atoi(string(m.Body))
			if _, twice := held[n]; twice {
				c.fail("message %d is held twice", n)
			}
			held[n] = l.ID
		}
		if q.After = p.Next; p.End {
			return held
		}
	}
}

// check compares what is there after a restart with what was promised. The
// clock stands before all that is due far away only: what is near may be fired
// while this looks.
func (c *crasher) check() {
	c.chain.check(c)
	held := c.held()
	c.mu.Lock()
	defer c.mu.Unlock()
	for n, f := range c.fates {
		_, waits := held[n]
		there := waits || c.ghosts[n] || f.fired > 0
		if waits || f.fired > 0 {
			f.cancelled = false // the power went before that was on disk
		}
		switch {
		case waits && c.ghosts[n]:
			c.fail("message %d is held, and was fired", n)
		case f.gone && (waits || f.fired > 0):
			c.fail("message %d was gone, and is back: %+v", n, *f)
		case f.confirmed && !there && !f.cancelled && !f.gone:
			c.fail("message %d is lost: %+v", n, *f)
		case f.cancelled && c.ghosts[n]:
			c.fail("message %d was cancelled, and fired", n)
		}
		if !there {
			f.gone = true
		}
	}
}

// drain lets everything become due, and wants all of it fired, and nothing
// left.
func (c *crasher) drain() {
	c.check()
	c.mu.Lock()
	c.chain.over = true
	c.mu.Unlock()
	c.ahead.Add(int64(100 * time.Hour))
	for began := time.Now(); ; time.Sleep(time.Millisecond) {
		c.mu.Lock()
		left := slices.ContainsFunc(c.fates, func(f *fate) bool { return !f.gone && f.fired == 0 })
		for n, f := range c.fates {
			if c.ghosts[n] {
				f.gone = true
			}
		}
		c.mu.Unlock()
		if !left && c.h.Held() == (Count{}) && c.entries() == 0 {
			return
		}
		if time.Since(began) > 20*time.Second {
			c.fail("%v is left, %d in the index", c.h.Held(), c.entries())
		}
	}
}

// entries is how much the index has.
func (c *crasher) entries() (n int) {
	if err := c.h.settleIndex(); err != nil {
		c.fail("%v", err)
	}
	_ = c.st.Scan([]byte(indexPrefix), func(_, _ []byte) bool { n++; return true })
	return n
}
