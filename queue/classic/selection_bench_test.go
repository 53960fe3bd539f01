package classic

import (
	"fmt"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// BenchmarkSelection publishes, delivers and acknowledges a message at a time,
// of which every one has to be looked at, and half a hundred thousand wait.
func BenchmarkSelection(b *testing.B) {
	for name, c := range map[string]struct{ args, consumer amqp.Table }{
		"off":     {},
		"groups":  {args: amqp.Table{"x-message-groups": true}},
		"keys":    {args: amqp.Table{"x-rate-limit": "1000000000/1ms", "x-rate-limit-key": "x-group-id"}},
		"filter":  {consumer: amqp.Table{"x-filter": "headers.stuck == nil"}},
		"limited": {args: amqp.Table{"x-rate-limit": "1000000000/1ms"}},
	} {
		b.Run(name, func(b *testing.B) {
			q := choosing(b, typed(b, New), c.args)
			defer q.Close(true)
			if name == "groups" || name == "filter" {
				for range 50_000 {
					m := letter("x", amqp.Table{"x-group-id": "stuck", "stuck": true})
					m.Persistent = false
					q.Publish([]queue.Publication{{Message: m}})
				}
			}
			k := &keen{}
			if err := q.Consume(k, queue.ConsumeOptions{Arguments: c.consumer}); err != nil {
				b.Fatal(err)
			}
			k.got = nil
			var ms []*message.Message
			for i := range 1000 {
				m := letter("x", amqp.Table{"x-group-id": fmt.Sprint(i)})
				m.Persistent = false
				ms = append(ms, m)
			}
			burst := make([]queue.Publication, 1)
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				burst[0].Message = ms[i%len(ms)]
				q.Publish(burst)
				q.Settle(k, k.got, queue.Ack)
				k.got = k.got[:0]
			}
		})
	}
}
