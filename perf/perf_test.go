package perf

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"
)

// report runs a command line against a fake broker, and reads what it printed.
func report(t *testing.T, ctx context.Context, b *fake, flags string) (r Report, err error) {
	t.Helper()
	var out bytes.Buffer
	args := append(strings.Fields(flags), "--json", "--uri", "amqp://"+b.Host)
	err = (&Command{Out: &out, Live: io.Discard}).Run(ctx, args)
	if out.Len() > 0 {
		if err := json.Unmarshal(out.Bytes(), &r); err != nil {
			t.Errorf("%s: %v", out.Bytes(), err)
		}
	}
	return r, err
}

// TestFaults: what a broker does wrong is noticed, and what it may do is not.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		fault, flags, err string
		lost, doubled     uint64
		disordered        uint64
	}{
		{"", "-a", "", 0, 0, 0},
		{"", "-c 10", "", 0, 0, 0},
		{"", "-c 7 -A 10 -q 100 -s 5000 -R 5000", "", 0, 0, 0},
		{"", "-r 1000 -s 8", "", 0, 0, 0},
		{"drop", "-a", "messages 1 lost", 1, 0, 0},
		{"drop", "-c 10", "messages 1 lost", 1, 0, 0},
		{"double", "-a", "messages 1 doubled", 0, 1, 0},
		{"swap", "-c 10", "messages 1 out of order", 0, 0, 1},
		{"redeliver", "-a", "", 0, 0, 0},
		{"return", "-c 10 -f mandatory", "", 0, 0, 0},
		{"nack", "-c 10", "", 0, 0, 0},
		{"confirm twice", "-c 10", "confirmed a message twice", 0, 0, 0},
		{"confirm more", "-c 10", "confirmed what was not published", 0, 0, 0},
		{"close", "-c 10", "NOT_FOUND - the exchange is gone (404)", 0, 0, 0},
		{"cancel", "-a", "its queue is gone", 0, 0, 0},
		{"refuse login", "", "cannot log in to", 0, 0, 0},
		{"refuse login", "", "ACCESS_REFUSED - no (403)", 0, 0, 0},
		{"hang up", "", "the broker hung up", 0, 0, 0},
		{"not amqp", "", "not AMQP 0-9-1", 0, 0, 0},
		{"refuse queue", "", "PRECONDITION_FAILED - not that (406)", 0, 0, 0},
	} {
		t.Run(tt.fault+tt.flags, func(t *testing.T) {
			t.Parallel()
			r, err := report(t, t.Context(), startFake(t, tt.fault), "-u q -C 200 "+tt.flags)
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%v, want %s", err, tt.err)
			}
			if r.Lost != tt.lost || r.Duplicated != tt.doubled || r.Disordered != tt.disordered {
				t.Errorf("lost %d, doubled %d, disordered %d", r.Lost, r.Duplicated, r.Disordered)
			}
			if err == nil && (r.Sent != 200 || r.Received+r.Returned+r.Nacked != 200 || r.LostUnknown != "") {
				t.Errorf("%+v", r)
			}
		})
	}
}

// TestCounts: what is asked for by number is done, and no more.
func TestCounts(t *testing.T) {
	b := startFake(t, "")
	for _, tt := range []struct {
		flags                         string
		sent, received, confirmed, of uint64
	}{
		{"-u q -C 300 -y 0", 300, 0, 0, 0},
		{"-u q -x 0 -p -D 300", 0, 300, 0, 300},
		{"-u q -C 100 -c 1 -a -s 100", 100, 100, 100, 0},
		{"-u q -x 2 -C 50 -D 100", 100, 100, 0, 0},
	} {
		r, err := report(t, t.Context(), b, tt.flags)
		if err != nil || r.Sent != tt.sent || r.Received != tt.received || r.Confirmed != tt.confirmed || r.Foreign != tt.of {
			t.Errorf("%s: %v, %+v", tt.flags, err, r)
		}
		if wait := r.Received > 0 && tt.of == 0; wait != (r.Latency.Count > 0) || r.ConfirmLatency.Count != tt.confirmed {
			t.Errorf("%s: latencies of %d messages, %d confirms", tt.flags, r.Latency.Count, r.ConfirmLatency.Count)
		}
	}
}

// TestInterrupted: a load that would never end does, with a report, and leaves
// no goroutine behind.
func TestInterrupted(t *testing.T) {
	b := startFake(t, "")
	before := runtime.NumGoroutine()
	for _, flags := range []string{"-u q -c 10", "-u q -r 1", "-u q -x 0", "-u q -R 1 -q 1 -r 100", "--churn channels", "--idle queues -n 5"} {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		began := time.Now()
		r, err := report(t, ctx, b, flags)
		cancel()
		if err != nil || r.ID == "" || time.Since(began) > 15*time.Second {
			t.Errorf("%s: %v after %v, %+v", flags, err, time.Since(began), r)
		}
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	stacks := make([]byte, 1<<16)
	t.Errorf("%d goroutines, before %d:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
}

func TestMistakes(t *testing.T) {
	err := (&Command{Out: io.Discard, Live: io.Discard}).Run(t.Context(), []string{"compare", "-z", "1"})
	if !errors.Is(err, ErrUsage) || !strings.Contains(err.Error(), "two brokers") {
		t.Error(err)
	}
}
