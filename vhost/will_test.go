package vhost

import (
	"testing"
	"testing/synctest"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

// heir declares a queue whose messages go to "dead" when it goes.
func (f *fixture) heir(d queue.Declaration, owner uint64) *Queue {
	f.Helper()
	d.Arguments = amqp.Table{"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead", "x-dead-letter-on-delete": true}
	q, _, err := f.DeclareQueue(d, owner)
	f.must(err)
	return q
}

func (f *fixture) send(name string, n int) {
	for range n {
		f.publish("", newMessage(f.TB, "", name, "x", nil))
	}
}

// TestWill: a deleted queue leaves its messages; its name is free at once, while
// somebody still holds one of them, and that it is there is kept until it is not.
func TestWill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		f.queues("dead")
		q := f.heir(queue.Declaration{Name: "q", Durable: true}, 0)
		f.send("q", 5)
		d, _, _ := q.Get(false)
		f.keeper.take()
		if n, err := f.DeleteQueue(q, false, false); n != 4 || err != nil {
			t.Fatalf("deleted %d, %v", n, err)
		}
		synctest.Wait()
		f.ready("dead", 4)
		if got := f.keeper.take(); got != "+queue q, -queue q" {
			t.Errorf("kept %q", got)
		}
		next := f.heir(queue.Declaration{Name: "q", Durable: true}, 0)
		f.send("q", 1)
		f.keeper.take()
		q.Settle(nil, []queue.Delivery{d}, queue.Requeue)
		synctest.Wait()
		f.ready("dead", 5)
		f.ready("q", 1)
		if got := f.keeper.take(); got != "-queue q" || len(f.estate()) != 0 || next.ID == q.ID {
			t.Errorf("kept %q, %d are dying", got, len(f.estate()))
		}
	})
}

// TestWillOfAnOwner: an exclusive queue leaves its messages when its connection
// goes, and an auto-delete queue when its last consumer does.
func TestWillOfAnOwner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		f.queues("dead")
		f.heir(queue.Declaration{Name: "mine", Exclusive: true}, 7)
		f.send("mine", 2)
		f.must(f.DeleteOwned(7))
		synctest.Wait()
		f.ready("dead", 2)
		q := f.heir(queue.Declaration{Name: "auto", AutoDelete: true}, 0)
		c := &refuser{}
		f.must(q.Consume(c, queue.ConsumeOptions{}))
		f.send("auto", 3)
		q.Cancel(c)
		synctest.Wait()
		f.ready("dead", 5)
	})
}

// refuser is a consumer without credit.
type refuser struct{}

func (*refuser) Deliver([]queue.Delivery) int { return 0 }
func (*refuser) Cancelled()                   {}
