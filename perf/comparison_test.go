package perf

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/amqp/dial"
)

func TestComparison(t *testing.T) {
	var out strings.Builder
	l := &Load{ID: "mine", Scenario: "transient-16", Brokers: []dial.Address{{Name: "old"}, {Host: "h:1"}}}
	c := newComparison(l)
	c.Brokers[0].Product = "B 1"
	r := c.add(l)
	r.reports[0] = []*Report{{SentPerSecond: 100, CPUEach: 20}, {SentPerSecond: 300, CPUEach: 10}, {SentPerSecond: 150, CPUEach: 15}}
	r.reports[1] = []*Report{{SentPerSecond: 1.5e6, CPUEach: 1}}
	r.sum()
	l.Scenario = ""
	r = c.add(l)
	r.reports[1] = []*Report{{PerSecond: 12_345}}
	r.sum()
	for _, as := range []Load{{}, {Markdown: true}, {JSON: true}} {
		if err := c.print(&out, &as); err != nil {
			t.Fatal(err)
		}
	}
	golden(t, "comparison.txt", out.String())
}

// TestValueOf: the median is the middle of what is sorted, or of the two there.
func TestValueOf(t *testing.T) {
	for _, tt := range []struct {
		given            []float64
		median, min, max float64
	}{
		{nil, 0, 0, 0},
		{[]float64{7}, 7, 7, 7},
		{[]float64{9, 1}, 5, 1, 9},
		{[]float64{3, 1, 2}, 2, 1, 3},
		{[]float64{4, 1, 3, 2}, 2.5, 1, 4},
	} {
		rand.Shuffle(len(tt.given), func(i, j int) { tt.given[i], tt.given[j] = tt.given[j], tt.given[i] })
		v := valueOf(slices.Clone(tt.given))
		if v != (value{Median: tt.median, Min: tt.min, Max: tt.max, Runs: len(tt.given)}) {
			t.Errorf("%v gives %+v", tt.given, v)
		}
	}
}

// TestOn: each broker gets its own processes, by name or else in turn.
func TestOn(t *testing.T) {
	loads, err := parse(strings.Fields("-z 1 --uri a=amqp://h --uri amqp://h --pid 5 --pid B=6 --pid a=7"))
	if err != nil {
		t.Fatal(err)
	}
	l := loads[0]
	for n, want := range [][]int{{5, 7}, {6}} {
		var got []int
		for _, p := range l.on(n).PIDs {
			got = append(got, p.pid)
		}
		if !slices.Equal(got, want) {
			t.Errorf("broker %d has processes %v, want %v", n, got, want)
		}
	}
	if len(l.Brokers) != 2 || len(l.PIDs) != 3 {
		t.Error("the load itself was changed")
	}
}

func TestCheckCompare(t *testing.T) {
	for line, want := range map[string]string{
		"-z 1":                                   "two brokers",
		"--uri amqp://a,amqp://b":                "a load that ends",
		"-z 1 --uri amqp://a,amqp://b --pid C=1": "no broker is called C",
		"-C 1 --uri amqp://a,amqp://b --pid B=1": "",
		"persistent --uri amqp://a,amqp://b":     "",
	} {
		loads, err := parse(strings.Fields(line))
		if err != nil {
			t.Fatal(err)
		}
		if err := checkCompare(loads); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", line, err, want)
		}
	}
}
