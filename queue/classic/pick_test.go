package classic

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/queuetest"
	"github.com/hutchmq/hutchmq/store"
)

// eater acknowledges what it gets, in batches, and counts it.
type eater struct {
	q    *Queue
	feed chan []queue.Delivery
	seen *tally
}

// tally counts messages by their number.
type tally struct {
	counts []atomic.Int32
	all    atomic.Int32
}

func (s *tally) see(m *message.Message) {
	s.counts[numberOf(m)].Add(1)
	s.all.Add(1)
}

func (c *eater) Deliver(ds []queue.Delivery) int {
	select {
	case c.feed <- append([]queue.Delivery(nil), ds...):
		return len(ds)
	default:
		return 0
	}
}

func (c *eater) Cancelled() {}

// run requeues a tenth of what it gets, once.
func (c *eater) run() {
	for ds := range c.feed {
		var done, back []queue.Delivery
		for _, d := range ds {
			if !d.Redelivered && numberOf(d.Message)%10 == 0 {
				back = append(back, d)
				continue
			}
			c.seen.see(d.Message)
			done = append(done, d)
		}
		c.q.Settle(nil, back, queue.Requeue)
		c.q.Settle(c, done, queue.Ack)
	}
}

// TestPickBetweenConsumers moves some messages of a deep queue on a disk to
// another, in units, gives some back, and consumes the rest meanwhile: each is
// in one place at the end.
func TestPickBetweenConsumers(t *testing.T) {
	const count = 20_000
	st, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	kind := New(st)
	kind.limits = tiny
	kind.limits.durable, kind.limits.transient, kind.limits.chunk = 20_000, 20_000, 10_000
	declare := func(id uint64) *Queue {
		return open(t, kind, queue.Declaration{ID: id, Vhost: "/", Name: fmt.Sprint(id), Durable: true}, &queuetest.Host{})
	}
	from, to := declare(1), declare(2)
	seen := &tally{counts: make([]atomic.Int32, count)}
	var work sync.WaitGroup
	work.Go(func() {
		for i := range count {
			m := &message.Message{Body: []byte(fmt.Sprint(i, " and what else it says")), Persistent: i%7 > 0, Expiration: -1}
			from.Publish([]queue.Publication{{Message: m}})
			if i%100 == 0 {
				st.WaitRoom()
				time.Sleep(time.Millisecond)
			}
		}
	})
	c := &eater{from, make(chan []queue.Delivery, 2), seen}
	var eating sync.WaitGroup
	eating.Go(c.run)
	time.Sleep(50 * time.Millisecond) // it is deep by then
	if err := from.Consume(c, queue.ConsumeOptions{}); err != nil {
		t.Fatal(err)
	}
	moved := 0
	for late := time.Now().Add(time.Minute); int(seen.all.Load())+moved < count; {
		moved += carry(t, from, to)
		from.Resume(c)
		if time.Now().After(late) {
			t.Fatalf("%d consumed, %d moved; %+v", seen.all.Load(), moved, from.Stat())
		}
	}
	work.Wait()
	from.Cancel(c)
	close(c.feed)
	eating.Wait()
	for _, n := range all(to) {
		seen.counts[n].Add(1)
	}
	for i := range count {
		if n := seen.counts[i].Load(); n != 1 {
			t.Fatalf("message %d came %d times", i, n)
		}
	}
	if s := from.Stat(); s.Ready+s.Unacked > 0 || s.ReadyBytes+s.UnackedBytes != 0 || moved < 100 {
		t.Errorf("%d moved; left %+v", moved, s)
	}
	from.Close(true)
	to.Close(true)
	closeAll(t, kind, st)
}

// carry moves every third message, as far as it can be seen at once, but for
// some that go back.
func carry(t *testing.T, from, to *Queue) (moved int) {
	v, err := from.Browse(queue.Browse{Limit: 50, MaxLooks: 1000, MaxBytes: 1 << 20, Want: func(s *queue.Seen) bool {
		return numberOf(s.Message)%3 == 0
	}})
	if err != nil {
		t.Fatal(err)
	}
	ds := from.Pick(v.List)
	back := len(ds) / 4
	u := from.kind.store.Begin()
	for _, d := range ds[back:] {
		to.PublishIn(u, []queue.Publication{{Message: d.Message}})
	}
	from.SettleIn(u, nil, ds[back:], queue.Ack)
	u.Commit()
	from.Settle(nil, ds[:back], queue.Requeue)
	return len(ds) - back
}
