package mgmt

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/hutchmq/hutchmq/stats"
)

// details is how a number changes: what the API calls x_details, beside x.
type details struct {
	Rate    float64  `json:"rate"` // a second
	Samples []sample `json:"samples,omitempty"`
	AvgRate *float64 `json:"avg_rate,omitempty"`
	Avg     *float64 `json:"avg,omitempty"`
}

// sample is what a number was.
type sample struct {
	Sample    uint64 `json:"sample"`
	Timestamp int64  `json:"timestamp"` // Unix milliseconds
}

// ranges are the samples that a request asks for, by kind of number; nil is
// none.
type ranges struct {
	lengths, messages, data, node *stats.Grid
	now                           time.Time
}

// maxPoints bounds how many samples of each number a request may ask for.
const maxPoints = 500

// maxRangeSeconds bounds numbers in a range, far beyond what is kept.
const maxRangeSeconds = 1 << 31

// askedRanges are the ranges of a request. It answers 400 when they are wrong.
func askedRanges(w http.ResponseWriter, r *http.Request) (g ranges, ok bool) {
	q := r.URL.Query()
	g.now = time.Now()
	for prefix, grid := range map[string]**stats.Grid{
		"lengths": &g.lengths, "msg_rates": &g.messages, "data_rates": &g.data, "node_stats": &g.node,
	} {
		var err error
		if *grid, err = parseRange(q, prefix); err != nil {
			fail(w, http.StatusBadRequest, "invalid_range_parameters", err.Error())
			return g, false
		}
	}
	return g, true
}

// parseRange reads prefix_age and prefix_incr, which only count together.
func parseRange(q url.Values, prefix string) (*stats.Grid, error) {
	ages, incrs := q.Get(prefix+"_age"), q.Get(prefix+"_incr")
	if ages == "" || incrs == "" {
		return nil, nil
	}
	age, err1 := strconv.Atoi(ages)
	incr, err2 := strconv.Atoi(incrs)
	if err1 != nil || err2 != nil || age < 1 || incr < 1 || max(age, incr) > maxRangeSeconds || age/incr > maxPoints {
		return nil, fmt.Errorf("Invalid range parameters: age=%s, incr=%s", ages, incrs)
	}
	return &stats.Grid{Age: time.Duration(age) * time.Second, Incr: time.Duration(incr) * time.Second}, nil
}

// track is the history of one thing, and what begins it.
type track struct {
	*stats.Track
	row func() []uint64
}

// samples are those of the sum of columns. The row is only worked out when
// there is no history yet.
func (t track) samples(now time.Time, g *stats.Grid, columns []int) []stats.Sample {
	if h := t.History(); h != nil {
		return h.Samples(now, *g, columns...)
	}
	return t.Track.Samples(now, t.row(), *g, columns...)
}

// history is that of one thing, or of several whose columns are the same and
// which are looked at as one.
type history []track

// details are those of the sum of columns.
func (h history) details(now time.Time, g *stats.Grid, columns ...int) (d details) {
	for _, t := range h {
		d.Rate += t.Rate(columns...)
		if g != nil {
			d.add(t.samples(now, g, columns))
		}
	}
	d.average()
	return d
}

// add adds what another thing was at the same moments.
func (d *details) add(samples []stats.Sample) {
	if d.Samples == nil {
		d.Samples = make([]sample, len(samples))
	}
	for i, s := range samples {
		d.Samples[i].Sample += s.Value
		d.Samples[i].Timestamp = s.AtMs
	}
}

// average works out what is said of samples as a whole. The newest is first.
func (d *details) average() {
	n := len(d.Samples)
	if n == 0 {
		return
	}
	avg, rate := 0.0, 0.0
	for _, s := range d.Samples {
		avg += float64(s.Sample) / float64(n)
	}
	last, first := d.Samples[0], d.Samples[n-1]
	if ms := last.Timestamp - first.Timestamp; ms > 0 {
		rate = float64(int64(last.Sample-first.Sample)) * 1000 / float64(ms)
	}
	d.Avg, d.AvgRate = &avg, &rate
}
