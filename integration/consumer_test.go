package integration

import (
	"context"
	"math/rand/v2"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// habits is how a consumer treats what it gets.
type habits struct {
	queue    string
	prefetch int
	batch    int     // acknowledges so many at once; 1 each by itself
	requeue  float64 // sends back this share, some of it with all before it
}

// consumer reads letters through the broker's deaths.
type consumer struct {
	habits
	url    string
	ledger *ledger
	random *rand.Rand
}

// consumeIdle is after how long without a delivery a batch is acknowledged.
const consumeIdle = 20 * time.Millisecond

// run consumes until ctx ends.
func (c *consumer) run(ctx context.Context) {
	for ctx.Err() == nil {
		ch, err := reach(c.url)
		if err != nil {
			time.Sleep(10 * time.Millisecond)
			continue
		}
		if ch.Qos(c.prefetch, 0, false) == nil {
			if deliveries, err := ch.Consume(c.queue, "", false, false, false, false, nil); err == nil {
				c.consume(ctx, deliveries)
			}
		}
		ch.conn.Close()
	}
}

// consume settles deliveries until they or ctx end.
func (c *consumer) consume(ctx context.Context, deliveries <-chan amqp.Delivery) {
	var held []amqp.Delivery // not settled yet
	settle := func() {
		if len(held) > 0 {
			held[len(held)-1].Ack(c.batch > 1)
			held = held[:0]
		}
	}
	defer settle()
	for {
		select {
		case d, ok := <-deliveries:
			if !ok {
				return
			}
			c.ledger.deliver(c.queue, d.Body, d.Redelivered)
			if c.random.Float64() < c.requeue {
				multiple := c.random.IntN(4) == 0
				d.Nack(multiple, true)
				if multiple {
					held = held[:0]
				}
				continue
			}
			if held = append(held, d); len(held) >= c.batch {
				settle()
			}
		case <-time.After(consumeIdle):
			settle()
			if ctx.Err() != nil {
				return
			}
		}
	}
}
