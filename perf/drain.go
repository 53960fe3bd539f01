package perf

import (
	"context"
	"time"
)

// Bounds of how long a trial waits, when nothing is published any more, for
// what is still in queues.
const (
	drainTime       = 2 * time.Minute
	quietTime       = 5 * time.Second // nothing came: what is missing is lost
	interruptedTime = 3 * time.Second
)

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
	want, quiet := expected(t.lanes()), t.quiet()
	for {
		received, at := t.received(), now()
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
		case time.Duration(at-lastAt) > quiet:
			t.unsettled = t.plan.left(t.setup)
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

// quiet is how long nothing has to come until nothing is awaited: longer if
// something is missing, and if consumers are slow on purpose.
func (t *trial) quiet() time.Duration {
	quiet := quietTime
	if t.plan.unknown != "" {
		quiet /= 5
	}
	if r := t.load.ConsumeRate; r > 0 {
		quiet = max(quiet, min(time.Duration(2/r*float64(time.Second)), drainTime))
	}
	return quiet
}
