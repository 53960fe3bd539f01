package metrics_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hutchmq/hutchmq/metrics"
)

func BenchmarkScrape(b *testing.B) {
	const queues = 50_000
	br := newBroker(b)
	for i := range queues {
		declare(b, br, fmt.Sprintf("orders.region-%d.queue-%d", i%50, i))
	}
	for _, path := range []string{"/metrics", "/metrics/per-object", "/metrics/detailed?family=queue_coarse_metrics"} {
		for _, encoding := range []string{"", "gzip"} {
			b.Run(path+" "+encoding, func(b *testing.B) {
				h := metrics.New(br, "1.2.3")
				r := httptest.NewRequest("GET", path, nil)
				r.Header.Set("Accept-Encoding", encoding)
				for b.Loop() {
					var w discard
					h.ServeHTTP(&w, r)
					b.ReportMetric(float64(w.n), "bytes")
				}
			})
		}
	}
}

// discard is a response nobody reads.
type discard struct {
	h http.Header
	n int
}

func (d *discard) Header() http.Header {
	if d.h == nil {
		d.h = http.Header{}
	}
	return d.h
}
func (d *discard) Write(b []byte) (int, error) { d.n += len(b); return len(b), nil }
func (d *discard) WriteHeader(int)             {}
