package classic

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/queuetest"
	"github.com/hutchmq/hutchmq/store"
)

// clerk is a store that writes down what is done in which unit, and what is
// read: "put 2 3 in 1" is entry 3 of log 2 in unit 1.
type clerk struct {
	store.Store
	mu    sync.Mutex
	units int
	lines []string
}

func (c *clerk) note(format string, args ...any) {
	c.mu.Lock()
	c.lines = append(c.lines, fmt.Sprintf(format, args...))
	c.mu.Unlock()
}

// take gives the lines since the last call.
func (c *clerk) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	lines := c.lines
	c.lines = nil
	return lines
}

func (c *clerk) Begin() store.Unit {
	c.units++
	c.note("begin %d", c.units)
	return &clerkUnit{c, c.units, c.Store.Begin()}
}

type clerkUnit struct {
	c *clerk
	n int
	store.Unit
}

func (u *clerkUnit) Commit() {
	u.c.note("commit %d", u.n)
	u.Unit.Commit()
}

func (c *clerk) Log(id uint64, durable bool, owner store.Owner) (store.Log, error) {
	l, err := c.Store.Log(id, durable, owner)
	return clerkLog{l, c, id}, err
}

type clerkLog struct {
	store.Log
	c  *clerk
	id uint64
}

func (l clerkLog) PutIn(u store.Unit, es []store.Entry) {
	for _, e := range es {
		l.c.note("put %d %d in %d", l.id, e.Seq, u.(*clerkUnit).n)
	}
	l.Log.PutIn(u.(*clerkUnit).Unit, es)
}

func (l clerkLog) Settle(seqs []uint64) {
	l.c.note("settle %d %v", l.id, seqs)
	l.Log.Settle(seqs)
}

func (l clerkLog) SettleIn(u store.Unit, seqs []uint64) {
	l.c.note("settle %d %v in %d", l.id, seqs, u.(*clerkUnit).n)
	l.Log.SettleIn(u.(*clerkUnit).Unit, seqs)
}

func (l clerkLog) Read(lane uint8, from uint64, max int, yield func(store.Stored) bool) error {
	l.c.note("read %d", l.id)
	return l.Log.Read(lane, from, max, yield)
}

// sluice dead-letters into a queue, or nowhere.
type sluice struct {
	queuetest.Host
	to *Queue
}

func (s *sluice) DeadLetter(u queue.Unit, m *message.Message, _ string, _ *string, _ queue.Reason) bool {
	if s.to != nil {
		s.to.PublishIn(u, []queue.Publication{{Message: m}})
	}
	return true
}

// cascade opens n durable queues on a clerk, each of which dead-letters into
// the next, and the last into nothing.
func cascade(t *testing.T, n int, args amqp.Table) (*clerk, []*Queue) {
	c := &clerk{Store: store.NewMemory()}
	kind := New(c)
	args["x-dead-letter-exchange"] = ""
	var qs []*Queue
	var hosts []*sluice
	for i := range n {
		h := &sluice{}
		q, err := kind.Open(queue.Declaration{ID: uint64(i + 1), Vhost: "/", Name: "q", Durable: true, Arguments: args}, h)
		if err != nil {
			t.Fatal(err)
		}
		qs, hosts = append(qs, q.(*Queue)), append(hosts, h)
		if i > 0 {
			hosts[i-1].to = qs[i]
		}
	}
	t.Cleanup(func() {
		for _, q := range qs {
			q.Close(true)
		}
		closeAll(t, kind, c)
	})
	return c, qs
}

func expect(t *testing.T, c *clerk, want ...string) {
	t.Helper()
	if got := c.take(); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestBurial: a dead message moves in one unit, and what dies of that in the
// next.
func TestBurial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, qs := cascade(t, 3, amqp.Table{"x-max-length": int32(2)})
		persistently(qs[0], &queuetest.Receipts{}, 1, 4)
		persistently(qs[1], &queuetest.Receipts{}, 11, 11)
		expect(t, c,
			"begin 1", "put 2 1 in 1", "settle 1 [1] in 1", "commit 1",
			"begin 2", "put 2 2 in 2", "settle 1 [2] in 2", "commit 2",
			"begin 3", "put 3 1 in 3", "settle 2 [1] in 3", "commit 3")
		synctest.Wait()
		d, _, _ := qs[0].Get(false)
		d.Message = nil
		qs[0].Settle(nil, []queue.Delivery{d}, queue.Discard)
		expect(t, c,
			"read 1", "begin 4", "put 2 4 in 4", "settle 1 [3] in 4", "commit 4",
			"begin 5", "put 3 2 in 5", "settle 2 [2] in 5", "commit 5")
		for i, want := range []int{1, 2, 2} {
			if n := qs[i].Stat().Ready; n != want {
				t.Errorf("queue %d has %d, want %d", i+1, n, want)
			}
		}
	})
}

// TestBurialBatches: a unit has a bound, and order stays across units.
func TestBurialBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, qs := cascade(t, 2, amqp.Table{})
		const n = 2*maxBurial + 10
		persistently(qs[0], &queuetest.Receipts{}, 1, n)
		var ds []queue.Delivery
		for range n {
			d, _, _ := qs[0].Get(false)
			ds = append(ds, d)
		}
		c.take()
		qs[0].Settle(nil, ds, queue.Discard)
		if c.units != 3 {
			t.Errorf("%d units", c.units)
		}
		if got := all(qs[1]); !isRange(got, 1, n) {
			t.Errorf("got %v", got)
		}
	})
}

// TestForeignUnit: what is settled and what dies in a unit of somebody else is
// a part of it, but for what must be read first.
func TestForeignUnit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, qs := cascade(t, 2, amqp.Table{})
		persistently(qs[0], &queuetest.Receipts{}, 1, 6)
		synctest.Wait()
		var ds []queue.Delivery
		for range 6 {
			d, _, _ := qs[0].Get(false)
			ds = append(ds, d)
		}
		ds[4].Message = nil
		c.take()
		u := c.Begin()
		qs[0].SettleIn(u, nil, ds[:1], queue.Ack)
		qs[0].SettleIn(u, nil, ds[1:2], queue.Requeue)
		qs[0].SettleIn(u, nil, ds[2:], queue.Discard)
		qs[1].PublishIn(u, []queue.Publication{{Message: ds[0].Message}})
		u.Commit()
		synctest.Wait()
		got := c.take()
		slices.Sort(got)
		want := []string{"begin 1", "begin 2", "commit 1", "commit 2",
			"put 2 1 in 1", "put 2 2 in 1", "put 2 3 in 1", "put 2 4 in 2", "put 2 5 in 2",
			"read 1", "settle 1 [1] in 1", "settle 1 [3 4] in 1", "settle 1 [5 6] in 2"}
		if !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
		if got := all(qs[0]); !isRange(got, 2, 2) {
			t.Errorf("got %v", got)
		}
	})
}

// TestNowhere: without an exchange a dead message is settled, with no unit.
func TestNowhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &clerk{Store: store.NewMemory()}
		kind := New(c)
		q, err := kind.Open(queue.Declaration{ID: 1, Vhost: "/", Name: "q", Durable: true, Arguments: amqp.Table{"x-delivery-limit": int32(0)}}, &sluice{})
		if err != nil {
			t.Fatal(err)
		}
		persistently(q.(*Queue), &queuetest.Receipts{}, 1, 2)
		for _, how := range []queue.Outcome{queue.Requeue, queue.Discard} {
			d, _, _ := q.Get(false)
			q.Settle(nil, []queue.Delivery{d}, how)
		}
		expect(t, c, "settle 1 [1]", "settle 1 [2]")
		q.Close(true)
		closeAll(t, kind, c)
	})
}

// TestDiskFailsDeathsStay: when the disk fails, what dies is still in memory
// where it was dead-lettered, in order.
func TestDiskFailsDeathsStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, qs := cascade(t, 2, amqp.Table{"x-max-length": int32(3)})
		persistently(qs[0], &queuetest.Receipts{}, 1, 3)
		synctest.Wait()
		for _, q := range qs {
			q.Stored(0, fmt.Errorf("no space left"))
		}
		persistently(qs[0], &queuetest.Receipts{}, 4, 6)
		if got := slices.Concat(all(qs[1]), all(qs[0])); !isRange(got, 1, 6) {
			t.Errorf("got %v", got)
		}
	})
}

// TestWhirlpool has two queues that dead-letter into each other, each too
// short, while consumers reject from both: nothing deadlocks, and their bounds
// hold.
func TestWhirlpool(t *testing.T) {
	st := store.NewMemory()
	kind := New(st)
	var qs [2]*Queue
	hosts := [2]*whirl{{}, {}}
	for i := range qs {
		q, err := kind.Open(queue.Declaration{ID: uint64(i + 1), Vhost: "/", Name: "q", Durable: true, Arguments: amqp.Table{
			"x-max-length": int32(5), "x-dead-letter-exchange": "",
		}}, hosts[i])
		if err != nil {
			t.Fatal(err)
		}
		qs[i] = q.(*Queue)
	}
	hosts[0].to, hosts[1].to = qs[1], qs[0]
	var g sync.WaitGroup
	for _, q := range qs {
		g.Go(func() {
			for i := range 2000 {
				persistently(q, &queuetest.Receipts{}, i, i)
			}
		})
		g.Go(func() {
			for range 2000 {
				if d, _, ok := q.Get(false); ok {
					q.Settle(nil, []queue.Delivery{d}, queue.Discard)
				}
			}
		})
	}
	g.Wait()
	for i, q := range qs {
		if s := q.Stat(); s.Ready > 5 || s.Unacked != 0 || q.burials.waiting.len() > 0 {
			t.Errorf("queue %d: %+v, %d dead", i, s, q.burials.waiting.len())
		}
		q.Close(true)
	}
	closeAll(t, kind, st)
}

// whirl is a sluice that lets a message through a few times.
type whirl struct {
	queuetest.Host
	to *Queue
}

func (w *whirl) DeadLetter(u queue.Unit, m *message.Message, _ string, _ *string, _ queue.Reason) bool {
	again := *m
	if again.RoutingKey += "."; len(again.RoutingKey) < 5 {
		w.to.PublishIn(u, []queue.Publication{{Message: &again}})
	}
	return true
}

// TestDominoes: each of many full queues pushes one message into the next.
func TestDominoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 3000
		_, qs := cascade(t, n, amqp.Table{"x-max-length": int32(1)})
		for i, q := range qs {
			m := &message.Message{Body: []byte(strconv.Itoa(i + 1)), Expiration: -1}
			q.Publish([]queue.Publication{{Message: m}})
		}
		persistently(qs[0], &queuetest.Receipts{}, 0, 0)
		for i, q := range qs {
			if got := all(q); !isRange(got, i, i) {
				t.Fatalf("queue %d has %v", i, got)
			}
		}
	})
}
