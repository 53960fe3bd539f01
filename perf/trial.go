package perf

import (
	"context"
	"io"
	"math/rand/v2"
	"sync"
	"time"
)

// Bounds of how long a trial waits, when nothing is published any more, for
// what is still in queues.
const (
	drainTime       = 2 * time.Minute
	quietTime       = 5 * time.Second // nothing came: what is missing is lost
	interruptedTime = 3 * time.Second
)

// trial is one run of a load that has messages.
type trial struct {
	load      *Load
	plan      *plan
	run       uint16
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
func (l *Load) broker(n int) address {
	if len(l.Brokers) == 0 {
		return local
	}
	return l.Brokers[n%len(l.Brokers)]
}

func (t *trial) do(ctx context.Context, live io.Writer) (_ *Report, err error) {
	setup, err := connect(ctx, t.load.broker(0))
	if err != nil {
		return nil, err
	}
	defer setup.Conn.Close()
	if err := setup.openChannel(1); err != nil {
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
	report := t.report(setup.product)
	if err == nil {
		err = t.plan.clear(setup)
	}
	if err == nil {
		err = setup.close()
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

// abandon cuts producers off that do not end soon after the user wants no more.
func (t *trial) abandon(ctx context.Context, ended <-chan struct{}) {
	select {
	case <-ended:
		return
	case <-ctx.Done():
	}
	select {
	case <-ended:
	case <-time.After(graceTime):
		for _, p := range t.producers {
			p.SetDeadline(time.Now())
		}
	}
}

// await returns when it is time to stop publishing: all is published, consumers
// have had enough, time is up, somebody failed, or the user does not want more.
func (t *trial) await(ctx, healthy context.Context, producers, consumers *crew) {
	published, consumed := producers.done, (chan struct{})(nil)
	if len(t.producers) == 0 {
		published = nil
	}
	if consumers != nil && len(t.consumers) > 0 {
		consumed = consumers.done
	}
	var late <-chan time.Time
	if t.load.Duration > 0 {
		late = time.After(t.load.Duration)
	}
	select {
	case <-published:
	case <-consumed:
	case <-late:
	case <-ctx.Done():
	case <-healthy.Done():
	}
}

// drain waits until everything has come, or nothing comes any more.
func (t *trial) drain(ctx, healthy context.Context, consumers *crew) {
	began, last, lastAt := now(), uint64(0), now()
	want := expected(t.lanes())
	for {
		received := t.received()
		at := now()
		if received != last {
			last, lastAt = received, at
		}
		most := drainTime
		if ctx.Err() != nil {
			most = interruptedTime
		}
		switch {
		case t.plan.unknown == "" && t.ledger.arrived.Load() >= want:
			return
		case time.Duration(at-lastAt) > quietTime, t.plan.unknown != "" && time.Duration(at-lastAt) > quietTime/5:
			return
		case time.Duration(at-began) > most:
			t.unsettled = "messages were still coming when the run ended"
			return
		}
		select {
		case <-consumers.done:
			return
		case <-healthy.Done():
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}
