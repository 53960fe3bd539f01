package classic

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/queuetest"
	"github.com/hutchmq/hutchmq/store"
)

// TestCountsStay: a queue that counts failed deliveries goes on counting after
// a restart, until the message dies of them.
func TestCountsStay(t *testing.T) {
	for _, c := range []struct {
		name    string
		make    func(store.Store) *Type
		args    amqp.Table
		counted bool
		most    int // deliveries; 0 for many
	}{
		{"classic", New, amqp.Table{}, false, 0},
		{"classic with a limit", New, amqp.Table{"x-delivery-limit": int32(3)}, true, 4},
		{"quorum", NewQuorum, amqp.Table{}, true, 21},
		{"quorum without a limit", NewQuorum, amqp.Table{"x-delivery-limit": int32(-1)}, true, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				st, host := store.NewMemory(), &queuetest.Host{}
				kind := c.make(st)
				c.args["x-dead-letter-exchange"] = "dlx"
				d := queue.Declaration{ID: 1, Vhost: "/", Name: "q", Durable: true, Arguments: c.args}
				q := open(t, kind, d, host)
				persistently(q, &queuetest.Receipts{}, 1, 1)
				n := 0
				for range 30 {
					got, _, ok := q.Get(false)
					if !ok {
						break
					}
					want := n
					if !c.counted && n%2 == 0 {
						want = 0 // of a restart
					} else if !c.counted {
						want = 1
					}
					if got.Counted != c.counted || int(got.Count) != want || got.Redelivered != (n > 0) {
						t.Fatalf("delivery %d: %+v, want count %d", n+1, got, want)
					}
					n++
					q.Settle(nil, []queue.Delivery{got}, queue.Requeue)
					if n%2 == 0 {
						synctest.Wait()
						q.Close(false)
						q = open(t, kind, d, host)
					}
				}
				letters := fmt.Sprint(host.Letters())
				if want := fmt.Sprint([]queuetest.Letter{{Body: "1", Exchange: "dlx", Why: queue.DeliveryLimit}}); c.most > 0 && (n != c.most || letters != want) {
					t.Errorf("%d deliveries, want %d; letters %s", n, c.most, letters)
				}
				if c.most == 0 && n < 30 {
					t.Errorf("%d deliveries, and then none", n)
				}
				q.Close(true)
				closeAll(t, kind, st)
			})
		})
	}
}

func open(t testing.TB, kind *Type, d queue.Declaration, h queue.Host) *Queue {
	t.Helper()
	q, err := kind.Open(d, h)
	if err != nil {
		t.Fatal(err)
	}
	return q.(*Queue)
}
