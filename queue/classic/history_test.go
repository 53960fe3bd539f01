package classic

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// TestHistory does random things to a queue with random features, and one that
// it dead-letters into. After each, all that happened must have been allowed,
// and all that had to happen must have.
func TestHistory(t *testing.T) {
	for _, seed := range seeds(1500) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { newHistory(t, seed).run(120) })
		})
	}
}

// tick is how long after an operation the disk is idle again, and lateMs how
// late something may expire because it has to be read to be seen.
const (
	tick   = 20 * time.Millisecond
	lateMs = 10
)

// item is a message in the model; its body begins with n.
type item struct {
	n, lane    int
	size       int64
	expiry     int64 // by the clock of the type; 0 never
	failed     uint32
	noted      uint32 // of failed, on disk
	persistent bool
	redeliver  seen
	back       bool // it came back from a pick
	group      string
	kind       int  // what filters ask for
	bound      bool // delivered while there were groups
}

// heldItem is an item that is out.
type heldItem struct {
	item
	d queue.Delivery
}

// drinker is a consumer that takes what it has credit for.
type drinker struct {
	h      *history
	noAck  bool
	credit int
	kind   int // the only one it wants; -1: it wants all
}

func (c *drinker) Deliver(ds []queue.Delivery) int {
	n := min(c.credit, len(ds))
	c.credit -= n
	for _, d := range ds[:n] {
		c.h.got = append(c.h.got, gotten{c.noAck, d, c.kind, c.h.kind.clock()})
	}
	return n
}

func (c *drinker) Cancelled() {}

type gotten struct {
	noAck bool
	d     queue.Delivery
	kind  int   // that was wanted, -1 any
	at    int64 // Unix milliseconds
}

// ending is how a message died.
type ending struct {
	n   int
	why queue.Reason
}

// history is the queue as it should be, and what happened since it was last
// compared.
type history struct {
	*testing.T
	seed int64
	step string
	r    *rand.Rand
	disk *laggard
	// Without a dead-letter exchange nothing tells what died; then nothing
	// expires.
	silent bool
	choosy bool // it has groups, limits and filters
	narrow bool // and looks at few messages that may not go

	kind *Type
	d    queue.Declaration
	o    queue.Options
	q    *Queue
	dead *Queue

	bereft map[string]bool // groups of which something died since the last time

	sent      int
	ready     []item // in the order they come out
	held      []heldItem
	consumers []*drinker
	buried    []item // in the dead queue
	paused    bool

	since    int64 // when the operation began
	got      []gotten
	rationed []gotten   // since the limits are what they are
	mu       sync.Mutex // guards what follows
	died     []ending
	settled  []ending // that had to die: settled so
	refused  []int
	stored   map[int]int // confirms
	expected []int       // refusals
}

func newHistory(t *testing.T, seed int64) *history {
	h := &history{T: t, seed: seed, silent: seed%5 == 0, choosy: seed%5 > 2, r: rand.New(rand.NewSource(seed)), disk: newLaggard(seed), stored: map[int]int{}}
	h.kind = New(h.disk)
	h.d = queue.Declaration{ID: 1, Vhost: "/", Name: "q", Durable: h.r.Intn(3) > 0, Arguments: amqp.Table{}}
	if h.r.Intn(3) == 0 {
		h.kind.Close()
		h.kind, h.d.Durable = NewQuorum(h.disk), true
	} else if h.r.Intn(2) == 0 {
		h.d.Arguments["x-max-priority"] = int32(1 + h.r.Intn(3))
	}
	h.kind.limits = []limits{tiny, tiny, starved, defaultLimits}[h.r.Intn(4)]
	if h.choosy {
		h.kind.limits.looks = []int{1, 20, 4096}[h.r.Intn(3)]
	}
	if h.narrow = h.choosy && h.r.Intn(4) == 0; h.narrow {
		h.kind.limits.parked = 1 + h.r.Intn(30)
	}
	h.kind.limits.deadlines = []int{5, 50, 1 << 20}[h.r.Intn(3)]
	if h.r.Intn(3) == 0 {
		h.d.Arguments["x-single-active-consumer"] = true
	}
	for key, v := range h.policy() { // some features by argument, some by policy
		if h.r.Intn(2) == 0 {
			h.d.Arguments["x-"+key] = v
		}
	}
	if !h.silent {
		h.d.Arguments["x-dead-letter-exchange"] = ""
	}
	h.d.Policy = h.policy()
	h.open()
	t.Cleanup(func() {
		h.q.Close(true)
		h.dead.Close(true)
		time.Sleep(tick) // what a timer began ends
		closeAll(t, h.kind, h.disk)
	})
	return h
}

// policy turns features on at random.
func (h *history) policy() amqp.Table {
	p := amqp.Table{}
	for _, f := range []struct {
		key string
		v   any
	}{
		{"message-ttl", int64(h.r.Intn(300))},
		{"max-length", int64(h.r.Intn(60))},
		{"max-length-bytes", int64(h.r.Intn(3000))},
		{"overflow", []string{"drop-head", "reject-publish", "reject-publish-dlx"}[h.r.Intn(3)]},
		{"delivery-limit", int64(h.r.Intn(3))},
	} {
		if h.r.Intn(3) == 0 {
			p[f.key] = f.v
		}
	}
	if h.silent {
		delete(p, "message-ttl")
	}
	if h.choosy {
		h.choose(p)
	}
	return p
}

func (h *history) fail(format string, args ...any) {
	h.Helper()
	h.Fatalf("seed %d, %s: %s\noptions %+v\nready %+v", h.seed, h.step, fmt.Sprintf(format, args...), h.o, h.ready)
}

// choose turns features on that have messages wait for others.
func (h *history) choose(p amqp.Table) {
	if h.r.Intn(2) == 0 {
		p["message-groups"] = []any{true, "other-id", false}[h.r.Intn(3)]
	}
	if h.r.Intn(3) == 0 {
		p["group-max-in-flight"] = int64(1 + h.r.Intn(3))
	}
	if h.r.Intn(4) == 0 {
		p["rate-limit"] = fmt.Sprintf("%d/%dms", 1+h.r.Intn(60), 1+h.r.Intn(100))
	}
	if h.r.Intn(2) == 0 {
		p["rate-limit-key"] = "kind"
	}
}

func (h *history) open() {
	h.dead = open(h, h.kind, queue.Declaration{ID: 2, Vhost: "/", Name: "dead", Durable: h.d.Durable}, nil)
	h.q = open(h, h.kind, h.d, h)
	h.follow()
}

// follow takes up what the declaration says now.
func (h *history) follow() {
	var err error
	before := h.selection()
	if h.o, err = queue.Parse(h.d, h.kind.kind, h.kind.errName); err != nil {
		h.fail("%v", err)
	}
	now := h.selection()
	if before.GroupHeader != now.GroupHeader {
		for i := range h.held {
			h.held[i].bound = false
		}
	}
	if !slices.Equal(before.Rates, now.Rates) || before.RateKey != now.RateKey {
		h.rationed = nil
	}
}

func (h *history) selection() (s queue.Selection) {
	if h.o.Selection != nil {
		s = *h.o.Selection
	}
	s.GroupMost = max(s.GroupMost, 1)
	return s
}

// free reports whether the i-th of what is ready may go, as far as its group
// is concerned: it is the first of it, and there is room.
func (h *history) free(i int) bool {
	x, s := h.ready[i], h.selection()
	if s.GroupHeader != groupHeaderOf(x) || x.group == "" {
		return true
	}
	if slices.ContainsFunc(h.ready[:i], func(y item) bool {
		return y.group == x.group && groupHeaderOf(y) == s.GroupHeader && (y.lane == x.lane || !h.narrow)
	}) {
		return false
	}
	n := 0
	for _, y := range h.held {
		if y.bound && y.group == x.group && !y.d.Picked {
			n++
		}
	}
	return n < s.GroupMost
}

// groupHeaderOf is the header in which x has its group.
func groupHeaderOf(x item) string {
	if x.kind == 1 {
		return "other-id"
	}
	return "x-group-id"
}

// wanted reports whether something ready may go to who wants that kind.
func (h *history) wanted(kind int) bool {
	for i, x := range h.ready {
		if (kind < 0 || kind == x.kind) && (x.expiry == 0 || x.expiry > h.since) && h.free(i) {
			return true
		}
	}
	return false
}

// DeadLetter implements queue.Host.
func (h *history) DeadLetter(u queue.Unit, m *message.Message, _ string, _ *string, why queue.Reason) bool {
	h.mu.Lock()
	h.died = append(h.died, ending{numberOf(m), why})
	h.mu.Unlock()
	dead := *m
	dead.Expiration = -1
	h.dead.PublishIn(u, []queue.Publication{{Message: &dead}})
	h.buried = append(h.buried, item{n: numberOf(m), persistent: h.kind.persists(m)})
	return true
}

// Gone implements queue.Host.
func (h *history) Gone() {}

// Confirm implements queue.Confirmer.
func (h *history) Confirm(seqs []uint64, stored bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, n := range seqs {
		h.stored[int(n)]++
		if !stored {
			h.refused = append(h.refused, int(n))
		}
	}
}

func (h *history) run(steps int) {
	for i := range steps {
		h.since = h.kind.clock()
		h.do(i)
		time.Sleep(tick)
		h.rest()
	}
	h.checkDead()
}

// rest waits until nothing moves but by time, and compares.
func (h *history) rest() {
	for h.busy() || h.o.Overflow != queue.DropHead && h.atEdge() { // is the queue full or not
		time.Sleep(time.Millisecond)
	}
	synctest.Wait()
	h.compare()
}

// busy reports whether a dead message is on its way.
func (h *history) busy() bool {
	synctest.Wait()
	h.q.mu.Lock()
	defer h.q.mu.Unlock()
	return h.q.burials != nil && h.q.burials.busy
}

// atEdge reports whether a message expires right now.
func (h *history) atEdge() bool {
	now := h.kind.clock()
	return slices.ContainsFunc(h.ready, func(x item) bool { return x.expiry <= now && x.expiry >= now-lateMs })
}

func (h *history) do(i int) {
	n := h.r.Intn(115)
	for _, op := range []struct {
		name  string
		share int
		do    func()
	}{
		{"publish", 35, h.publish}, {"get", 10, h.get}, {"settle", 20, h.settle}, {"consume", 5, h.consume},
		{"cancel", 4, h.cancel}, {"grant", 8, h.grant}, {"purge", 1, h.purge}, {"pause", 4, h.pause},
		{"reconfigure", 5, h.reconfigure}, {"restart", 3, h.restart}, {"wait", 5, h.wait},
		{"browse", 5, h.browse}, {"pick", 10, h.pick},
	} {
		if n -= op.share; n < 0 {
			h.step = fmt.Sprintf("step %d, %s", i, op.name)
			op.do()
			return
		}
	}
}

func (h *history) publish() {
	burst := make([]queue.Publication, 1+h.r.Intn(25))
	if h.o.Overflow != queue.DropHead {
		burst = burst[:1] // so that the model knows how full the queue was
	}
	for i := range burst {
		h.sent++
		m := &message.Message{
			Body: []byte(fmt.Sprint(h.sent, strings.Repeat(" ", 1+h.r.Intn(60)))), Persistent: h.r.Intn(3) > 0,
			Priority: uint8(h.r.Intn(5)), Expiration: -1,
		}
		if h.r.Intn(3) == 0 && !h.silent {
			m.Expiration = int64(h.r.Intn(400))
		}
		group, kind := h.describe(m)
		burst[i] = queue.Publication{Message: m, Receipt: queue.Receipt{To: h, Seq: uint64(h.sent)}}
		x := item{n: h.sent, lane: int(h.q.lane(m).number), size: int64(len(m.Body)), persistent: h.kind.persists(m), group: group, kind: kind}
		x.expiry = h.q.expiryOf(m, h.since)
		if h.full(x.size) {
			h.expected = append(h.expected, x.n)
			if h.o.Overflow == queue.RejectPublishDLX && h.o.DeadExchange != nil {
				h.settled = append(h.settled, ending{x.n, queue.MaxLen})
			}
			continue
		}
		h.add(x)
	}
	h.q.Publish(burst)
}

// describe gives m its headers.
func (h *history) describe(m *message.Message) (group string, kind int) {
	if !h.choosy {
		return "", 0
	}
	kind = h.r.Intn(3)
	headers := amqp.Table{"kind": int32(kind)}
	if n := h.r.Intn(6); n > 0 {
		group = fmt.Sprint(n)
		headers[groupHeaderOf(item{kind: kind})] = []any{group, int64(n)}[h.r.Intn(2)]
	}
	m.Header = amqp.AppendContentHeader(nil, 60, uint64(len(m.Body)), &amqp.Properties{Headers: headers})
	return group, kind
}

// add puts x where it belongs.
func (h *history) add(x item) {
	i := slices.IndexFunc(h.ready, func(y item) bool { return y.lane < x.lane || y.lane == x.lane && y.n > x.n })
	if i < 0 {
		i = len(h.ready)
	}
	h.ready = slices.Insert(h.ready, i, x)
}

// full reports whether a message of that size is refused.
func (h *history) full(size int64) bool {
	n, bytes := int64(0), size
	for _, x := range h.ready {
		if x.expiry == 0 || x.expiry > h.since {
			n++
			bytes += x.size
		}
	}
	return h.o.Overflow != queue.DropHead && (h.o.MaxLength >= 0 && n >= h.o.MaxLength || h.o.MaxLengthBytes >= 0 && bytes > h.o.MaxLengthBytes)
}

// over reports whether xs are more than a queue that drops from its head has.
func (h *history) over(xs []item) bool {
	var bytes int64
	for _, x := range xs {
		bytes += x.size
	}
	return h.o.Overflow == queue.DropHead && (h.o.MaxLength >= 0 && int64(len(xs)) > h.o.MaxLength || h.o.MaxLengthBytes >= 0 && bytes > h.o.MaxLengthBytes)
}

func (h *history) get() {
	noAck := h.r.Intn(2) == 0
	d, _, ok := h.q.Get(noAck)
	switch {
	case ok && h.paused:
		h.fail("got %d of a paused queue", numberOf(d.Message))
	case ok:
		h.q.mu.Lock()
		h.got = append(h.got, gotten{noAck, d, -1, h.kind.clock()})
		h.q.mu.Unlock()
	case !h.paused && h.wanted(-1) && len(h.selection().Rates) == 0 && !h.narrow:
		h.fail("got nothing")
	}
}

func (h *history) settle() {
	h.r.Shuffle(len(h.held), func(i, j int) { h.held[i], h.held[j] = h.held[j], h.held[i] })
	n := h.r.Intn(len(h.held) + 1)
	var ds []queue.Delivery
	how := queue.Outcome(h.r.Intn(3))
	for _, x := range h.held[:n] {
		switch how {
		case queue.Discard:
			h.mustDie(x.n, queue.Rejected)
		case queue.Requeue:
			if x.d.Picked {
				x.back = true
				h.add(x.item)
				break
			}
			x.failed, x.redeliver = x.failed+1, surely
			if h.q.counts() {
				x.noted = x.failed
			}
			if h.o.DeliveryLimit >= 0 && int64(x.failed) > h.o.DeliveryLimit {
				h.mustDie(x.n, queue.DeliveryLimit)
			} else {
				h.add(x.item)
			}
		}
		if x.d.Stored && !x.d.Picked && h.r.Intn(2) == 0 {
			x.d.Message = nil
		}
		ds = append(ds, x.d)
	}
	h.held = h.held[n:]
	h.q.Settle(nil, ds, how)
}

func (h *history) mustDie(n int, why queue.Reason) {
	if h.o.DeadExchange != nil {
		h.settled = append(h.settled, ending{n, why})
	}
}

func (h *history) consume() {
	c := &drinker{h: h, noAck: h.r.Intn(3) == 0, credit: h.r.Intn(30), kind: -1}
	args := amqp.Table{}
	if h.choosy && h.r.Intn(2) == 0 {
		c.kind = h.r.Intn(3)
		args["x-filter"] = fmt.Sprintf("headers.kind == %d", c.kind)
	}
	h.consumers = append(h.consumers, c)
	if err := h.q.Consume(c, queue.ConsumeOptions{NoAck: c.noAck, Arguments: args}); err != nil {
		h.fail("%v", err)
	}
}

func (h *history) cancel() {
	if n := len(h.consumers); n > 0 {
		i := h.r.Intn(n)
		h.q.Cancel(h.consumers[i])
		h.consumers = slices.Delete(h.consumers, i, i+1)
	}
}

func (h *history) grant() {
	if n := len(h.consumers); n > 0 {
		c := h.consumers[h.r.Intn(n)]
		h.q.mu.Lock()
		c.credit += h.r.Intn(40)
		h.q.mu.Unlock()
		h.q.Resume(c)
	}
}

func (h *history) purge() {
	h.q.Purge()
	h.ready = nil
}

func (h *history) pause() {
	h.paused = !h.paused
	h.q.Pause(h.paused)
}

func (h *history) reconfigure() {
	h.d.Policy = h.policy()
	h.follow()
	h.q.Reconfigure(h.d.Policy)
}

func (h *history) wait() { time.Sleep(time.Duration(h.r.Intn(200)) * time.Millisecond) }

// look browses the queue, in calls of a few messages each.
func (h *history) look(want func(*queue.Seen) bool) (seen []queue.Seen) {
	for b := (queue.Browse{Limit: 1 + h.r.Intn(20), MaxLooks: 1 + h.r.Intn(50), MaxBytes: 1 << 20, Want: want}); ; {
		v, err := h.q.Browse(b)
		if err != nil {
			h.fail("%v", err)
		}
		seen = append(seen, v.List...)
		if v.End {
			return seen
		}
		b.After = v.Next
	}
}

// browse sees what is ready, but for what expires just now.
func (h *history) browse() {
	seen := h.look(nil)
	if h.rest(); len(h.selection().Rates) > 0 {
		return // something went meanwhile
	}
	edge := h.kind.clock()
	want := slices.DeleteFunc(slices.Clone(h.ready), func(x item) bool { return x.expiry > 0 && x.expiry <= edge })
	seen = slices.DeleteFunc(seen, func(s queue.Seen) bool { return s.Expiry > 0 && s.Expiry <= edge })
	if len(seen) != len(want) {
		h.fail("browsed %d, want %d", len(seen), len(want))
	}
	for i, s := range seen {
		x := want[i]
		if numberOf(s.Message) != x.n || s.Count != x.failed || s.Expiry != x.expiry || int(s.Priority) != x.lane ||
			int64(s.Size) != x.size || x.redeliver != perhaps && s.Redelivered != (x.redeliver == surely) {
			h.fail("browsed %d %+v, want %+v", numberOf(s.Message), s, x)
		}
	}
}

// pick takes messages out of the midst.
func (h *history) pick() {
	seen := h.look(func(*queue.Seen) bool { return h.r.Intn(3) == 0 })
	for _, d := range h.q.Pick(seen) {
		i := h.find(numberOf(d.Message))
		if i < 0 || d.Count != h.ready[i].failed || !d.Picked {
			h.fail("picked %d: %+v", numberOf(d.Message), d)
		}
		h.held = append(h.held, heldItem{h.ready[i], d})
		h.ready = slices.Delete(h.ready, i, i+1)
	}
}

// restart ends the queues in good order, or as if it had not been.
func (h *history) restart() {
	if !h.d.Durable {
		return
	}
	h.disk.dirty = h.r.Intn(2) == 0
	h.q.Close(false)
	h.dead.Close(false)
	ready := h.ready
	for _, x := range h.held {
		if !x.d.Picked {
			x.redeliver = surely
		}
		ready = append(ready, x.item)
	}
	h.ready, h.held, h.consumers, h.paused = nil, nil, nil, false
	for _, x := range ready {
		if x.redeliver != surely {
			x.redeliver = perhaps
		}
		if h.disk.dirty {
			x.redeliver = surely
		}
		x.failed = x.noted
		if x.persistent {
			h.add(x)
		}
	}
	h.buried = slices.DeleteFunc(h.buried, func(x item) bool { return !x.persistent })
	h.open()
}

// compare takes what happened out of the model, and sees whether it may have.
func (h *history) compare() {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.kind.clock()
	trimmed, left := h.takeDead(now)
	got, skipped := h.takeGot()
	left = append(left, got...)
	if h.silent {
		trimmed = append(skipped, h.vanished()...)
	}
	h.checkTrimmed(trimmed, left)
	for _, x := range h.ready {
		if x.expiry > 0 && x.expiry < now-lateMs {
			h.fail("message %d should have expired at %d; now %d", x.n, x.expiry, now)
		}
	}
	if h.over(h.ready) {
		h.fail("too long")
	}
	if !slices.Equal(h.refused, h.expected) {
		h.fail("refused %v, want %v", h.refused, h.expected)
	}
	for n := 1; n <= h.sent; n++ {
		if h.stored[n] != 1 {
			h.fail("%d receipts for message %d", h.stored[n], n)
		}
	}
	if h.hungry() && len(h.selection().Rates) == 0 && !h.narrow {
		h.fail("a consumer waits")
	}
	h.checkRates()
	h.checkCounts()
	h.died, h.settled, h.refused, h.expected = nil, nil, nil, nil
	h.q.mu.Lock() // a timer may deliver
	h.got = nil
	h.q.mu.Unlock()
}

// find is where the message n is ready.
func (h *history) find(n int) int {
	return slices.IndexFunc(h.ready, func(x item) bool { return x.n == n })
}

// takeDead takes out what died, and returns what died because the queue was
// too long, and what expired.
func (h *history) takeDead(now int64) (trimmed, expired []item) {
	var settled []ending
	h.bereft = map[string]bool{}
	for _, e := range h.died {
		i := h.find(e.n)
		switch {
		case slices.Contains(h.settled, e):
			settled = append(settled, e)
			continue
		case i < 0:
			h.fail("%+v, and was not there", e)
		case e.why == queue.Expired && (h.ready[i].expiry == 0 || h.ready[i].expiry > now):
			h.fail("%+v before its time, %d; now %d", e, h.ready[i].expiry, now)
		case e.why == queue.MaxLen:
			trimmed = append(trimmed, h.ready[i])
		case e.why == queue.Expired:
			expired = append(expired, h.ready[i])
		default:
			h.fail("%+v", e)
		}
		h.bereft[h.ready[i].group] = true
		h.ready = slices.Delete(h.ready, i, i+1)
	}
	if !slices.Equal(settled, h.settled) {
		h.fail("died %v, want %v", settled, h.settled)
	}
	return trimmed, expired
}

// takeGot takes out what was delivered: each was next when it was. What came
// back and had to be read before it could be delivered may have been too much
// until then, and was skipped.
func (h *history) takeGot() (out, skipped []item) {
	for _, g := range h.got {
		n := numberOf(g.d.Message)
		for h.silent && len(h.ready) > 0 && h.ready[0].n != n && (h.ready[0].failed > 0 || h.ready[0].back) && h.bounded() {
			skipped = append(skipped, h.ready[0])
			h.ready = h.ready[1:]
		}
		i := h.find(n)
		if i < 0 || !h.inTurn(i, g.kind) {
			h.fail("delivered %d out of turn, to who wants %d; selection %+v", n, g.kind, h.selection())
		}
		x := h.ready[i]
		h.ready = slices.Delete(slices.Clone(h.ready), i, i+1)
		out = append(out, x)
		h.rationed = append(h.rationed, g)
		x.bound = h.selection().GroupHeader == groupHeaderOf(x)
		if x.expiry > 0 && x.expiry < h.since {
			h.fail("delivered %d, which expired at %d; it was %d", n, x.expiry, h.since)
		}
		d := g.d
		if d.Count != x.failed || d.Counted != h.q.counts() || x.redeliver != perhaps && d.Redelivered != (x.redeliver == surely) {
			h.fail("delivered %d with count %d, redelivered %v; want %+v", n, d.Count, d.Redelivered, x)
		}
		if !g.noAck {
			h.held = append(h.held, heldItem{x, d})
		}
	}
	return out, skipped
}

// inTurn reports whether the i-th of what is ready is next for who wants that
// kind. Groups take turns, and so do keys with limits: of these only the order
// within each is certain.
func (h *history) inTurn(i, kind int) bool {
	x, s := h.ready[i], h.selection()
	if kind >= 0 && x.kind != kind || !h.free(i) {
		return false
	}
	if len(s.Rates) > 0 {
		return true
	}
	own := s.GroupHeader == groupHeaderOf(x) && x.group != ""
	for j, y := range h.ready[:i] {
		owned := s.GroupHeader == groupHeaderOf(y) && y.group != ""
		if (kind < 0 || y.kind == kind) && h.free(j) && (y.lane > x.lane && !h.narrow && !(owned && h.bereft[y.group]) || y.lane == x.lane && !own && !owned) {
			return false
		}
	}
	return true
}

// checkRates: in no window went more than the rate and a little.
func (h *history) checkRates() {
	s := h.selection()
	for _, r := range s.Rates {
		most := int(float64(r.N) + newBucket(r, 0).depth)
		for i, g := range h.rationed {
			n := 0
			for _, o := range h.rationed[i:] {
				if o.at < g.at+r.WindowMs && (s.RateKey == "" || kindOf(o.d.Message) == kindOf(g.d.Message)) {
					n++
				}
			}
			if n > most {
				h.fail("%d deliveries in a window of %+v", n, r)
			}
		}
	}
}

func kindOf(m *message.Message) any {
	p, _ := amqp.ParseProperties(m.Header)
	return p.Headers["kind"]
}

// bounded reports whether the queue drops what is too much.
func (h *history) bounded() bool {
	return h.o.Overflow == queue.DropHead && (h.o.MaxLength >= 0 || h.o.MaxLengthBytes >= 0)
}

// vanished takes out what the queue dropped without a word: the first of the
// lowest priority.
func (h *history) vanished() (dropped []item) {
	for n := len(h.ready) - h.q.Stat().Ready; n > 0; n-- {
		lowest := h.ready[len(h.ready)-1].lane
		i := slices.IndexFunc(h.ready, func(x item) bool { return x.lane == lowest })
		dropped = append(dropped, h.ready[i])
		h.ready = slices.Delete(h.ready, i, i+1)
	}
	return dropped
}

// checkTrimmed: what was too much came from the head of the lowest priority,
// and was not more than it had to be, of these and what left meanwhile.
func (h *history) checkTrimmed(trimmed, left []item) {
	for _, x := range trimmed {
		for _, y := range h.ready {
			if y.lane < x.lane || y.lane == x.lane && y.n < x.n {
				h.fail("dropped %d, and %d is there", x.n, y.n)
			}
		}
	}
	if n := len(trimmed); n > 0 && !h.over(slices.Concat(h.ready, left, trimmed[n-1:])) {
		h.fail("dropped %d needlessly", trimmed[n-1].n)
	}
}

// hungry reports whether a consumer wants a message and may have it.
func (h *history) hungry() bool {
	if h.paused {
		return false
	}
	waits := func(c *drinker) bool { return c.credit > 0 && h.wanted(c.kind) }
	if h.o.SingleActive {
		return len(h.consumers) > 0 && waits(h.consumers[0])
	}
	return slices.ContainsFunc(h.consumers, waits)
}

func (h *history) checkCounts() {
	want := queue.Stat{Ready: len(h.ready), Unacked: len(h.held), Consumers: len(h.consumers), Paused: h.paused}
	for _, x := range h.ready {
		want.ReadyBytes += x.size
		if x.persistent {
			want.Persistent++
		}
	}
	for _, x := range h.held {
		want.UnackedBytes += x.size
	}
	got, dead := h.q.Stat(), h.dead.Stat()
	if resident := h.kind.resident.Load(); resident != got.ResidentBytes+dead.ResidentBytes {
		h.fail("%d bytes resident, and %d in all", got.ResidentBytes+dead.ResidentBytes, resident)
	}
	got.Resident, got.ResidentBytes = 0, 0
	if got != want {
		h.fail("counts %+v\nwant %+v", got, want)
	}
}

// checkDead: what was dead-lettered is there, in that order.
func (h *history) checkDead() {
	got := all(h.dead) // takes its time
	var want []int
	for _, x := range h.buried {
		want = append(want, x.n)
	}
	if !slices.Equal(got, want) {
		h.fail("dead-lettered %v\nwant %v", got, want)
	}
}
