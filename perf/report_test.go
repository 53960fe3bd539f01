package perf

import (
	"errors"
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	q := Quantiles{1000, 81.25, 1420, 3000, 12_345, 2_000_000}
	var out strings.Builder
	for _, r := range []*Report{
		{ID: "perf-1", Broker: "B 1", Seconds: 10.04, Sent: 1234567, Received: 1234560, SentPerSecond: 123456.7,
			ReceivedPerSecond: 999, Latency: q, LostUnknown: "the queues were there before", ToolCPUEach: 0.19},
		{ID: "perf-2", Scenario: "persistent", Broker: "B 1", Sent: 1000, Confirmed: 990, Nacked: 5, Unconfirmed: 5,
			Returned: 3, Received: 999, ConfirmLatency: q, Lost: 2, Duplicated: 1, Disordered: 4, Redelivered: 6, Foreign: 7,
			Examples: []string{"message 5 of lane 0 came out of queue q twice"}, CPUEach: 2.5, RSSBytes: 99 << 20, overdue: 5},
		{ID: "perf-3", Scenario: "idle-queues", Broker: "B 1", Things: "queues", Count: 1000, PerSecond: 1500,
			CycleLatency: q, RSSPerThing: 2345, IdleCPUPerThing: 12, CPUEach: 30, RSSBytes: 1 << 20},
	} {
		if err := r.print(&out, false); err != nil {
			t.Fatal(err)
		}
		if err := r.verdict(); err != nil {
			out.WriteString(err.Error() + "\n")
		}
	}
	golden(t, "report.txt", out.String())
	var machines strings.Builder
	if err := (&Report{ID: "perf-1", Latency: q}).print(&machines, true); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.json", machines.String())
}

func TestVerdict(t *testing.T) {
	for _, tt := range []struct {
		r    Report
		text string
	}{
		{Report{}, ""},
		{Report{Unconfirmed: 5}, ""},
		{Report{overdue: 5}, "messages 5 never confirmed"},
		{Report{Lost: 1, Disordered: 2000}, "messages 1 lost, 2,000 out of order"},
		{Report{Redelivered: 5, Foreign: 6, LostUnknown: "why"}, ""},
	} {
		err := tt.r.verdict()
		if (err == nil) != (tt.text == "") || err != nil && (!errors.Is(err, ErrViolated) || !strings.HasSuffix(err.Error(), tt.text)) {
			t.Errorf("%+v: %v, want %s", tt.r, err, tt.text)
		}
	}
}

func TestMicros(t *testing.T) {
	for us, want := range map[float64]string{0: "0s", 0.5: "500ns", 81.25: "81.3µs", 999.9: "1ms", 12345: "12.3ms", 2e6: "2s", 123456789: "2m3s"} {
		if got := micros(us); got != want {
			t.Errorf("%v us is written %s, want %s", us, got, want)
		}
	}
}
