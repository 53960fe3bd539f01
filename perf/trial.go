package perf

import (
	"context"
	"io"
	"math/rand/v2"
	"sync"

	"github.com/hutchmq/hutchmq/amqp/dial"
)

// trial is one run of a load that has messages.
type trial struct {
	load      *Load
	plan      *plan
	run       uint16
	setup     *dial.Conn
	ledger    *ledger
	producers []*producer
	consumers []*consumer
	gauge     *gauge

	unsettled string // why what is missing may not be lost
}

// run lets a load loose on its brokers, and tells of it line by line on live.
// The report, if there is one, is of what was done; the error says why it ended
// early. When ctx ends, so does the load, with a report.
func run(ctx context.Context, l *Load, live io.Writer) (*Report, error) {
	switch {
	case l.Churn != "":
		return runChurn(ctx, l, live)
	case l.Idle != "":
		return runIdle(ctx, l, live)
	}
	t := &trial{load: l, plan: newPlan(l), run: uint16(rand.Uint32())}
	return t.do(ctx, live)
}

// broker is where the nth connection goes.
func (l *Load) broker(n int) dial.Address {
	if len(l.Brokers) == 0 {
		return dial.Local
	}
	return l.Brokers[n%len(l.Brokers)]
}

func (t *trial) do(ctx context.Context, live io.Writer) (_ *Report, err error) {
	setup, err := connect(ctx, t.load.broker(0))
	if err != nil {
		return nil, err
	}
	defer setup.Conn.Close()
	t.setup = setup
	if err := setup.OpenChannel(1); err != nil {
		return nil, err
	}
	if err := t.plan.declare(setup); err != nil {
		return nil, err
	}
	if err := t.connect(ctx); err != nil {
		return nil, err
	}
	if t.gauge, err = newGauge(t.load.PIDs); err != nil {
		t.hangUp()
		return nil, err
	}
	if err = t.play(ctx, live); err != nil {
		t.unsettled = "the run failed"
	}
	report := t.report(setup.Product)
	if err == nil {
		err = t.plan.clear(setup)
	}
	if err == nil {
		err = setup.Goodbye()
	}
	return report, err
}

// connect opens all connections. Consumers begin when they are run.
func (t *trial) connect(ctx context.Context) error {
	l := t.load
	lanes := l.Producers * l.ProducerChannels * max(len(t.plan.routesOf(0)), 1)
	t.ledger = newLedger(t.run, lanes, t.plan.queues)
	for n := range l.Producers {
		p, err := newProducer(ctx, l, t.plan, l.broker(n), n*l.ProducerChannels, t.run)
		if err != nil {
			t.hangUp()
			return err
		}
		t.producers = append(t.producers, p)
	}
	for n := range l.Consumers {
		var books []*book
		for i := range l.ConsumerChannels {
			books = append(books, t.ledger.books[(n*l.ConsumerChannels+i)%len(t.ledger.books)])
		}
		c, err := newConsumer(ctx, l, l.broker(n), t.ledger, books)
		if err != nil {
			t.hangUp()
			return err
		}
		t.consumers = append(t.consumers, c)
	}
	return nil
}

// hangUp closes connections of a trial that did not begin.
func (t *trial) hangUp() {
	for _, p := range t.producers {
		p.Conn.Close()
	}
	for _, c := range t.consumers {
		c.Conn.Close()
	}
}

// play runs producers and consumers, and returns when all have ended.
func (t *trial) play(ctx context.Context, live io.Writer) error {
	healthy, fail := context.WithCancelCause(context.WithoutCancel(ctx))
	defer fail(nil)
	stop := make(chan struct{})
	var aside sync.WaitGroup
	aside.Go(func() { watch(live, t.load, stop, newMeter(t).line) })
	defer aside.Wait()
	defer close(stop)

	var consumers *crew
	consume := func() { consumers = start(healthy, t.consumers, (*consumer).run, fail) }
	if !t.load.FillFirst {
		consume()
	}
	producers := start(healthy, t.producers, (*producer).run, fail)
	t.await(ctx, healthy, producers, consumers)
	producers.stop()
	aside.Go(func() { t.abandon(ctx, producers.done) })
	<-producers.done
	t.gauge.look()
	if consumers == nil {
		consume()
	}
	if len(t.producers) > 0 {
		t.drain(ctx, healthy, consumers)
	}
	t.gauge.look()
	consumers.stop()
	<-consumers.done
	return failure(healthy)
}
