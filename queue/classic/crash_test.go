package classic

import (
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand"
	"slices"
	"sync"
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

// TestPowerLoss does random things to a queue and the one it dead-letters
// into, loses power, and compares what is there with what was promised.
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
		})
	}
}

// fate is what became of a message, by its number in the order of publishing.
type fate struct {
	priority uint8
	stored   bool   // confirmed
	seen     bool   // handed out
	acked    bool   // perhaps not on disk
	died     bool   // dead-lettered
	failed   uint32 // deliveries in vain
	in       *deal  // the transaction it was published in
	gone     bool   // known to be: not there after a restart
}

// deal is a transaction: all or nothing of it is there.
type deal struct {
	puts, acks []int
	touched    bool // something else happened to its messages
}

// crasher works on two queues until the power goes.
type crasher struct {
	*testing.T
	seed   int64
	round  int
	r      *rand.Rand
	choosy bool           // messages have groups
	bound  map[uint64]int // by ID of what is out, the group
	disk   *faultfs.Disk
	dir    string
	args   amqp.Table
	make   func(store.Store) *Type

	st      *store.Disk
	kind    *Type
	q, dead *Queue
	orderly bool // how it ended last
	synced  bool // all was on disk when it ended
	amid    bool // the power went while something was done
	power   sync.WaitGroup

	mu     sync.Mutex // guards stored of fates
	fates  []*fate
	out    []queue.Delivery
	deals  []*deal
	buried []int // in the order of dying
	dying  []int // in this round
}

func newCrasher(t *testing.T, seed int64) *crasher {
	c := &crasher{T: t, seed: seed, r: rand.New(rand.NewSource(seed)), disk: faultfs.New(uint64(seed)), dir: t.TempDir(), make: New, orderly: true}
	c.choosy = seed%2 == 1
	c.args = amqp.Table{"x-dead-letter-exchange": ""}
	if c.r.Intn(2) == 0 {
		c.args["x-delivery-limit"] = int32(c.r.Intn(4))
	}
	if c.seed%2 == 1 { // what fails waits, for as long as a round takes to begin
		c.args["x-delayed-retry-type"] = "failed"
		c.args["x-delayed-retry-min"], c.args["x-delayed-retry-max"] = int32(1), int32(3)
	}
	if c.r.Intn(3) == 0 {
		c.make = NewQuorum
	} else if c.r.Intn(2) == 0 {
		c.args["x-max-priority"] = int32(3)
	}
	return c
}

func (c *crasher) fail(format string, args ...any) {
	c.Helper()
	c.Fatalf("seed %d, round %d: %s", c.seed, c.round, fmt.Sprintf(format, args...))
}

func (c *crasher) open() {
	st, err := store.Open(c.dir, store.Options{
		FS: c.disk.Mount(), SegmentBytes: 64 << 10, CheckEvery: time.Millisecond, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		c.fail("%v", err)
	}
	c.st, c.kind = st, c.make(st)
	c.kind.limits = tiny
	c.dead = open(c, c.kind, queue.Declaration{ID: 2, Vhost: "/", Name: "dead", Durable: true}, nil)
	c.q = open(c, c.kind, queue.Declaration{ID: 1, Vhost: "/", Name: "q", Durable: true, Arguments: c.args}, c)
	c.dying, c.bound = nil, map[uint64]int{}
	time.Sleep(5 * time.Millisecond)
}

// DeadLetter implements queue.Host.
func (c *crasher) DeadLetter(u queue.Unit, m *message.Message, _ string, _ *string, _ queue.Reason) bool {
	c.dying = append(c.dying, numberOf(m))
	c.dead.PublishIn(u, []queue.Publication{{Message: m}})
	return true
}

// Gone implements queue.Host.
func (c *crasher) Gone() {}

// Confirm implements queue.Confirmer.
func (c *crasher) Confirm(seqs []uint64, stored bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range seqs {
		c.fates[n].stored = stored
	}
}

func numberOf(m *message.Message) (n int) {
	fmt.Sscan(string(m.Body), &n)
	return n
}

// work does random things. Sometimes the power goes meanwhile.
func (c *crasher) work() {
	c.disk.SetSyncDelay(time.Duration(c.r.Intn(500)) * time.Microsecond)
	if c.amid = c.r.Intn(2) == 0; c.amid {
		torn, after := c.r.Intn(2) == 0, time.Duration(c.r.Intn(20_000))*time.Microsecond
		c.power.Go(func() {
			time.Sleep(after)
			c.disk.Crash(torn)
		})
	}
	if c.choosy { // from here on: what there is was to be listed before
		c.q.Reconfigure(amqp.Table{"message-groups": true, "rate-limit": "1000000/1ms", "rate-limit-key": "x-group-id"})
	}
	for range 20 + c.r.Intn(100) {
		switch n := c.r.Intn(10); {
		case n < 4:
			c.q.Publish(c.burst(nil))
		case n < 6:
			c.get(c.r.Intn(15))
		case n < 8:
			c.settle()
		case n < 9:
			c.deal()
		default:
			time.Sleep(time.Duration(c.r.Intn(2000)) * time.Microsecond)
		}
	}
	if c.synced = !c.amid && c.r.Intn(3) == 0; c.synced {
		c.sync()
	}
}

// sync waits until all that was done before is on disk: something that was
// published after it is.
func (c *crasher) sync() {
	c.mourn()
	burst := c.burst(nil)
	c.q.Publish(burst)
	last := c.fates[burst[len(burst)-1].Receipt.Seq]
	for began, stored := time.Now(), false; !stored; time.Sleep(time.Millisecond) {
		c.mu.Lock()
		stored = last.stored
		c.mu.Unlock()
		if time.Since(began) > time.Minute {
			c.fail("what was published a minute ago is not stored; the store: %v", c.st.Failed())
		}
	}
}

// mourn waits until nothing is left to be buried: another goroutine may be
// about it.
func (c *crasher) mourn() {
	for _, q := range []*Queue{c.q, c.dead} {
		for began, done := time.Now(), false; !done; time.Sleep(10 * time.Microsecond) {
			q.mu.Lock()
			done = q.burials == nil || q.burials.waiting.len() == 0 && !q.burials.busy
			q.mu.Unlock()
			if time.Since(began) > time.Minute {
				c.fail("%s has not buried its dead for a minute", q.Name)
			}
		}
	}
}

// burst makes messages, of a deal or not.
func (c *crasher) burst(d *deal) (burst []queue.Publication) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for range 1 + c.r.Intn(15) {
		n := len(c.fates)
		f := &fate{priority: uint8(c.r.Intn(5)), in: d}
		c.fates = append(c.fates, f)
		if d != nil {
			d.puts = append(d.puts, n)
		}
		m := &message.Message{
			Body: fmt.Appendf(nil, "%d %s", n, make([]byte, c.r.Intn(200))), Persistent: true, Priority: f.priority, Expiration: -1,
		}
		if c.choosy {
			m.Header = amqp.AppendContentHeader(nil, 60, uint64(len(m.Body)), &amqp.Properties{Headers: amqp.Table{"x-group-id": int32(groupOf(n))}})
		}
		burst = append(burst, queue.Publication{Message: m, Receipt: queue.Receipt{To: c, Seq: uint64(n)}})
	}
	return burst
}

func (c *crasher) get(n int) {
	for range n {
		d, _, ok := c.q.Get(false)
		if !ok {
			return
		}
		c.fates[numberOf(d.Message)].seen = true
		c.out = append(c.out, d)
		c.bind(d)
	}
}

// groupOf is the group of the message n.
func groupOf(n int) int { return n % 30 }

// bind notes the group of d, of which no other may be out.
func (c *crasher) bind(d queue.Delivery) {
	if !c.choosy {
		return
	}
	group := groupOf(numberOf(d.Message))
	for id, other := range c.bound {
		if other == group {
			c.fail("%d and %d of group %d are out", id, d.ID, group)
		}
	}
	c.bound[d.ID] = group
}

// some takes deliveries that are out.
func (c *crasher) some() (ds []queue.Delivery) {
	c.r.Shuffle(len(c.out), func(i, j int) { c.out[i], c.out[j] = c.out[j], c.out[i] })
	n := c.r.Intn(len(c.out) + 1)
	ds, c.out = c.out[:n:n], c.out[n:]
	for _, d := range ds {
		delete(c.bound, d.ID)
	}
	return ds
}

func (c *crasher) settle() {
	ds, how := c.some(), queue.Outcome(c.r.Intn(3))
	for _, d := range ds {
		c.settled(c.fates[numberOf(d.Message)], how)
	}
	c.q.Settle(nil, ds, how)
}

// settled says what becomes of a message that is settled.
func (c *crasher) settled(f *fate, how queue.Outcome) {
	if f.in != nil {
		f.in.touched = true
	}
	limit, limited := amqp.Int(c.args["x-delivery-limit"])
	if !limited && c.kind.kind == queue.Quorum {
		limit, limited = 20, true
	}
	switch how {
	case queue.Ack:
		f.acked = true
	case queue.Requeue:
		f.failed++
		f.died = f.died || limited && int64(f.failed) > limit
	default:
		f.died = true
	}
}

// deal publishes and acknowledges in one unit, as slowly as makes a
// difference to the disk.
func (c *crasher) deal() {
	d := &deal{}
	u := c.st.Begin()
	ds := c.some()
	for _, x := range ds {
		n := numberOf(x.Message)
		c.settled(c.fates[n], queue.Ack)
		d.acks = append(d.acks, n)
	}
	c.q.SettleIn(u, nil, ds, queue.Ack)
	time.Sleep(time.Duration(c.r.Intn(8)) * time.Millisecond)
	c.q.PublishIn(u, c.burst(d))
	u.Commit()
	c.deals = append(c.deals, d)
}

// end loses power, or ends in good order.
func (c *crasher) end() {
	c.power.Wait()
	c.orderly = !c.amid && c.r.Intn(2) == 0
	if c.orderly {
		c.mourn()
	}
	if !c.orderly && !c.amid {
		c.disk.Crash(c.r.Intn(2) == 0)
	}
	c.q.Close(false)
	c.dead.Close(false)
	c.kind.Close()
	if err := c.st.Close(); c.orderly && err != nil {
		c.fail("%v", err)
	}
	c.buried = append(c.buried, c.dying...)
}

// check looks at everything that is there after a restart.
func (c *crasher) check() {
	here, dead := c.list(c.q), c.list(c.dead)
	c.checkOrder(here, dead)
	in := make([]int, len(c.fates)) // 1 here, 2 dead
	for _, d := range here {
		in[numberOf(d.Message)] |= 1
		c.checkDelivery(d)
	}
	for _, d := range dead {
		in[numberOf(d.Message)] |= 2
	}
	for _, d := range c.deals {
		c.checkDeal(d, in)
	}
	for n, f := range c.fates {
		switch {
		case in[n] == 3:
			c.fail("message %d is in both queues", n)
		case in[n] != 0 && f.gone:
			c.fail("message %d came back", n)
		case in[n] == 2 && !f.died:
			c.fail("message %d is dead, and nobody killed it: %+v", n, *f)
		case in[n] == 1 && (f.died || f.acked) && (c.orderly || c.synced):
			c.fail("message %d is back: %+v", n, *f)
		case in[n] == 0 && (f.stored || c.orderly) && !f.acked && !f.gone:
			c.fail("message %d is lost: %+v", n, *f)
		}
		f.gone = in[n] == 0
		f.acked, f.in = false, nil
		f.died = in[n] == 2
		f.stored = in[n] != 0
	}
	c.dead.Settle(nil, dead, queue.Requeue)
	c.out, c.deals = here, nil
}

// list takes all out of q.
func (c *crasher) list(q *Queue) (ds []queue.Delivery) {
	for {
		d, left, ok := q.Get(false)
		if !ok {
			if s := q.Stat(); s.Ready != 0 || s.Unacked != len(ds) {
				c.fail("%d taken out of %s: %+v", len(ds), q.Name, s)
			}
			return ds
		}
		ds = append(ds, d)
		if left != q.Stat().Ready {
			c.fail("%d are left of %+v", left, q.Stat())
		}
	}
}

// checkOrder: by priority, and by age; the dead in the order they died.
func (c *crasher) checkOrder(here, dead []queue.Delivery) {
	for i := 1; i < len(here); i++ {
		a, b := here[i-1], here[i]
		if a.Lane < b.Lane || a.Lane == b.Lane && numberOf(a.Message) >= numberOf(b.Message) {
			c.fail("message %d comes before %d", numberOf(a.Message), numberOf(b.Message))
		}
	}
	at := 0
	for _, d := range dead {
		n := numberOf(d.Message)
		i := slices.Index(c.buried[at:], n)
		if i < 0 {
			c.fail("message %d is not where it was dead-lettered", n)
		}
		at += i + 1
	}
}

// checkDelivery compares what a delivery says with what happened before.
func (c *crasher) checkDelivery(d queue.Delivery) {
	n := numberOf(d.Message)
	f := c.fates[n]
	if !d.Redelivered && (f.seen || !c.orderly) {
		c.fail("message %d is not redelivered", n)
	}
	want := f.failed
	if !d.Counted {
		want = 0
	}
	if d.Count > want || d.Count < want && (c.orderly || c.synced) {
		c.fail("message %d has count %d, want %d (synced %v)", n, d.Count, want, c.synced)
	}
	f.failed, f.seen = d.Count, true
}

// checkDeal: a transaction is there with its publishes and acks, or is not.
func (c *crasher) checkDeal(d *deal, in []int) {
	if d.touched {
		return
	}
	there := in[d.puts[0]] != 0
	for _, n := range d.puts {
		if (in[n] != 0) != there {
			c.fail("of the transaction with %v a part is there", d.puts)
		}
	}
	for _, n := range d.acks {
		if f := c.fates[n]; f.stored && !f.died && (in[n] == 0) != there {
			c.fail("the transaction with %v is there: %v; and the acknowledged %d: %v", d.puts, there, n, in[n] != 0)
		}
	}
}
