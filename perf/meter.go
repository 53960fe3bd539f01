package perf

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// watch writes a line in every interval of a load, until done is closed.
func watch(w io.Writer, l *Load, done <-chan struct{}, line func() string) {
	began := time.Now()
	tick := time.NewTicker(l.Interval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			fmt.Fprintf(w, "%s  %5.1f s  %s\n", l.ID, time.Since(began).Seconds(), line())
		case <-done:
			return
		}
	}
}

// within is ctx for at most so long; 0 is no limit.
func within(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if d == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, d)
}

// meter tells what a trial does, as of the line before.
type meter struct {
	*trial
	at                        int64
	sent, received, confirmed uint64
	latency                   *distribution
}

func newMeter(t *trial) *meter { return &meter{trial: t, at: now(), latency: new(distribution)} }

// line is what was done since the last.
func (m *meter) line() string {
	at := now()
	sent, received, confirmed := m.sums()
	each := func(n, before uint64) string {
		return thousands(float64(n-before) / (float64(at-m.at) / 1e9))
	}
	var parts []string
	if len(m.producers) > 0 {
		parts = append(parts, "sent "+each(sent, m.sent)+"/s")
	}
	if m.load.Window > 0 {
		parts = append(parts, "confirmed "+each(confirmed, m.confirmed)+"/s",
			"unconfirmed "+thousands(float64(sent-min(sent, confirmed))))
	}
	if len(m.consumers) > 0 {
		parts = append(parts, "received "+each(received, m.received)+"/s")
	}
	latency := m.latencies()
	if q := latency.since(m.latency).quantiles(); q.Count > 0 {
		parts = append(parts, fmt.Sprintf("latency %s %s %s", micros(q.P50), micros(q.P95), micros(q.P99)))
	}
	if m.blocked() {
		parts = append(parts, "blocked by the broker")
	}
	m.at, m.sent, m.received, m.confirmed, m.latency = at, sent, received, confirmed, latency
	return strings.Join(parts, "  ")
}
