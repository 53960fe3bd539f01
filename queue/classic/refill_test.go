package classic

import (
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/queuetest"
	"github.com/hutchmq/hutchmq/store"
)

// ticketed opens a queue with a dead-letter exchange, and gives out n messages
// that are on disk, of which the holder keeps only the tickets.
func ticketed(t *testing.T, st store.Store, host *queuetest.Host, n int) (*Queue, []queue.Delivery) {
	kind := New(st)
	q, err := kind.Open(queue.Declaration{
		ID: 1, Vhost: "/", Name: "q", Durable: true, Arguments: map[string]any{"x-dead-letter-exchange": "dlx"},
	}, host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		q.Close(true)
		closeAll(t, kind, st)
	})
	persistently(q.(*Queue), &queuetest.Receipts{}, 1, n)
	synctest.Wait()
	var ds []queue.Delivery
	for range n {
		d, _, ok := q.Get(false)
		if !ok || !d.Stored {
			t.Fatalf("got %+v, %v", d, ok)
		}
		d.Message = nil
		ds = append(ds, d)
	}
	return q.(*Queue), ds
}

func TestTicketsDeadLettered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := &queuetest.Host{}
		q, ds := ticketed(t, store.NewMemory(), host, 3)
		q.Settle(nil, ds, queue.Discard)
		letters := host.Letters()
		if len(letters) != 3 {
			t.Fatalf("%d dead letters of 3", len(letters))
		}
		for i, l := range letters {
			if want := strconv.Itoa(i + 1); l.Body != want {
				t.Errorf("dead letter %d is %q", i+1, l.Body)
			}
		}
	})
}

func TestTicketsRequeued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, ds := ticketed(t, store.NewMemory(), &queuetest.Host{}, 2000)
		q.Settle(nil, ds, queue.Requeue)
		if s := q.Stat(); s.Ready != 2000 || s.ResidentBytes != 0 {
			t.Fatalf("%+v: tickets cost no memory", s)
		}
		for i := range 2000 {
			d, left, ok := q.Get(true)
			if want := strconv.Itoa(i + 1); !ok || string(d.Message.Body) != want || !d.Redelivered || left != 1999-i {
				t.Fatalf("got %q, %d left, %v; want %s", d.Message.Body, left, ok, want)
			}
		}
	})
}
