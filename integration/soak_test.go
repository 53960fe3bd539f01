//go:build soak

package integration

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"
)

// soakEvery is the time between two readings.
const soakEvery = 10 * time.Second

// TestSoak loads a broker with everything at once, for SOAK_MINUTES. Its
// memory and goroutines must not grow, nothing may be lost or doubled, and
// afterwards there must be nothing left.
//
//	make soak SOAK_MINUTES=60
func TestSoak(t *testing.T) {
	minutes, err := strconv.ParseFloat(cmp.Or(os.Getenv("SOAK_MINUTES"), "10"), 64)
	if err != nil {
		t.Fatal("SOAK_MINUTES: ", err)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	metrics, management := freeAddr(t), freeAddr(t)
	b := Start(t, hutchmq, "--metrics="+metrics, "--management="+management, "HUTCHMQ_LOG_LEVEL=error")
	s := &soak{t: t, broker: b, metrics: metrics, management: management, seed: seed}
	s.declare()
	idle := s.read()

	ctx, stop := context.WithTimeout(t.Context(), time.Duration(minutes*float64(time.Minute)))
	defer stop()
	var load sync.WaitGroup
	for _, run := range s.workers() {
		load.Go(func() { run(ctx) })
	}
	readings := s.watch(ctx)
	load.Wait()
	s.drain()
	s.undeclare()

	after := s.settle(idle)
	fmt.Print(table(append(append([]reading{idle}, readings...), after)))
	fmt.Print(&s.done)
	s.audit()
	flat(t, "RSS, MiB", readings, 16, func(r reading) float64 { return r.rssMiB })
	flat(t, "goroutines", readings, 20, func(r reading) float64 { return r.goroutines })
	flat(t, "open files", readings, 20, func(r reading) float64 { return r.files })
	if b.Panicked() || !b.Running() {
		t.Error("the broker panicked or ended")
	}
	b.Stop()
}

// watch reads until ctx ends.
func (s *soak) watch(ctx context.Context) (readings []reading) {
	tick := time.NewTicker(soakEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return readings
		case <-tick.C:
			r := s.read()
			if ctx.Err() != nil {
				return readings // of a load that was ending
			}
			fmt.Fprintln(os.Stderr, r.line())
			readings = append(readings, r)
		}
	}
}

// settle waits until the broker is as idle as it was, for a minute at most.
func (s *soak) settle(idle reading) (r reading) {
	const goroutines, files, diskMiB = 5, 5, 100 // more than before: the journal keeps the segment it writes to
	for range 60 {
		r = s.read()
		if r.connections == 0 && r.channels == 0 && r.consumers == 0 && r.queues == 0 && r.messages == 0 &&
			r.goroutines <= idle.goroutines+goroutines && r.files <= idle.files+files && r.diskMiB <= idle.diskMiB+diskMiB {
			return r
		}
		time.Sleep(time.Second)
	}
	s.t.Errorf("a minute after the load the broker is not idle as before:\n%s", table([]reading{idle, r}))
	return r
}

// flat wants a number not to grow over the last two thirds of the readings: the
// line through them rises by no more than a tenth of their mean, or by slack.
func flat(t *testing.T, what string, readings []reading, slack float64, of func(reading) float64) {
	t.Helper()
	last := readings[len(readings)/3:]
	if len(last) < 6 {
		t.Logf("%s: too few readings to tell whether it grows", what)
		return
	}
	slope, mean := slopeOf(last, of)
	span := last[len(last)-1].minutes - last[0].minutes
	fmt.Printf("%s: %.1f on average, %+.2f a minute\n", what, mean, slope)
	if slope*span > max(slack, mean/10) {
		t.Errorf("%s grows by %.1f in %.1f minutes, from %.1f", what, slope*span, span, mean-slope*span/2)
	}
}

// slopeOf is the slope a minute of the least-squares line through readings, and
// their mean.
func slopeOf(readings []reading, of func(reading) float64) (slope, mean float64) {
	n, at := float64(len(readings)), 0.0
	for _, r := range readings {
		at += r.minutes / n
		mean += of(r) / n
	}
	var together, alone float64
	for _, r := range readings {
		together += (r.minutes - at) * (of(r) - mean)
		alone += (r.minutes - at) * (r.minutes - at)
	}
	return together / alone, mean
}
