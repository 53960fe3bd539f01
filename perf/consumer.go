package perf

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/amqp/dial"
)

// consumer consumes over a connection of its own. One goroutine runs it.
type consumer struct {
	*dial.Conn
	inlets   []*inlet
	ledger   *ledger
	pace     pace
	left     int // messages; below 0 is no limit
	ackEvery int // 0 without acknowledgements

	received          atomic.Uint64
	latency           *histogram
	firstNs, lastNs   atomic.Int64 // when a message came
	count             uint64       // of this burst
	at                int64        // when it came
	publishedAt, same int64        // and how many in a row were published then
	entries           []entry
	out               []byte // acks
}

// newConsumer opens a connection and consumes from the queues of these books,
// one on each channel.
func newConsumer(ctx context.Context, l *Load, a dial.Address, g *ledger, books []*book) (*consumer, error) {
	c, err := connect(ctx, a)
	if err != nil {
		return nil, err
	}
	x := &consumer{
		Conn: c, ledger: g, pace: pace{perSecond: l.ConsumeRate}, left: l.ConsumeCount,
		ackEvery: l.AckEvery, latency: new(histogram),
	}
	if l.AutoAck {
		x.ackEvery = 0
	}
	if l.ConsumeCount == 0 {
		x.left = -1
	}
	for i, b := range books {
		if err := x.addInlet(l, uint16(i+1), b); err != nil {
			c.Close()
			return nil, err
		}
	}
	return x, nil
}

func (c *consumer) addInlet(l *Load, number uint16, b *book) error {
	if err := c.OpenChannel(number); err != nil {
		return err
	}
	c.inlets = append(c.inlets, &inlet{book: b, number: number, last: make([]uint32, c.ledger.lanes)})
	if l.Prefetch > 0 {
		if _, err := dial.Call[*amqp.BasicQosOk](c.Conn, number, &amqp.BasicQos{PrefetchCount: uint16(l.Prefetch)}); err != nil {
			return err
		}
	}
	return nil
}

// consume begins consuming. Deliveries may come before the broker's answers, so
// none are awaited.
func (c *consumer) consume() error {
	for _, x := range c.inlets {
		err := c.Send(x.number, &amqp.BasicConsume{
			Queue: x.book.queue, ConsumerTag: fmt.Sprint("perf-", x.number), NoAck: c.ackEvery == 0,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// run consumes until ctx ends or the consumer has had enough, and then closes
// the connection.
func (c *consumer) run(ctx context.Context) error {
	defer c.Conn.Close()
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		c.SetReadDeadline(time.Now())
		close(stopped)
	})
	err := c.consume()
	for err == nil && c.left != 0 && ctx.Err() == nil {
		err = c.step(ctx)
	}
	if !stop() {
		<-stopped // close sets a deadline of its own
	}
	if ctx.Err() != nil && errors.Is(err, os.ErrDeadlineExceeded) {
		err = nil
	}
	if err != nil {
		return fmt.Errorf("consuming: %w", dial.Broken(err))
	}
	c.acknowledgeRest()
	if err := c.flush(); err != nil {
		return err
	}
	return c.Goodbye()
}

// step takes what one read brought.
func (c *consumer) step(ctx context.Context) error {
	f, err := c.In.Next()
	c.at = now()
	for {
		if err == nil {
			err = c.take(ctx, f)
		}
		if err != nil || c.left == 0 || !c.In.Ready() {
			break
		}
		f, err = c.In.Next()
	}
	return errors.Join(err, c.flush())
}

func (c *consumer) take(ctx context.Context, f amqp.Frame) error {
	n := int(f.Channel) - 1
	if n >= len(c.inlets) {
		return errNoChannel
	}
	if n < 0 || f.Type == amqp.FrameMethod && !isDeliver(f.Payload) {
		return c.other(f)
	}
	x, done := c.inlets[n], false
	switch f.Type {
	case amqp.FrameMethod:
		if err := c.wait(ctx); err != nil {
			return err
		}
		return x.deliver(f.Payload)
	case amqp.FrameHeader:
		done = x.header(f.Payload)
	case amqp.FrameBody:
		done = x.body(f.Payload)
	}
	if done {
		c.got(x)
	}
	return nil
}

// other takes what is no message.
func (c *consumer) other(f amqp.Frame) error {
	if f.Type != amqp.FrameMethod {
		return nil
	}
	m, err := amqp.ParseMethod(f.Payload)
	if err != nil {
		return err
	}
	return c.Notice(m)
}

// got takes a whole message.
func (c *consumer) got(x *inlet) {
	c.count++
	if c.left > 0 {
		c.left--
	}
	if s, ok := parseStamp(x.stamp[:x.content.got]); ok {
		c.enter(x, s)
	}
	if c.ackEvery == 0 {
		return
	}
	if x.unacked++; x.unacked >= c.ackEvery {
		c.acknowledge(x)
	}
}

// enter notes a stamp for the ledger.
func (c *consumer) enter(x *inlet, s stamp) {
	if s.run != c.ledger.run || int(s.lane) >= len(x.last) {
		c.ledger.foreign.Add(1)
		return
	}
	c.entries = append(c.entries, x.entry(s))
	if s.at != c.publishedAt {
		c.measure()
		c.publishedAt = s.at
	}
	c.same++
}

// measure records the latency of the messages in a row that were published
// together.
func (c *consumer) measure() {
	if c.same > 0 && c.publishedAt > 0 {
		c.latency.record(c.at-c.publishedAt, uint64(c.same))
	}
	c.same = 0
}

func (c *consumer) acknowledge(x *inlet) {
	c.out = amqp.AppendAck(c.out, x.number, x.tag, x.unacked > 1)
	x.unacked = 0
}

func (c *consumer) acknowledgeRest() {
	for _, x := range c.inlets {
		if x.unacked > 0 {
			c.acknowledge(x)
		}
	}
}

// wait lets the next message in when the rate allows it.
func (c *consumer) wait(ctx context.Context) error {
	for c.pace.perSecond > 0 {
		n, wait := c.pace.due(now())
		if n > 0 {
			c.pace.did(1)
			return nil
		}
		if err := c.flush(); err != nil {
			return err
		}
		if wait < briefly {
			nap(wait)
			continue
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return os.ErrDeadlineExceeded
		}
	}
	return nil
}

// flush tells of what came, and acknowledges.
func (c *consumer) flush() error {
	if c.count > 0 {
		c.measure()
		c.ledger.enter(c.entries)
		c.firstNs.CompareAndSwap(0, c.at)
		c.lastNs.Store(c.at)
		c.received.Add(c.count)
		c.count, c.entries = 0, c.entries[:0]
	}
	if len(c.out) == 0 {
		return nil
	}
	_, err := c.Write(c.out)
	c.out = c.out[:0]
	return dial.Cause(err)
}
