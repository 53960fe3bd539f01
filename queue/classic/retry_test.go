package classic

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/queuetest"
)

// TestRetries does random things to a queue in which what comes back waits, and
// to a list that says when each message may be delivered.
func TestRetries(t *testing.T) {
	for _, seed := range seeds(300) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { newRetrier(t, seed).run(80) })
		})
	}
}

// retrier knows where each message is.
type retrier struct {
	*testing.T
	r     *rand.Rand
	disk  *laggard
	kind  *Type
	d     queue.Declaration
	q     *Queue
	host  queuetest.Host
	sent  int
	noted map[int]uint32 // counts on disk, by message

	waits  []waiting
	out    []queue.Delivery
	booted bool // it was: what waits on disk counts as ready until it is read
}

// waiting is a message that is in the queue, and when it may be delivered.
type waiting struct {
	n, priority int
	seq         uint64
	due, expiry int64
	count       uint32
	persistent  bool
}

func newRetrier(t *testing.T, seed int64) *retrier {
	h := &retrier{T: t, r: rand.New(rand.NewSource(seed)), disk: newLaggard(seed), noted: map[int]uint32{}}
	h.kind = New(h.disk)
	h.d = queue.Declaration{ID: 1, Vhost: "/", Name: "q", Durable: h.r.Intn(3) > 0, Arguments: amqp.Table{"x-dead-letter-exchange": ""}}
	if h.r.Intn(3) == 0 {
		h.kind.Close()
		h.kind, h.d.Durable = NewQuorum(h.disk), true
	} else if h.r.Intn(2) == 0 {
		h.d.Arguments["x-max-priority"] = int32(2)
	}
	h.kind.limits = []limits{tiny, starved, defaultLimits}[h.r.Intn(3)]
	h.d.Policy = h.policy()
	h.q = open(h, h.kind, h.d, &h.host)
	t.Cleanup(func() {
		h.q.Close(true)
		time.Sleep(time.Second)
		closeAll(t, h.kind, h.disk)
	})
	return h
}

func (h *retrier) policy() amqp.Table {
	return amqp.Table{
		"delayed-retry-type": []string{"failed", "failed", "all", "returned", "disabled"}[h.r.Intn(5)], "delayed-retry-min": int64(h.r.Intn(300)),
		"delayed-retry-max": int64(h.r.Intn(600)), "delayed-retry-jitter": int64(h.r.Intn(2) * h.r.Intn(101)),
		"delayed-retry-backoff": []string{"linear", "exponential"}[h.r.Intn(2)],
	}
}

func (h *retrier) run(steps int) {
	for i := range steps {
		switch n := h.r.Intn(20); {
		case n < 5:
			h.publish()
		case n < 10:
			h.get()
		case n < 16:
			h.settle()
		case n < 17 && !h.booted:
			h.reconfigure()
		case n < 18 && h.d.Durable:
			h.restart()
		case n == 19 && h.r.Intn(4) == 0:
			h.q.Purge()
			h.waits = nil
		default:
			time.Sleep(time.Duration(h.r.Intn(200)) * time.Millisecond)
		}
		h.compare(i)
	}
}

func (h *retrier) publish() {
	for range 1 + h.r.Intn(20) {
		h.sent++
		m := &message.Message{
			Body: []byte(fmt.Sprint(h.sent, strings.Repeat(" ", 1+h.r.Intn(60)))), Persistent: h.r.Intn(3) > 0,
			Priority: uint8(h.r.Intn(4)), Expiration: -1,
		}
		w := waiting{n: h.sent, seq: h.q.next, priority: int(h.q.lane(m).number), persistent: h.kind.persists(m)}
		if h.r.Intn(4) == 0 {
			m.Expiration = int64(50 + h.r.Intn(500))
			w.expiry = h.kind.clock() + m.Expiration
		}
		h.q.Publish([]queue.Publication{{Message: m}})
		h.waits = append(h.waits, w)
	}
}

// ready are those that may be delivered now, in order.
func (h *retrier) ready() (list []waiting) {
	for _, w := range h.waits {
		if w.due <= h.kind.clock() {
			list = append(list, w)
		}
	}
	slices.SortFunc(list, func(a, b waiting) int {
		if a.priority != b.priority {
			return b.priority - a.priority
		}
		return a.n - b.n
	})
	return list
}

func (h *retrier) get() {
	for range h.r.Intn(15) {
		want := h.ready()
		d, _, ok := h.q.Get(false)
		if h.settleDown(); !ok && len(want) == 0 {
			return
		}
		if !ok || len(want) == 0 || numberOf(d.Message) != want[0].n || d.Count != want[0].count && d.Counted {
			h.Fatalf("got %v %+v, want %+v of %d", ok, d, want[:min(len(want), 3)], len(want))
		}
		h.waits = slices.DeleteFunc(h.waits, func(w waiting) bool { return w.n == want[0].n })
		h.out = append(h.out, d)
	}
}

func (h *retrier) settle() {
	h.r.Shuffle(len(h.out), func(i, j int) { h.out[i], h.out[j] = h.out[j], h.out[i] })
	n, how := h.r.Intn(len(h.out)+1), []queue.Outcome{queue.Ack, queue.Requeue, queue.Requeue, queue.Return}[h.r.Intn(4)]
	ds := slices.Clone(h.out[:n])
	h.out = h.out[n:]
	for i := range ds {
		d := &ds[i]
		w := waiting{n: numberOf(d.Message), seq: d.ID, priority: int(d.Lane), expiry: d.Expiry, count: d.Count, persistent: d.Persistent}
		if how == queue.Requeue {
			w.count++
		}
		if how != queue.Ack && h.q.counts() {
			h.noted[w.n] = w.count
		}
		if rule := &h.q.options.Retry; rule.Holds(how) {
			w.due = h.kind.clock() + rule.WaitMs(w.count, h.q.salt(d.ID))
		}
		if how != queue.Ack {
			h.waits = append(h.waits, w)
		}
		if d.Stored && h.r.Intn(2) == 0 {
			d.Message = nil
		}
	}
	h.q.Settle(nil, ds, how)
}

func (h *retrier) reconfigure() {
	before := h.q.options.Retry
	h.d.Policy = h.policy()
	h.q.Reconfigure(h.d.Policy)
	now, rule := h.kind.clock(), &h.q.options.Retry
	for i := range h.waits {
		w := &h.waits[i]
		switch {
		case before == *rule || w.due <= now:
		case !rule.On():
			w.due = now
		default:
			w.due = min(w.due, now+rule.WaitMs(w.count, h.q.salt(w.seq)))
		}
	}
}

// restart: what is stored is back, and begins to wait again.
func (h *retrier) restart() {
	time.Sleep(time.Second)
	h.settleDown()
	for i := range h.out {
		d := &h.out[i]
		h.waits = append(h.waits, waiting{n: numberOf(d.Message), seq: d.ID, priority: int(d.Lane), expiry: d.Expiry, persistent: d.Persistent})
	}
	h.out = nil
	h.q.Close(false)
	h.kind.started = h.kind.started.Add(time.Since(h.kind.started)) // a new run
	h.q = open(h, h.kind, h.d, &h.host)
	h.waits = slices.DeleteFunc(h.waits, func(w waiting) bool { return !w.persistent })
	for i := range h.waits {
		w := &h.waits[i]
		w.due, w.count = 0, h.noted[w.n]
		if rule := &h.q.options.Retry; rule.Failed && w.count > 0 {
			w.due = h.kind.clock() + rule.WaitMs(w.count, h.q.salt(w.seq))
		}
	}
	h.booted = true
}

// settleDown waits until nothing is read, buried or about to happen.
func (h *retrier) settleDown() {
	time.Sleep(time.Millisecond)
	for synctest.Wait(); h.atEdge(); synctest.Wait() {
		time.Sleep(time.Millisecond)
	}
	now := h.kind.clock()
	h.waits = slices.DeleteFunc(h.waits, func(w waiting) bool { return w.expiry > 0 && w.expiry <= now })
}

// atEdge reports whether something happens just now.
func (h *retrier) atEdge() bool {
	now := h.kind.clock()
	near := func(at int64) bool { return at >= now-5 && at <= now+1 }
	return slices.ContainsFunc(h.waits, func(w waiting) bool { return near(w.due) || near(w.expiry) })
}

func (h *retrier) compare(step int) {
	h.Helper()
	if h.settleDown(); h.booted { // what expires on disk has to be read to be seen
		time.Sleep(lateMs * time.Millisecond)
		h.settleDown()
	}
	s, ready := h.q.Stat(), len(h.ready())
	if s.Ready+s.Delayed != len(h.waits) || !h.booted && s.Ready != ready || s.Unacked != len(h.out) {
		h.Fatalf("step %d: %+v, want %d of %d ready, %d unacked", step, s, ready, len(h.waits), len(h.out))
	}
}
