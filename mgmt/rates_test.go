package mgmt

import (
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/stats"
)

func TestParseRange(t *testing.T) {
	for _, tt := range []struct {
		query string
		want  *stats.Grid
		ok    bool
	}{
		{"", nil, true},
		{"x_age=60", nil, true},
		{"x_incr=5", nil, true},
		{"x_age=60&x_incr=5", &stats.Grid{Age: time.Minute, Incr: 5 * time.Second}, true},
		{"x_age=500&x_incr=1", &stats.Grid{Age: 500 * time.Second, Incr: time.Second}, true},
		{"x_age=501&x_incr=1", nil, false},
		{"x_age=0&x_incr=1", nil, false},
		{"x_age=-60&x_incr=-5", nil, false},
		{"x_age=1e3&x_incr=5", nil, false},
		{"x_age=4294967296&x_incr=4294967296", nil, false},
	} {
		q, err := url.ParseQuery(tt.query)
		if err != nil {
			t.Fatal(err)
		}
		got, err := parseRange(q, "x")
		if (err == nil) != tt.ok || (got == nil) != (tt.want == nil) || got != nil && *got != *tt.want {
			t.Errorf("%s: got %v %v, want %v", tt.query, got, err, tt.want)
		}
	}
}

// TestDetails: two things whose counts grow by 10 and by 30 a second grow
// together by 40.
func TestDetails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a, b stats.Track
		row := func() []uint64 { return []uint64{0} }
		for i := range uint64(21) {
			time.Sleep(time.Second)
			a.Begin(1).Keep(true)
			b.Begin(1).Keep(true)
			a.History().Sample(time.Now(), []uint64{10 * i})
			b.History().Sample(time.Now(), []uint64{30 * i})
		}
		h := history{{&a, row}, {&b, row}}
		if d := h.details(time.Now(), nil, 0); d.Rate != 40 || d.Samples != nil || d.Avg != nil {
			t.Errorf("without samples: %+v", d)
		}
		d := h.details(time.Now(), &stats.Grid{Age: 10 * time.Second, Incr: 5 * time.Second}, 0)
		if len(d.Samples) != 3 {
			t.Fatalf("got %d samples", len(d.Samples))
		}
		last, first := d.Samples[0], d.Samples[2]
		if last.Timestamp-first.Timestamp != 10_000 || last.Sample-first.Sample != 400 || *d.AvgRate != 40 || d.Rate != 40 {
			t.Errorf("got %+v, average rate %v", d, *d.AvgRate)
		}
		if want := float64(d.Samples[1].Sample); *d.Avg != want {
			t.Errorf("average %v, want %v", *d.Avg, want)
		}
	})
}
