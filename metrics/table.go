package metrics

import (
	"math"

	"github.com/hutchmq/hutchmq/stats"
)

// kind is the type of a metric.
type kind string

const (
	counter   kind = "counter"
	gauge     kind = "gauge"
	untyped   kind = "untyped"
	histogram kind = "histogram"
	summary   kind = "summary"
)

// table is metrics that belong together.
type table interface {
	// inFamily is what /metrics/detailed calls the table, "" nothing.
	inFamily() string
	write(p *page, s *snapshot)
}

// tableOf is the metrics of something there are many of: each has its rows, T.
type tableOf[T any] struct {
	family  string
	cluster bool // the same on all nodes of a cluster
	ours    bool // not RabbitMQ's
	objects bool // may be summed up
	rows    func(*snapshot) []T
	labels  func(*T) []byte // nil: none
	metrics []metric[T]
	totals  map[string]func(*snapshot) float64 // by name, what is shown instead of the sum
	single  bool                               // not shown where objects are summed up
}

// metric is one name. Its value is NaN where there is none.
type metric[T any] struct {
	name  string // after the prefix
	kind  kind
	help  string
	value func(*T) float64
}

// none is the value of what is not there.
var none = math.NaN()

func (t *tableOf[T]) inFamily() string { return t.family }

// prefix is what the names of the table begin with.
func (t *tableOf[T]) prefix(p *page) string {
	switch {
	case t.cluster:
		return "rabbitmq_cluster_"
	case t.ours:
		return "hutchmq_" + p.detailed
	}
	return "rabbitmq_" + p.detailed
}

func (t *tableOf[T]) write(p *page, s *snapshot) {
	if t.single && p.sums {
		return
	}
	rows := t.rows(s)
	for i := range t.metrics {
		m := &t.metrics[i]
		p.begin(t.prefix(p)+m.name, m.kind, m.help)
		if t.objects && p.sums {
			t.writeTotal(p, s, m, rows)
			continue
		}
		t.writeRows(p, m, rows)
	}
}

func (t *tableOf[T]) writeRows(p *page, m *metric[T], rows []T) {
	var labels []byte
	for i := range rows {
		v := m.value(&rows[i])
		if math.IsNaN(v) {
			continue
		}
		if t.labels != nil {
			labels = t.labels(&rows[i])
		}
		p.sample(labels, v)
	}
}

// writeTotal writes what all rows have together, unless that is nothing to be
// known.
func (t *tableOf[T]) writeTotal(p *page, s *snapshot, m *metric[T], rows []T) {
	total := 0.0
	if of, ok := t.totals[m.name]; ok {
		total = of(s)
	} else {
		for i := range rows {
			if v := m.value(&rows[i]); !math.IsNaN(v) {
				total += v
			}
		}
	}
	if !math.IsNaN(total) {
		p.sample(nil, total)
	}
}

// apart is the total of what makes no sense when it is summed up.
func apart(*snapshot) float64 { return none }

// distribution is a histogram.
type distribution struct {
	name, help string // the name is whole
	labels     []byte
	unit       float64 // what is observed in it is so many of the unit in the name
	read       func(*snapshot) stats.Distribution
}

func (d *distribution) inFamily() string { return "" }

func (d *distribution) write(p *page, s *snapshot) {
	p.begin(d.name, histogram, d.help)
	now := d.read(s)
	n := uint64(0)
	for i, count := range now.Counts {
		bound := "+Inf"
		if i < len(now.Bounds) {
			bound = string(appendValue(nil, float64(now.Bounds[i])*d.unit))
		}
		n += count
		p.sampleOf("_bucket", appendLabel(d.labels[:len(d.labels):len(d.labels)], "le", bound), float64(n))
	}
	p.sampleOf("_sum", d.labels, float64(now.Sum)*d.unit)
	p.sampleOf("_count", d.labels, float64(n))
}
