package classic

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

func TestFilter(t *testing.T) {
	q := choosing(t, typed(t, New), nil)
	defer q.Close(true)
	a := consume(t, q, 100, amqp.Table{"x-filter": `headers["x-group-id"] == "a"`})
	b := consume(t, q, 1, amqp.Table{"x-filter": `headers["x-group-id"] in ["a", "b"]`})
	send(q, "c1", "b1", "a1", "b2", "a2", "-1")
	receive(t, b, "b1")
	receive(t, a, "a1", "a2")
	if s := q.Stat(); s.Ready != 3 {
		t.Errorf("%+v", s)
	}
	b.Grant(5)
	q.Resume(b)
	receive(t, b, "b2")
	all := consume(t, q, 100, nil)
	receive(t, all, "c1", "-1")
	q.Cancel(a)
	send(q, "a3", "a4")
	receive(t, b, "a3")
	receive(t, all, "a4")
}

// TestFilterRedelivered: a filter may ask whether a message was out before.
func TestFilterRedelivered(t *testing.T) {
	q := choosing(t, typed(t, New), nil)
	defer q.Close(true)
	fresh := consume(t, q, 100, amqp.Table{"x-filter": "!redelivered"})
	again := consume(t, q, 100, amqp.Table{"x-filter": "redelivered"})
	send(q, "1")
	q.Settle(nil, receive(t, fresh, "1"), queue.Requeue)
	receive(t, fresh)
	receive(t, again, "1")
}

func TestFilterRefused(t *testing.T) {
	q := choosing(t, typed(t, New), nil)
	defer q.Close(true)
	for _, args := range []amqp.Table{
		{"x-filter": "headers.a =="}, {"x-filter": int32(1)}, {"x-rate-limit": "1"}, {"x-rate-limit-key": "a"}, {"x-rate-limit": int32(1)},
		{"x-browse": "old"}, {"x-browse": true, "x-rate-limit": "1/1s"},
	} {
		if err := q.Consume(&keen{}, queue.ConsumeOptions{Arguments: args}); !amqp.InvalidArg.Is(err) {
			t.Errorf("%v: %v", args, err)
		}
	}
	for i := range maxTastes {
		consume(t, q, 0, amqp.Table{"x-filter": fmt.Sprint("size == ", i)})
	}
	consume(t, q, 0, amqp.Table{"x-filter": "size == 3"})
	if err := q.Consume(&keen{}, queue.ConsumeOptions{Arguments: amqp.Table{"x-filter": "size > 3"}}); !amqp.InvalidArg.Is(err) {
		t.Errorf("one filter too many: %v", err)
	}
	if n := q.Stat().Consumers; n != maxTastes+1 {
		t.Errorf("%d consumers", n)
	}
}

// TestFilterOracle compares what filtered consumers of a queue that is mostly
// on disk get with what they would pick themselves.
func TestFilterOracle(t *testing.T) {
	for _, seed := range seeds(30) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewSource(seed))
			st := newLaggard(seed)
			kind := New(st)
			kind.limits = []limits{tiny, starved, defaultLimits}[r.Intn(3)]
			q := choosing(t, kind, nil)
			var sent []int
			for i := range 300 {
				sent = append(sent, r.Intn(8))
				q.Publish([]queue.Publication{{Message: letter(fmt.Sprint(i), amqp.Table{"kind": int32(sent[i])})}})
			}
			time.Sleep(time.Second)
			taken := make([]bool, len(sent))
			for round := range 10 {
				least, most := r.Intn(8), r.Intn(8)
				c := consume(t, q, 1+r.Intn(50), amqp.Table{"x-filter": fmt.Sprintf("headers.kind >= %d and headers.kind <= %d", least, most)})
				time.Sleep(10 * time.Second)
				var want []string
				for i, kind := range sent {
					if !taken[i] && kind >= least && kind <= most && len(want) < cap(want)+50 {
						want = append(want, fmt.Sprint(i))
					}
				}
				got := bodies(c.Take())
				if credit := c.Credit; credit > 0 && len(got) != len(want) || len(got) > len(want) || !slices.Equal(got, want[:len(got)]) {
					t.Fatalf("seed %d, round %d: got %q with %d credit left, want of %q", seed, round, got, credit, want)
				}
				for _, b := range got {
					var i int
					fmt.Sscan(b, &i)
					taken[i] = true
				}
				q.Cancel(c)
			}
			q.Close(true)
			closeAll(t, kind, st)
		})
	}
}
