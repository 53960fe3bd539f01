package perf

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// comparison is what brokers did under the same loads.
type comparison struct {
	Brokers []compared `json:"brokers"`
	Rows    []*row     `json:"scenarios"`
}

// compared is a broker, as the user calls it, and what it calls itself.
type compared struct {
	Name    string `json:"name"`
	Product string `json:"product"`
}

// row is one load on all brokers.
type row struct {
	Scenario string    `json:"scenario"`
	Says     string    `json:"says,omitempty"`
	Flags    string    `json:"flags,omitempty"`
	Measures []measure `json:"measures"`

	reports [][]*Report // by broker
}

// measure is one number of a load, by broker.
type measure struct {
	Name   string  `json:"name"`
	Values []value `json:"values"`
}

// value is what several runs gave.
type value struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
	Ratio  float64 `json:"ratio"` // to the median of the first broker; 0 if that is 0
	Runs   int     `json:"runs"`
}

// measures are the numbers of a report worth comparing. Those that are 0 on all
// brokers are left out.
var measures = []struct {
	name string
	of   func(*Report) float64
}{
	{"published/s", func(r *Report) float64 { return r.SentPerSecond }},
	{"delivered/s", func(r *Report) float64 { return r.ReceivedPerSecond }},
	{"done/s", func(r *Report) float64 { return r.PerSecond }},
	{"CPU each, us", func(r *Report) float64 { return r.CPUEach }},
	{"latency p50, us", func(r *Report) float64 { return r.Latency.P50 + r.CycleLatency.P50 }},
	{"latency p99, us", func(r *Report) float64 { return r.Latency.P99 + r.CycleLatency.P99 }},
	{"confirm p50, us", func(r *Report) float64 { return r.ConfirmLatency.P50 }},
	{"confirm p99, us", func(r *Report) float64 { return r.ConfirmLatency.P99 }},
	{"resident, MiB", func(r *Report) float64 { return float64(r.RSSBytes) / (1 << 20) }},
	{"resident each, KiB", func(r *Report) float64 { return r.RSSPerThing / 1024 }},
	{"idle CPU each, us/s", func(r *Report) float64 { return r.IdleCPUPerThing }},
}

func newComparison(l *Load) *comparison {
	c := new(comparison)
	for n := range l.Brokers {
		c.Brokers = append(c.Brokers, compared{Name: l.brokerName(n)})
	}
	return c
}

func (c *comparison) add(l *Load) *row {
	r := &row{Scenario: l.ID, reports: make([][]*Report, len(c.Brokers))}
	if s, ok := scenarioNamed(l.Scenario); ok {
		r.Scenario, r.Says, r.Flags = s.name, s.says, s.flags
	}
	c.Rows = append(c.Rows, r)
	return r
}

// sum makes the measures of the reports that have come in.
func (r *row) sum() {
	for _, m := range measures {
		x, any := measure{Name: m.name}, false
		for _, reports := range r.reports {
			var given []float64
			for _, report := range reports {
				given = append(given, m.of(report))
			}
			v := valueOf(given)
			if len(x.Values) > 0 && x.Values[0].Median != 0 {
				v.Ratio = v.Median / x.Values[0].Median
			}
			x.Values = append(x.Values, v)
			any = any || v.Max != 0
		}
		if any {
			r.Measures = append(r.Measures, x)
		}
	}
}

// valueOf sorts what runs gave.
func valueOf(given []float64) value {
	if len(given) == 0 {
		return value{}
	}
	slices.Sort(given)
	n := len(given)
	return value{Median: (given[(n-1)/2] + given[n/2]) / 2, Min: given[0], Max: given[n-1], Runs: n}
}

func (c *comparison) print(w io.Writer, l *Load) error {
	switch {
	case l.JSON:
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(c)
	case l.Markdown:
		cells := c.cells()
		head := slices.Repeat([]string{"---"}, len(cells[0]))
		for _, line := range slices.Insert(cells, 1, head) {
			if _, err := fmt.Fprintf(w, "| %s |\n", strings.Join(line, " | ")); err != nil {
				return err
			}
		}
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, line := range c.cells() {
		fmt.Fprintln(t, strings.Join(line, "\t"))
	}
	return t.Flush()
}

// cells is the table, the heads of its columns first.
func (c *comparison) cells() [][]string {
	head := []string{"scenario", "measure"}
	for n, b := range c.Brokers {
		head = append(head, b.title())
		if n > 0 {
			head = append(head, "to "+c.Brokers[0].Name)
		}
	}
	cells := [][]string{head}
	for _, r := range c.Rows {
		name := r.Scenario
		for _, m := range r.Measures {
			line := []string{name, m.Name}
			for n, v := range m.Values {
				line = append(line, v.text())
				if n > 0 {
					line = append(line, digits(v.Ratio)+" x")
				}
			}
			cells = append(cells, line)
			name = ""
		}
	}
	return cells
}

// title is a broker's name, with what it says it is.
func (b compared) title() string {
	if b.Product == "" {
		return b.Name
	}
	return b.Name + " (" + b.Product + ")"
}

// text is a median with the lowest and the highest.
func (v value) text() string {
	if v.Runs == 0 {
		return "none"
	}
	if v.Runs == 1 {
		return digits(v.Median)
	}
	return fmt.Sprintf("%s (%s-%s)", digits(v.Median), digits(v.Min), digits(v.Max))
}

// digits writes a number with no more digits than mean something.
func digits(f float64) string {
	switch {
	case f >= 1e6:
		return fmt.Sprintf("%.2f M", f/1e6)
	case f >= 1e4:
		return fmt.Sprintf("%.0f k", f/1e3)
	case f >= 100:
		return fmt.Sprintf("%.0f", f)
	}
	return fmt.Sprintf("%.3g", f)
}
