package perf

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// Report is what came of a load. In JSON it is what machines read.
type Report struct {
	ID       string  `json:"id"`
	Scenario string  `json:"scenario,omitempty"`
	Broker   string  `json:"broker"`
	Seconds  float64 `json:"seconds"`

	Sent        uint64 `json:"sent"`
	Confirmed   uint64 `json:"confirmed"`
	Nacked      uint64 `json:"nacked"`
	Returned    uint64 `json:"returned"`
	Unconfirmed uint64 `json:"unconfirmed"`
	Received    uint64 `json:"received"`

	SentPerSecond     float64 `json:"sent_per_second"`
	ReceivedPerSecond float64 `json:"received_per_second"`

	Latency        Quantiles `json:"latency_us"`
	ConfirmLatency Quantiles `json:"confirm_latency_us"`

	Lost        uint64   `json:"lost"`
	LostUnknown string   `json:"lost_unknown,omitempty"` // why nobody can say
	Duplicated  uint64   `json:"duplicated"`
	Disordered  uint64   `json:"disordered"`
	Redelivered uint64   `json:"redelivered"`
	Foreign     uint64   `json:"foreign"` // from before the run
	Examples    []string `json:"examples,omitempty"`

	// Of a load without messages.
	Things          string    `json:"things,omitempty"`
	Count           uint64    `json:"count,omitempty"`
	PerSecond       float64   `json:"per_second,omitempty"`
	CycleLatency    Quantiles `json:"cycle_latency_us"`
	RSSPerThing     float64   `json:"rss_bytes_per_thing,omitempty"`
	IdleCPUPerThing float64   `json:"idle_cpu_us_per_thing_and_second,omitempty"`

	// Of the broker's processes, if named. CPU is per delivery, or per message
	// where none are consumed, or per thing.
	CPUEach  float64 `json:"cpu_us_each,omitempty"`
	RSSBytes int64   `json:"rss_bytes,omitempty"`
	// Of this process, likewise.
	ToolCPUEach float64 `json:"tool_cpu_us_each"`

	overdue uint64 // unconfirmed, and nothing excuses the broker
}

// Quantiles of durations, in microseconds.
type Quantiles struct {
	Count uint64  `json:"count"`
	P50   float64 `json:"p50"`
	P95   float64 `json:"p95"`
	P99   float64 `json:"p99"`
	P999  float64 `json:"p999"`
	Max   float64 `json:"max"`
}

func (d *distribution) quantiles() Quantiles {
	us := func(q float64) float64 { return float64(d.quantile(q)) / 1e3 }
	return Quantiles{d.total, us(0.5), us(0.95), us(0.99), us(0.999), float64(d.maxNs) / 1e3}
}

// verdict is an error if the broker lost, doubled or disordered messages.
func (r *Report) verdict() error {
	var wrong []string
	for _, w := range []struct {
		n    uint64
		what string
	}{
		{r.Lost, "lost"}, {r.Duplicated, "doubled"}, {r.Disordered, "out of order"},
		{r.overdue, "never confirmed"},
	} {
		if w.n > 0 {
			wrong = append(wrong, fmt.Sprintf("%s %s", thousands(float64(w.n)), w.what))
		}
	}
	if wrong == nil {
		return nil
	}
	return fmt.Errorf("%w: messages %s", ErrViolated, strings.Join(wrong, ", "))
}

// print writes the report for people or, as JSON, for machines.
func (r *Report) print(w io.Writer, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	_, err := io.WriteString(w, r.text())
	return err
}

func (r *Report) text() string {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "  %-16s %s\n", name, fmt.Sprintf(format, args...))
	}
	title := r.ID
	if r.Scenario != "" {
		title = r.Scenario
	}
	fmt.Fprintf(&b, "%s on %s, %.1f s\n", title, r.Broker, r.Seconds)
	if r.Things != "" {
		r.linesOfThings(line)
	} else {
		r.linesOfMessages(line)
	}
	if r.CPUEach > 0 || r.RSSBytes > 0 {
		line("broker", "%.2f us of CPU each, %s resident", r.CPUEach, mebibytes(r.RSSBytes))
	}
	line("this tool", "%.2f us of CPU each", r.ToolCPUEach)
	return b.String()
}

func (r *Report) linesOfMessages(line func(name, format string, args ...any)) {
	line("sent", "%s, %s/s", thousands(float64(r.Sent)), thousands(r.SentPerSecond))
	if n := r.Confirmed + r.Nacked + r.Unconfirmed; n > 0 {
		line("confirmed", "%s, nacked %s, never %s", thousands(float64(r.Confirmed)), thousands(float64(r.Nacked)), thousands(float64(r.Unconfirmed)))
	}
	if r.Returned > 0 {
		line("returned", "%s", thousands(float64(r.Returned)))
	}
	line("received", "%s, %s/s", thousands(float64(r.Received)), thousands(r.ReceivedPerSecond))
	r.Latency.line(line, "latency")
	r.ConfirmLatency.line(line, "confirm latency")
	lost := thousands(float64(r.Lost))
	if r.LostUnknown != "" {
		lost = "not known (" + r.LostUnknown + ")"
	}
	line("lost", "%s, doubled %d, out of order %d, redelivered %d", lost, r.Duplicated, r.Disordered, r.Redelivered)
	if r.Foreign > 0 {
		line("from before", "%s", thousands(float64(r.Foreign)))
	}
	for _, e := range r.Examples {
		line("", "%s", e)
	}
}

func (r *Report) linesOfThings(line func(name, format string, args ...any)) {
	line(r.Things, "%s, %s/s", thousands(float64(r.Count)), thousands(r.PerSecond))
	r.CycleLatency.line(line, "latency")
	if r.RSSPerThing != 0 {
		line("resident", "%.1f KiB each", r.RSSPerThing/1024)
	}
	if r.IdleCPUPerThing > 0 {
		line("idle", "%.2f us of CPU each a second", r.IdleCPUPerThing)
	}
}

func (q Quantiles) line(line func(name, format string, args ...any), name string) {
	if q.Count > 0 {
		line(name, "p50 %s, p95 %s, p99 %s, p99.9 %s, max %s", micros(q.P50), micros(q.P95), micros(q.P99), micros(q.P999), micros(q.Max))
	}
}

// micros writes microseconds with three digits that count.
func micros(us float64) string {
	d := time.Duration(us * 1e3)
	unit := time.Nanosecond
	for unit*1000 <= d {
		unit *= 10
	}
	return d.Round(unit).String()
}

// thousands writes a whole number as 1,234,567.
func thousands(f float64) string {
	s := fmt.Sprintf("%.0f", f)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func mebibytes(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }
