package classic

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/queuetest"
)

// TestShares delivers at random from a queue that promises its lower
// priorities a share. While they wait they get it, never a delivery more or
// less than that, and always the oldest of them; each priority keeps its order.
func TestShares(t *testing.T) {
	for _, seed := range seeds(150) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { newSharer(t, seed).run(100) })
		})
	}
}

// sharer is what waits, by priority, and what was delivered since lower
// priorities have waited without a break.
type sharer struct {
	*testing.T
	r         *rand.Rand
	q         *Queue
	share     int
	sent      int
	waits     [4][]int
	high, low int
	c         *queuetest.Consumer
}

func newSharer(t *testing.T, seed int64) *sharer {
	h := &sharer{T: t, r: rand.New(rand.NewSource(seed))}
	h.share = []int{1, 10, 30, 33, 50}[h.r.Intn(5)]
	disk := newLaggard(seed)
	kind := New(disk)
	kind.limits = []limits{tiny, starved, defaultLimits}[h.r.Intn(3)]
	h.q = open(t, kind, queue.Declaration{ID: 1, Vhost: "/", Name: "q", Durable: true, Arguments: amqp.Table{
		"x-max-priority": int32(3), "x-priority-min-share": int32(h.share),
	}}, &queuetest.Host{})
	t.Cleanup(func() {
		h.q.Close(true)
		time.Sleep(time.Second)
		closeAll(t, kind, disk)
	})
	return h
}

func (h *sharer) run(steps int) {
	consumes := h.r.Intn(2) == 0
	if consumes {
		h.c = &queuetest.Consumer{}
		if err := h.q.Consume(h.c, queue.ConsumeOptions{NoAck: true}); err != nil {
			h.Fatal(err)
		}
	}
	for range steps {
		if h.r.Intn(2) == 0 {
			h.publish()
		} else if consumes {
			h.consume(h.r.Intn(60))
		} else {
			h.get(h.r.Intn(60))
		}
	}
}

// publish sends a burst, mostly of one priority.
func (h *sharer) publish() {
	burst := make([]queue.Publication, 1+h.r.Intn(60))
	mostly := h.r.Intn(4)
	for i := range burst {
		p := mostly
		if h.r.Intn(5) == 0 {
			p = h.r.Intn(4)
		}
		h.sent++
		burst[i].Message = &message.Message{Body: fmt.Append(nil, h.sent), Persistent: true, Priority: uint8(p), Expiration: -1}
		h.waits[p] = append(h.waits[p], h.sent)
	}
	h.q.Publish(burst)
	h.drink()
}

func (h *sharer) get(n int) {
	for range n {
		d, _, ok := h.q.Get(true)
		if !ok {
			return
		}
		h.check(d)
	}
}

func (h *sharer) consume(n int) {
	h.c.Grant(n)
	h.q.Resume(h.c)
	h.drink()
}

// drink checks what the consumer got.
func (h *sharer) drink() {
	time.Sleep(10 * time.Millisecond)
	if h.c == nil {
		return
	}
	for _, d := range h.c.Take() {
		h.check(d)
	}
}

// check says whether it is d's turn.
func (h *sharer) check(d queue.Delivery) {
	h.Helper()
	top := 3
	for len(h.waits[top]) == 0 {
		top--
	}
	oldest := 0 // of the lower ones
	for _, list := range h.waits[:top] {
		if len(list) > 0 && (oldest == 0 || list[0] < oldest) {
			oldest = list[0]
		}
	}
	n := numberOf(d.Message)
	switch {
	case n == h.waits[top][0] && oldest == 0:
	case n == h.waits[top][0]:
		h.high++
	case n == oldest:
		h.low++
	default:
		h.Fatalf("message %d of priority %d is delivered before %d and %d", n, d.Lane, h.waits[top][0], oldest)
	}
	if behind := h.share*(h.high+h.low) - 100*h.low; behind >= 100 || behind <= -100 {
		h.Fatalf("of %d deliveries %d were of lower priorities, and they have %d %%", h.high+h.low, h.low, h.share)
	}
	i := d.Lane
	h.waits[i] = slices.Delete(h.waits[i], 0, 1)
	if h.alone() {
		h.high, h.low = 0, 0
	}
}

// alone reports whether at most one priority waits.
func (h *sharer) alone() bool {
	n := 0
	for _, list := range h.waits {
		if len(list) > 0 {
			n++
		}
	}
	return n < 2
}
