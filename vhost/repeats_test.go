package vhost

import (
	"fmt"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// drain takes everything and acknowledges nothing.
type drain struct{}

func (drain) Deliver(ds []queue.Delivery) int { return len(ds) }
func (drain) Cancelled()                      {}

// way is a place to publish to, and messages for it: more of them than one.
type way struct {
	name     string
	exchange string
	headers  func(n int) amqp.Table
	most     float64 // allocations a message
}

var ways = []way{
	{"plain", "amq.direct", func(int) amqp.Table { return nil }, 0},
	{"headers", "amq.direct", func(int) amqp.Table { return amqp.Table{"a": "1", "b": int32(2)} }, 0},
	{"key", "x", func(n int) amqp.Table { return amqp.Table{"x-deduplication-header": fmt.Sprint(n)} }, 2},
	{"repeated key", "x", func(int) amqp.Table { return amqp.Table{"x-deduplication-header": "k"} }, 1},
	{"number", "amq.direct", func(n int) amqp.Table { return amqp.Table{"x-producer-id": "p", "x-producer-seq": int64(n)} }, 2},
}

func (w way) open(f *fixture) (*Exchange, func(n int) *message.Message) {
	f.queues("q")
	_, _, err := f.DeclareExchange(ExchangeDeclaration{Name: "x", Kind: "x-message-deduplication", Arguments: amqp.Table{"x-cache-size": int32(100_000)}})
	f.must(err)
	f.binds("amq.direct q k", "x q k")
	q, err := f.Queue("q", 0)
	f.must(err)
	f.must(q.Consume(drain{}, queue.ConsumeOptions{NoAck: true}))
	x, err := f.Exchange(w.exchange)
	f.must(err)
	return x, func(n int) *message.Message { return newMessage(f.TB, w.exchange, "k", "body", w.headers(n)) }
}

// TestRepeatsAllocations: a message that has nothing to do with keys and
// numbers pays nothing for them, in bursts of a hundred.
func TestRepeatsAllocations(t *testing.T) {
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			f := newFixture(t)
			x, make := w.open(f)
			var ms []*message.Message
			for n := range 11_000 {
				ms = append(ms, make(n))
			}
			got := testing.AllocsPerRun(100, func() {
				for _, m := range ms[:100] {
					_, err := f.publisher.Publish(x, m, queue.Receipt{})
					f.must(err)
				}
				f.publisher.Flush()
				ms = ms[100:]
			}) / 100
			if got > w.most+0.1 {
				t.Errorf("%v allocations a message, want at most %v", got, w.most)
			}
		})
	}
}

// TestUnchecked: what is brought back by hand passes exchanges that know it.
func TestUnchecked(t *testing.T) {
	f := newFixture(t)
	f.queues("q")
	_, _, err := f.DeclareExchange(ExchangeDeclaration{Name: "x", Kind: "x-message-deduplication", Arguments: amqp.Table{"x-cache-size": int32(10)}})
	f.must(err)
	f.binds("x q")
	headers := amqp.Table{"x-deduplication-header": "k", "x-producer-id": "p", "x-producer-seq": int32(1)}
	if got := f.reach("x", "", headers); got != "q" {
		t.Errorf("it reached %q at first", got)
	}
	f.publisher.Unchecked()
	if got := f.reach("x", "", headers); got != "q" {
		t.Errorf("it reached %q when it was brought back", got)
	}
}

func BenchmarkRepeats(b *testing.B) {
	for _, w := range ways {
		b.Run(w.name, func(b *testing.B) {
			f := newFixture(b)
			x, make := w.open(f)
			var ms []*message.Message
			for n := range 50_000 {
				ms = append(ms, make(n))
			}
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				if n++; n%100 == 0 {
					f.publisher.Flush()
				}
				f.publisher.Publish(x, ms[n%len(ms)], queue.Receipt{})
			}
		})
	}
}
