package perf

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/amqp/dial"
)

// idlers are things that are opened and kept.
type idlers struct {
	load    *Load
	clients []*dial.Conn
	opened  int
}

// runIdle opens things, keeps them until time is up, and tells what each costs.
func runIdle(ctx context.Context, l *Load, live io.Writer) (*Report, error) {
	x := &idlers{load: l}
	defer func() {
		for _, c := range x.clients {
			c.Conn.Close()
		}
	}()
	if err := x.connect(ctx, 0); err != nil {
		return nil, err
	}
	opening, err := newGauge(l.PIDs)
	if err != nil {
		return nil, err
	}
	for x.opened < l.Count && ctx.Err() == nil {
		if err := x.open(ctx); err != nil {
			return nil, fmt.Errorf("after %d %s: %w", x.opened, l.Idle, err)
		}
		x.opened++
	}
	opening.look()
	keeping, err := newGauge(l.PIDs)
	if err != nil {
		return nil, err
	}
	loading, stop := within(ctx, l.Duration)
	defer stop()
	watch(live, l, loading.Done(), func() string { return fmt.Sprintf("%d idle %s", x.opened, l.Idle) })
	keeping.look()
	return x.report(opening, keeping), x.close()
}

// connect opens another connection, with a channel.
func (x *idlers) connect(ctx context.Context, n int) error {
	c, err := connect(ctx, x.load.broker(n))
	if err != nil {
		return err
	}
	x.clients = append(x.clients, c)
	return c.OpenChannel(1)
}

// open opens the next thing.
func (x *idlers) open(ctx context.Context) error {
	first := x.clients[0]
	switch x.load.Idle {
	case "connections":
		return x.connect(ctx, x.opened+1)
	case "channels":
		return first.OpenChannel(uint16(x.opened + 2))
	default:
		_, err := dial.Call[*amqp.QueueDeclareOk](first, 1, &amqp.QueueDeclare{
			Queue: x.queue(x.opened), Durable: x.load.Persistent, Arguments: x.load.QueueArgs,
		})
		return err
	}
}

func (x *idlers) queue(n int) string { return fmt.Sprintf("%s-%d", x.load.ID, n+1) }

// close leaves nothing behind.
func (x *idlers) close() error {
	if x.load.Idle == "queues" {
		for n := range x.opened {
			if _, err := dial.Call[*amqp.QueueDeleteOk](x.clients[0], 1, &amqp.QueueDelete{Queue: x.queue(n)}); err != nil {
				return err
			}
		}
	}
	for _, c := range x.clients {
		if err := c.Goodbye(); err != nil {
			return err
		}
	}
	return nil
}

func (x *idlers) report(opening, keeping *gauge) *Report {
	n := float64(max(x.opened, 1))
	r := &Report{
		ID: x.load.ID, Scenario: x.load.Scenario, Broker: x.clients[0].Product,
		Seconds: opening.seconds() + keeping.seconds(),
		Things:  x.load.Idle, Count: uint64(x.opened), PerSecond: float64(x.opened) / opening.seconds(),
		RSSBytes:    max(opening.peakBytes, keeping.peakBytes),
		RSSPerThing: float64(keeping.after.rssBytes-opening.before.rssBytes) / n,
	}
	idle := keeping.after.cpu - keeping.before.cpu
	r.IdleCPUPerThing = float64(idle.Microseconds()) / n / max(keeping.seconds(), time.Millisecond.Seconds())
	r.CPUEach, r.ToolCPUEach = opening.each(uint64(x.opened))
	return r
}
