package metrics

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/common/expfmt"
)

// runtimeTable is what Go and the system tell of the process.
type runtimeTable struct{ from prometheus.Gatherer }

func newRuntimeTable() *runtimeTable {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return &runtimeTable{r}
}

// write writes what can be told.
func (t *runtimeTable) write(p *page) {
	p.flush()
	families, _ := t.from.Gather() // what fails is not in the list
	for _, f := range families {
		if p.err == nil {
			var n int
			n, p.err = expfmt.MetricFamilyToText(p.to, f)
			p.written += n
		}
	}
}
