package classic

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

func TestBrowse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := choosing(t, typed(t, New), nil)
		defer q.Close(true)
		send(q, "1", "2", "3")
		b := consume(t, q, 2, amqp.Table{"x-browse": true})
		late := consume(t, q, 100, amqp.Table{"x-browse": "new"})
		some := consume(t, q, 100, amqp.Table{"x-browse": true, "x-filter": `headers["x-group-id"] == "3"`})
		synctest.Wait()
		ds := receive(t, b, "1", "2")
		receive(t, late)
		receive(t, some, "3")
		if s := q.Stat(); s.Ready != 3 || s.Unacked != 0 || s.Consumers != 3 {
			t.Errorf("%+v", s)
		}
		q.Settle(nil, ds[:1], queue.Ack) // which means nothing
		q.Settle(nil, ds[1:], queue.Requeue)
		if d, left, ok := q.Get(true); !ok || d.Redelivered || left != 2 || string(d.Message.Body) != "1" {
			t.Errorf("got %+v, %d left", d, left)
		}
		b.Grant(5)
		q.Resume(b)
		send(q, "4")
		synctest.Wait()
		receive(t, b, "3", "4")
		receive(t, late, "4")
		q.Cancel(b)
		send(q, "5")
		synctest.Wait()
		receive(t, b)
		p := q.Picture()
		if p.Traffic[queue.Delivered] != 0 || p.Traffic[queue.Acked] != 0 || p.Unacked != 0 || len(q.Attendance()) != 2 {
			t.Errorf("%+v", p)
		}
		q.Close(true)
		if late.WasCancelled() != 1 || b.WasCancelled() != 0 {
			t.Error("not told that the queue is gone")
		}
	})
}

// TestBrowsePriorities: first everything by priority, then what comes.
func TestBrowsePriorities(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := choosing(t, typed(t, New), amqp.Table{"x-max-priority": int32(1)})
		defer q.Close(true)
		put := func(body string, priority uint8) {
			m := letter(body, nil)
			m.Priority = priority
			q.Publish([]queue.Publication{{Message: m}})
		}
		put("low1", 0)
		put("high1", 1)
		b := consume(t, q, 100, amqp.Table{"x-browse": true})
		synctest.Wait()
		receive(t, b, "high1", "low1")
		put("high2", 1)
		put("low2", 0)
		synctest.Wait()
		receive(t, b, "high2", "low2")
	})
}

// TestBrowseDeep looks through a million messages, most of them on disk, while
// others publish and consume.
func TestBrowseDeep(t *testing.T) {
	const n = 1_000_000
	q := opened(t, true)
	burst := make([]queue.Publication, 1000)
	for i := range n / len(burst) {
		for j := range burst {
			burst[j].Message = &message.Message{Body: fmt.Append(nil, i*len(burst)+j), Persistent: true, Expiration: -1}
		}
		q.Publish(burst)
	}
	before := q.Stat()
	k := &looker{done: make(chan int, 1), n: n}
	if err := q.Consume(k, queue.ConsumeOptions{Arguments: amqp.Table{"x-browse": true}}); err != nil {
		t.Fatal(err)
	}
	slowest := time.Duration(0)
	for done := false; !done; {
		select {
		case at := <-k.done:
			if done = true; at >= 0 {
				t.Errorf("message %d was not next", at)
			}
		case <-time.After(time.Millisecond):
			began := time.Now()
			q.Publish(burstOf(1, true, queue.Receipt{}))
			slowest = max(slowest, time.Since(began))
			before.Ready++
		}
	}
	q.Cancel(k)
	if after := q.Stat(); after.Ready != before.Ready || after.Unacked != 0 {
		t.Errorf("%+v, before %+v", after, before)
	}
	t.Logf("the slowest publish took %v", slowest)
}

// looker checks that what it gets is numbered.
type looker struct {
	next, n int
	done    chan int // -1, or what was wrong
}

func (k *looker) Deliver(ds []queue.Delivery) int {
	for _, d := range ds {
		if k.next < k.n && string(d.Message.Body) != fmt.Sprint(k.next) {
			k.done <- k.next
			return 0
		}
		if k.next++; k.next == k.n {
			k.done <- -1
		}
	}
	return len(ds)
}

func (k *looker) Cancelled() {}
