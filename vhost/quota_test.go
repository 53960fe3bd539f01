package vhost

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

// TestQuotaIsExact: of many that take at once, as many get it as may.
func TestQuotaIsExact(t *testing.T) {
	for _, c := range []struct{ bound, want int }{{-5, 1000}, {0, 0}, {7, 7}, {2000, 1000}} {
		var q Quota
		q.SetMax(c.bound)
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				for range 100 {
					if bound, ok := q.take(); !ok && bound != c.bound {
						t.Errorf("refused for %d, bound %d", bound, c.bound)
					}
				}
			})
		}
		wg.Wait()
		if q.used != c.want {
			t.Errorf("bound %d: %d taken, want %d", c.bound, q.used, c.want)
		}
	}
}

// TestQuotaCountsWhatIsThere does random declarations and deletions, some of
// which fail, and wants what is counted to be what is there.
func TestQuotaCountsWhatIsThere(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	f := newFixture(t)
	system := len(f.Exchanges())
	f.options.Exchanges.SetMax(4)
	f.options.Queues.SetMax(5)
	f.SetMaxQueues(4)
	var replies []*Queue
	for step := range 3000 {
		f.keeper.err = nil
		if r.IntN(5) == 0 {
			f.keeper.err = errFull
		}
		name := fmt.Sprint(r.IntN(8))
		switch r.IntN(7) {
		case 0, 1:
			f.DeclareQueue(queue.Declaration{Name: name, Durable: true, Arguments: oddArguments(r)}, 0)
		case 2:
			f.DeclareQueue(queue.Declaration{Name: name, Exclusive: true}, uint64(1+r.IntN(2)))
		case 3:
			f.DeleteOwned(uint64(1 + r.IntN(2)))
		case 4:
			f.DeclareExchange(ExchangeDeclaration{Name: name, Kind: "direct", Durable: r.IntN(2) == 0})
		case 5:
			f.DeleteExchange(name, false)
		case 6:
			if q, err := f.Queue(name, 0); err == nil {
				f.DeleteQueue(q, false, false)
			}
			if len(replies) < 3 {
				replies = append(replies, f.openReply())
			}
		}
		queues, exchanges := len(f.Queues()), len(f.Exchanges())-system
		if f.Vhost.queues.used != queues || f.options.Queues.used != queues || f.options.Exchanges.used != exchanges {
			t.Fatalf("seed %d, step %d: %d queues and %d exchanges are there, counted are %d, %d and %d", seed, step,
				queues, exchanges, f.Vhost.queues.used, f.options.Queues.used, f.options.Exchanges.used)
		}
		if queues > 4 || exchanges > 4 {
			t.Fatalf("seed %d, step %d: %d queues, %d exchanges", seed, step, queues, exchanges)
		}
	}
	f.keeper.err = nil
	for _, q := range replies {
		f.must(f.CloseReply(q))
	}
	f.must(f.Close(true))
	if f.options.Queues.used != 0 || f.options.Exchanges.used != 0 {
		t.Errorf("seed %d: the vhost is gone, and %d queues and %d exchanges still count", seed,
			f.options.Queues.used, f.options.Exchanges.used)
	}
}

func oddArguments(r *rand.Rand) amqp.Table {
	return []amqp.Table{nil, {"x-queue-type": "odd"}, {"x-max-length": "odd"}}[r.IntN(3)]
}

func (f *fixture) openReply() *Queue {
	f.Helper()
	f.options.ReplyType = f.options.QueueTypes["classic"]
	q, err := f.OpenReply()
	f.must(err)
	return q
}
