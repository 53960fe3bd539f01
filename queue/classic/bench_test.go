package classic

import (
	"fmt"
	"testing"

	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/queuetest"
	"github.com/hutchmq/hutchmq/store"
)

// keen takes everything, and remembers the last batch.
type keen struct {
	got []queue.Delivery
}

func (k *keen) Deliver(ds []queue.Delivery) int {
	k.got = append(k.got, ds...)
	return len(ds)
}

func (k *keen) Cancelled() {}

// deaf wants confirms and does not listen.
type deaf struct{}

func (deaf) Confirm([]uint64, bool) {}

func opened(t testing.TB, durable bool) *Queue {
	st := store.NewMemory()
	kind := New(st)
	q, err := kind.Open(queue.Declaration{ID: 1, Vhost: "/", Name: "q", Durable: durable}, &queuetest.Host{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		q.Close(true)
		closeAll(t, kind, st)
	})
	return q.(*Queue)
}

func burstOf(n int, persistent bool, r queue.Receipt) []queue.Publication {
	burst := make([]queue.Publication, n)
	m := &message.Message{Header: make([]byte, 30), Body: make([]byte, 16), Persistent: persistent, Expiration: -1}
	for i := range burst {
		burst[i] = queue.Publication{Message: m, Receipt: r}
	}
	return burst
}

// TestAllocations: publish, deliver and acknowledge a message in memory.
func TestAllocations(t *testing.T) {
	for _, c := range []struct {
		name    string
		burst   int
		receipt queue.Receipt
		noAck   bool
		most    float64 // a burst
	}{
		{"one, no ack", 1, queue.Receipt{}, true, 0},
		{"one", 1, queue.Receipt{}, false, 0},
		{"one confirmed", 1, queue.Receipt{To: deaf{}}, false, 2},
		{"a burst", 100, queue.Receipt{}, false, 0},
		{"a burst confirmed", 100, queue.Receipt{To: deaf{}}, false, 2},
	} {
		q := opened(t, false)
		k := &keen{}
		if err := q.Consume(k, queue.ConsumeOptions{NoAck: c.noAck}); err != nil {
			t.Fatal(err)
		}
		burst := burstOf(c.burst, false, c.receipt)
		got := testing.AllocsPerRun(100, func() {
			q.Publish(burst)
			if !c.noAck {
				q.Settle(k, k.got, queue.Ack)
			}
			k.got = k.got[:0]
		})
		if got > c.most {
			t.Errorf("%s: %v allocations, want %v at most", c.name, got, c.most)
		}
	}
}

func BenchmarkPublishDeliver(b *testing.B) {
	for _, persistent := range []bool{false, true} {
		for _, noAck := range []bool{true, false} {
			for _, n := range []int{1, 50} {
				b.Run(fmt.Sprintf("persistent=%v/noAck=%v/burst=%d", persistent, noAck, n), func(b *testing.B) {
					publishDeliver(b, persistent, noAck, n)
				})
			}
		}
	}
}

func publishDeliver(b *testing.B, persistent, noAck bool, n int) {
	q := opened(b, persistent)
	k := &keen{}
	if err := q.Consume(k, queue.ConsumeOptions{NoAck: noAck}); err != nil {
		b.Fatal(err)
	}
	burst := burstOf(n, persistent, queue.Receipt{})
	b.ReportAllocs()
	for i := 0; i < b.N; i += n {
		q.Publish(burst)
		if !noAck {
			q.Settle(k, k.got, queue.Ack)
		}
		k.got = k.got[:0]
	}
}

// BenchmarkManyConsumers gives one message at a time to consumers that have
// credit for one.
func BenchmarkManyConsumers(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			q := opened(b, false)
			cs := make([]*queuetest.Consumer, n)
			for i := range cs {
				cs[i] = &queuetest.Consumer{Credit: 1}
				if err := q.Consume(cs[i], queue.ConsumeOptions{}); err != nil {
					b.Fatal(err)
				}
			}
			burst := burstOf(1, false, queue.Receipt{})
			b.ResetTimer()
			for i := range b.N {
				q.Publish(burst)
				c := cs[i%n]
				ds := c.Take()
				c.Grant(len(ds))
				q.Settle(c, ds, queue.Ack)
			}
		})
	}
}
