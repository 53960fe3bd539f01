package classic

import (
	"errors"
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

// TestLastValues does random things to a queue that keeps last values, and to a
// list in which a newer message takes away the older ones of its key.
func TestLastValues(t *testing.T) {
	for _, seed := range seeds(150) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { newTicker(t, seed).run(80) })
		})
	}
}

// ticker knows what is ready.
type ticker struct {
	*testing.T
	r     *rand.Rand
	disk  *laggard
	kind  *Type
	d     queue.Declaration
	q     *Queue
	keeps bool
	ttl   bool
	turns bool // a policy turns it on and off
	sent  int
	ready []quote
	out   []queue.Delivery
}

// quote is a message that is ready; key "" has none.
type quote struct {
	n, priority int
	key         string
	expiry      int64
	persistent  bool
}

func newTicker(t *testing.T, seed int64) *ticker {
	h := &ticker{T: t, r: rand.New(rand.NewSource(seed)), disk: newLaggard(seed)}
	h.kind = New(h.disk)
	h.d = queue.Declaration{ID: 1, Vhost: "/", Name: "q", Durable: h.r.Intn(4) > 0, Arguments: amqp.Table{}}
	if h.r.Intn(3) == 0 {
		h.kind.Close()
		h.kind, h.d.Durable = NewQuorum(h.disk), true
	} else if h.r.Intn(2) == 0 {
		h.d.Arguments["x-max-priority"] = int32(2)
	}
	if h.r.Intn(3) == 0 {
		h.d.Arguments["x-dead-letter-exchange"] = ""
	}
	h.ttl = h.r.Intn(2) == 0
	h.kind.limits = []limits{tiny, starved, defaultLimits}[h.r.Intn(3)]
	h.kind.limits.deadlines = []int{5, 50, 1 << 20}[h.r.Intn(3)]
	h.keeps, h.turns = h.r.Intn(4) > 0, h.r.Intn(2) == 0
	h.d.Policy = h.policy()
	h.q = open(h, h.kind, h.d, &queuetest.Host{})
	t.Cleanup(func() {
		h.q.Close(true)
		time.Sleep(time.Second)
		closeAll(t, h.kind, h.disk)
	})
	return h
}

func (h *ticker) policy() amqp.Table {
	if !h.keeps {
		return nil
	}
	return amqp.Table{"last-value-key": "symbol"}
}

func (h *ticker) run(steps int) {
	for i := range steps {
		switch n := h.r.Intn(24); {
		case n < 8:
			h.publish()
		case n < 13:
			h.get()
		case n < 17:
			h.settle()
		case n < 19:
			h.pick()
		case n < 20 && h.turns:
			h.keeps = !h.keeps
			h.q.Reconfigure(h.policy())
			h.d.Policy = h.policy()
			h.tidy()
		case n < 22 && h.d.Durable:
			h.restart()
		case n == 22 && h.r.Intn(3) == 0:
			h.q.Purge()
			h.ready = nil
		case n == 23 && h.r.Intn(3) == 0:
			h.disk.fail(errors.New("the disk is gone for a moment"))
		default:
			time.Sleep(time.Duration(h.r.Intn(100)) * time.Millisecond)
		}
		h.compare(i)
	}
}

func (h *ticker) publish() {
	burst := make([]queue.Publication, 1+h.r.Intn(25))
	for i := range burst {
		h.sent++
		x := quote{n: h.sent, key: fmt.Sprint(h.r.Intn(30))}
		p := amqp.Properties{Headers: amqp.Table{"symbol": x.key}}
		if h.r.Intn(8) == 0 {
			p.Headers, x.key = nil, ""
		}
		m := newPriced(p, fmt.Sprint(h.sent, strings.Repeat(" ", 1+h.r.Intn(60))))
		m.Persistent, m.Priority = h.r.Intn(4) > 0, uint8(h.r.Intn(4))
		if h.ttl && h.r.Intn(3) == 0 {
			m.Expiration = int64(50 + h.r.Intn(500))
			x.expiry = h.kind.clock() + m.Expiration
		}
		x.priority, x.persistent = int(h.q.lane(m).number), h.kind.persists(m)
		burst[i].Message = m
		h.add(x)
	}
	h.q.Publish(burst)
}

// newPriced is a message with these properties.
func newPriced(p amqp.Properties, body string) *message.Message {
	header := amqp.AppendContentHeader(nil, 60, uint64(len(body)), &p)
	return &message.Message{Header: header, Body: []byte(body), Expiration: -1}
}

// add puts x where it belongs, in the place of older ones.
func (h *ticker) add(x quote) {
	if x.expiry > 0 && x.expiry <= h.kind.clock() {
		return // it takes nothing along
	}
	if h.keeps && x.key != "" {
		if slices.ContainsFunc(h.ready, func(y quote) bool { return y.key == x.key && y.n > x.n }) {
			return
		}
		h.ready = slices.DeleteFunc(h.ready, func(y quote) bool { return y.key == x.key })
	}
	i := slices.IndexFunc(h.ready, func(y quote) bool { return y.priority < x.priority || y.priority == x.priority && y.n > x.n })
	if i < 0 {
		i = len(h.ready)
	}
	h.ready = slices.Insert(h.ready, i, x)
}

// tidy has the model keep last values of what is there already.
func (h *ticker) tidy() {
	list := h.ready
	h.ready = nil
	for _, x := range list {
		h.add(x)
	}
}

func (h *ticker) quoteOf(d *queue.Delivery) quote {
	x := quote{n: numberOf(d.Message), priority: int(d.Lane), expiry: d.Expiry, persistent: d.Persistent}
	if v, ok := amqp.Lookup(amqp.HeadersTable(d.Message.Header), "symbol"); ok {
		x.key = string(v.Bytes)
	}
	return x
}

func (h *ticker) get() {
	for range h.r.Intn(12) {
		quiet := h.disk.quiet()
		d, _, ok := h.q.Get(false)
		if !ok && (len(h.ready) == 0 || !quiet) {
			return
		}
		if !ok || len(h.ready) == 0 || h.quoteOf(&d) != h.ready[0] {
			h.Fatalf("got %v %+v, want of %+v", ok, d, h.ready[:min(len(h.ready), 3)])
		}
		h.ready = h.ready[1:]
		h.out = append(h.out, d)
		h.settleDown()
	}
}

func (h *ticker) settle() {
	h.r.Shuffle(len(h.out), func(i, j int) { h.out[i], h.out[j] = h.out[j], h.out[i] })
	n, how := h.r.Intn(len(h.out)+1), queue.Outcome(h.r.Intn(4))
	ds := slices.Clone(h.out[:n])
	h.out = h.out[n:]
	if how == queue.Requeue || how == queue.Return {
		for i := range ds {
			h.add(h.quoteOf(&ds[i]))
		}
	}
	for i := range ds {
		if ds[i].Stored && !ds[i].Picked && !h.turns && h.r.Intn(2) == 0 {
			ds[i].Message = nil
		}
	}
	h.q.Settle(nil, ds, how)
}

// pick takes some out of the midst, which are deleted or come back.
func (h *ticker) pick() {
	v, err := h.q.Browse(queue.Browse{Limit: 1 << 20, MaxLooks: 1 << 20, MaxBytes: 1 << 30})
	if err != nil && h.disk.quiet() {
		return // it was to fail
	}
	if len(v.List) != len(h.ready) && v.End && !h.ttl {
		h.Fatalf("browsed %d of %d", len(v.List), len(h.ready))
	}
	for _, d := range h.q.Pick(slices.DeleteFunc(v.List, func(queue.Seen) bool { return h.r.Intn(3) > 0 })) {
		n := numberOf(d.Message)
		h.ready = slices.DeleteFunc(h.ready, func(x quote) bool { return x.n == n })
		h.out = append(h.out, d)
	}
}

// restart: what is stored is back; of what was out only the newest.
func (h *ticker) restart() {
	time.Sleep(time.Second)
	h.settleDown()
	h.q.Close(false)
	h.ready = slices.DeleteFunc(h.ready, func(x quote) bool { return !x.persistent })
	for i := range h.out {
		if x := h.quoteOf(&h.out[i]); x.persistent {
			h.add(x)
		}
	}
	h.out = nil
	h.tidy()
	h.q = open(h, h.kind, h.d, &queuetest.Host{})
	if h.r.Intn(2) == 0 {
		h.publish() // before the backlog is known
	}
}

// settleDown waits until nothing is read or about to expire.
func (h *ticker) settleDown() {
	for synctest.Wait(); h.atEdge(); synctest.Wait() {
		time.Sleep(time.Millisecond)
	}
	now := h.kind.clock()
	h.ready = slices.DeleteFunc(h.ready, func(x quote) bool { return x.expiry > 0 && x.expiry <= now })
}

func (h *ticker) atEdge() bool {
	now := h.kind.clock()
	return slices.ContainsFunc(h.ready, func(x quote) bool { return x.expiry > 0 && x.expiry <= now && x.expiry >= now-lateMs-20 })
}

func (h *ticker) compare(step int) {
	h.Helper()
	time.Sleep(tick)
	h.settleDown()
	if h.q.Stat().Ready != len(h.ready) { // a read has failed, or something expires on disk
		time.Sleep(2 * retryAfter)
		h.settleDown()
	}
	if h.ttl {
		h.adopt(step)
	}
	if s := h.q.Stat(); s.Ready != len(h.ready) || s.Unacked != len(h.out) {
		h.Fatalf("step %d: %+v, want %d ready, %d unacked", step, s, len(h.ready), len(h.out))
	}
}

// adopt looks at what is there, where nobody knows whether a message was replaced
// by another before that one expired. No key may have two values, and none that
// stays may have lost its value.
func (h *ticker) adopt(step int) {
	h.Helper()
	v, err := h.q.Browse(queue.Browse{Limit: 1 << 20, MaxLooks: 1 << 20, MaxBytes: 1 << 30})
	for n := 0; n < 3 && (err != nil || len(v.List) != h.q.Stat().Ready); n++ {
		time.Sleep(retryAfter)
		synctest.Wait()
		v, err = h.q.Browse(queue.Browse{Limit: 1 << 20, MaxLooks: 1 << 20, MaxBytes: 1 << 30})
	}
	if err != nil {
		h.Fatal(err)
	}
	before, values := h.ready, map[string]int{}
	h.ready = nil
	for _, s := range v.List {
		x := h.quoteOf(&queue.Delivery{Message: s.Message, Lane: s.Priority, Expiry: s.Expiry, Persistent: h.kind.persists(s.Message)})
		if values[x.key]++; h.keeps && x.key != "" && values[x.key] > 1 {
			h.Fatalf("step %d: key %s has two values", step, x.key)
		}
		h.ready = append(h.ready, x)
	}
	for _, x := range before {
		if x.expiry == 0 && !slices.ContainsFunc(h.ready, func(y quote) bool { return y.key == x.key && y.n >= x.n }) {
			h.Fatalf("step %d: %+v is lost", step, x)
		}
	}
}
