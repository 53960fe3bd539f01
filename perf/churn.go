package perf

import (
	"context"
	"fmt"
	"io"
	"math"
	"sync/atomic"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/amqp/dial"
)

// things are what can be churned, and kept idle.
var things = []string{"connections", "channels", "queues"}

// churner opens and closes one thing after the other. One goroutine runs it.
type churner struct {
	*dial.Conn // for what is churned within a connection
	broker     dial.Address
	queue      string
	cycle      func(*churner) error
	left       int

	cycles           atomic.Uint64
	latency          *histogram
	beganNs, endedNs int64
}

// cycles are how things are churned.
var cycles = map[string]func(*churner) error{
	"connections": (*churner).connection,
	"channels":    (*churner).channel,
	"queues":      (*churner).declaration,
}

// runChurn has each producer open and close things until time is up, or it has
// done its count.
func runChurn(ctx context.Context, l *Load, live io.Writer) (*Report, error) {
	var workers []*churner
	defer func() {
		for _, w := range workers {
			w.Conn.Close()
		}
	}()
	for n := range max(l.Producers, 1) {
		w, err := newChurner(ctx, l, n)
		if err != nil {
			return nil, err
		}
		workers = append(workers, w)
	}
	g, err := newGauge(l.PIDs)
	if err != nil {
		return nil, err
	}
	loading, stop := within(ctx, l.Duration)
	defer stop()
	healthy, fail := context.WithCancelCause(loading)
	defer fail(nil)
	c := start(healthy, workers, (*churner).run, fail)
	watch(live, l, c.done, func() string {
		return fmt.Sprintf("%s %s", l.Churn, thousands(float64(cyclesOf(workers))))
	})
	g.look()
	return churned(l, workers, g), failure(healthy)
}

func newChurner(ctx context.Context, l *Load, n int) (*churner, error) {
	w := &churner{
		broker: l.broker(n), queue: fmt.Sprintf("%s-%d", l.ID, n+1), cycle: cycles[l.Churn],
		left: l.PublishCount, latency: new(histogram),
	}
	if w.left == 0 {
		w.left = math.MaxInt
	}
	var err error
	if w.Conn, err = connect(ctx, w.broker); err != nil {
		return nil, err
	}
	if err := w.OpenChannel(1); err != nil {
		w.Conn.Close()
		return nil, err
	}
	return w, nil
}

// run ends between two cycles.
func (w *churner) run(ctx context.Context) error {
	w.beganNs = now()
	for ; w.left > 0 && ctx.Err() == nil; w.left-- {
		at := now()
		if err := w.cycle(w); err != nil {
			return err
		}
		w.latency.record(now()-at, 1)
		w.cycles.Add(1)
	}
	w.endedNs = now()
	return nil
}

// connection lives the short life of some clients: connect, open a channel,
// declare a queue, publish to it, get the message, and go.
func (w *churner) connection() error {
	c, err := connect(context.Background(), w.broker)
	if err != nil {
		return err
	}
	defer c.Conn.Close()
	if err := c.OpenChannel(1); err != nil {
		return err
	}
	if _, err := dial.Call[*amqp.QueueDeclareOk](c, 1, &amqp.QueueDeclare{Queue: w.queue, Exclusive: true}); err != nil {
		return err
	}
	b := amqp.AppendMethod(nil, 1, &amqp.BasicPublish{RoutingKey: []byte(w.queue)})
	b = amqp.AppendContent(b, 1, amqp.AppendContentHeader(nil, amqp.BasicClass, 0, &amqp.Properties{}), nil, 0)
	if _, err := c.Write(b); err != nil {
		return dial.Cause(err)
	}
	if _, err := dial.Call[*amqp.BasicGetOk](c, 1, &amqp.BasicGet{Queue: w.queue, NoAck: true}); err != nil {
		return err
	}
	return c.Goodbye()
}

// channel opens and closes a channel.
func (w *churner) channel() error {
	if err := w.OpenChannel(2); err != nil {
		return err
	}
	_, err := dial.Call[*amqp.ChannelCloseOk](w.Conn, 2, &amqp.ChannelClose{ReplyCode: amqp.ReplySuccess})
	return err
}

// declaration declares and deletes a queue.
func (w *churner) declaration() error {
	if _, err := dial.Call[*amqp.QueueDeclareOk](w.Conn, 1, &amqp.QueueDeclare{Queue: w.queue}); err != nil {
		return err
	}
	_, err := dial.Call[*amqp.QueueDeleteOk](w.Conn, 1, &amqp.QueueDelete{Queue: w.queue})
	return err
}

func cyclesOf(workers []*churner) (n uint64) {
	for _, w := range workers {
		n += w.cycles.Load()
	}
	return n
}

func churned(l *Load, workers []*churner, g *gauge) *Report {
	r := &Report{
		ID: l.ID, Scenario: l.Scenario, Broker: workers[0].Product, Seconds: g.seconds(),
		Things: l.Churn, Count: cyclesOf(workers), RSSBytes: g.peakBytes,
	}
	latency := new(distribution)
	var span span
	for _, w := range workers {
		latency.add(w.latency)
		span.cover(w.beganNs, w.endedNs)
	}
	r.CycleLatency, r.PerSecond = latency.quantiles(), span.rate(r.Count)
	r.CPUEach, r.ToolCPUEach = g.each(r.Count)
	return r
}
