package classic

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/queuetest"
	"github.com/hutchmq/hutchmq/store"
)

// inBubble runs f with a durable queue, in a bubble of time.
func inBubble(t *testing.T, args amqp.Table, f func(t *testing.T, kind *Type, q *Queue)) {
	synctest.Test(t, func(t *testing.T) {
		st := store.NewMemory()
		kind := New(st)
		q := open(t, kind, queue.Declaration{ID: 1, Vhost: "/", Name: "q", Durable: true, Arguments: args}, &queuetest.Host{})
		defer func() {
			q.Close(false)
			kind.Close()
			if err := st.Close(); err != nil {
				t.Error(err)
			}
		}()
		f(t, kind, q)
	})
}

// some publishes n messages of two bytes.
func some(q *Queue, n int) {
	for range n {
		header := amqp.AppendContentHeader(nil, amqp.BasicClass, 2, &amqp.Properties{Timestamp: 77})
		m := &message.Message{Header: header, Body: []byte("ab"), Expiration: -1}
		q.Publish([]queue.Publication{{Message: m}})
	}
}

func TestHeadTellsItsAge(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, _ *Type, q *Queue) {
		if h := q.Head(); h != (queue.Head{}) {
			t.Errorf("the head of an empty queue: %+v", h)
		}
		began := time.Now().UnixMilli()
		for range 300 { // one a second, and the first two thirds go
			some(q, 1)
			time.Sleep(time.Second)
		}
		for n := range 200 {
			h := q.Head()
			came, now := began+int64(n)*1000, time.Now().UnixMilli()
			if wrong := came - h.SinceMs; wrong < 0 || wrong > (now-began)/8+leastStep || h.Timestamp != 77 {
				t.Fatalf("message %d: %d ms wrong, timestamp %d", n, wrong, h.Timestamp)
			}
			q.Get(true)
		}
		if len(q.age.marks) > maxMarks {
			t.Errorf("%d marks", len(q.age.marks))
		}
	})
}

// TestAges: whatever comes and goes, a message did not come before it is told
// to, and not much later.
func TestAges(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 3))
	for range 50 {
		var a ages
		var times []int64 // of each sequence number
		now, oldest, longest := int64(1), 0, int64(0)
		for range 2000 {
			now += r.Int64N(3000)
			if a.due(now) {
				a.note(uint64(len(times)), now, uint64(oldest))
			}
			times = append(times, now)
			oldest = max(oldest, len(times)-1-r.IntN(500))
			of, first := a.of(uint64(oldest)), a.marks[0].ms
			longest = max(longest, now-first)
			if of > times[oldest] || of == 0 || times[oldest]-of > longest/8+leastStep+3000 {
				t.Fatalf("seed %d: %d came at %d, told %d; the marks spanned %d ms", seed, oldest, times[oldest], of, longest)
			}
			if len(a.marks) > maxMarks {
				t.Fatalf("seed %d: %d marks", seed, len(a.marks))
			}
		}
	}
}

func TestAgeOutlivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := store.NewMemory()
		kind := New(st)
		d := queue.Declaration{ID: 1, Vhost: "/", Name: "q", Durable: true}
		q := open(t, kind, d, &queuetest.Host{})
		came := time.Now().UnixMilli()
		persistently(q, &queuetest.Receipts{}, 1, 3)
		time.Sleep(time.Minute)
		q.Close(false)
		q = open(t, kind, d, &queuetest.Host{})
		if _, _, ok := q.Get(true); !ok {
			t.Fatal("nothing is left")
		}
		if got := q.Head().SinceMs; got != came {
			t.Errorf("came at %d, told %d", came, got)
		}
		if p := q.Picture(); p.Traffic[queue.DiskReads] != 3 {
			t.Errorf("%d reads, want 3", p.Traffic[queue.DiskReads])
		}
		q.Close(false)
		kind.Close()
		st.Close()
	})
}

// TestStalled: messages that wait for consumers without credit are time that is
// lost; without messages, or without consumers, none is.
func TestStalled(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, _ *Type, q *Queue) {
		check := func(ms int64, stalled bool) {
			t.Helper()
			time.Sleep(time.Second)
			if p := q.Picture(); p.StalledMs != ms || p.Stalled != stalled {
				t.Errorf("stalled %d ms, %v; want %d, %v", p.StalledMs, p.Stalled, ms, stalled)
			}
		}
		some(q, 3)
		check(0, false) // nobody wants them
		c := &queuetest.Consumer{Credit: 1}
		if err := q.Consume(c, queue.ConsumeOptions{Tag: "c", Exclusive: true}); err != nil {
			t.Fatal(err)
		}
		check(1000, true)
		c.Grant(2)
		q.Resume(c)
		check(1000, false)
		if p := q.Picture(); p.ExclusiveTag != "c" || p.SingleActiveTag != "" || len(q.Attendance()) != 1 {
			t.Errorf("tags %q and %q", p.ExclusiveTag, p.SingleActiveTag)
		}
		some(q, 1)
		check(2000, true)
		q.Cancel(c)
		check(2000, false)
	})
}

func TestMortality(t *testing.T) {
	for _, dlx := range []bool{false, true} {
		args := amqp.Table{"x-max-length": int32(2), "x-delivery-limit": int32(0)}
		if dlx {
			args["x-dead-letter-exchange"] = "dlx"
		}
		inBubble(t, args, func(t *testing.T, kind *Type, q *Queue) {
			some(q, 5) // three are too many
			d, _, _ := q.Get(false)
			q.Settle(nil, []queue.Delivery{d}, queue.Discard)
			d, _, _ = q.Get(false)
			q.Settle(nil, []queue.Delivery{d}, queue.Requeue)
			want := queue.Mortality{Dropped: queue.Deaths{1, 0, 3, 1}}
			if dlx {
				want = queue.Mortality{DeadLettered: want.Dropped}
			}
			if got := kind.Mortality(); got != want {
				t.Errorf("%v, want %v of %v", got, want, queue.Reasons)
			}
		})
	}
}

// TestChanges: whatever changes the picture changes the count of changes.
func TestChanges(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, _ *Type, q *Queue) {
		c := &queuetest.Consumer{Credit: 2}
		var d queue.Delivery
		steps := []struct {
			name string
			do   func()
		}{
			{"publish", func() { some(q, 5) }},
			{"get", func() { d, _, _ = q.Get(false) }},
			{"requeue", func() { q.Settle(nil, []queue.Delivery{d}, queue.Requeue) }},
			{"consume", func() { q.Consume(c, queue.ConsumeOptions{}) }},
			{"ack", func() { q.Settle(c, c.Take(), queue.Ack) }},
			{"cancel", func() { q.Cancel(c) }},
			{"purge", func() { q.Purge() }},
			{"get nothing", func() { q.Get(false) }},
		}
		for _, s := range steps {
			before, was := q.Changes(), fmt.Sprint(q.Picture())
			s.do()
			if q.Changes() == before || fmt.Sprint(q.Picture()) == was {
				t.Errorf("%s went unnoticed", s.name)
			}
		}
		before := q.Changes()
		q.Picture()
		q.Attendance()
		q.Head()
		if q.Changes() != before {
			t.Error("to look at a queue changes it")
		}
	})
}
