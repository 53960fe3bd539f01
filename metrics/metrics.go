// Package metrics shows a broker to Prometheus, under RabbitMQ's names. It
// counts nothing itself, but for its own pages, and knows no protocol.
package metrics

import (
	"net/http"
	"time"

	"github.com/klauspost/compress/gzhttp"
	"github.com/klauspost/compress/gzip"

	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/listener"
)

const (
	// maxScrapes is how many pages are written at a time.
	maxScrapes = 4
	// scrapeWithin is how long a client may take to read a page.
	scrapeWithin = time.Minute
	// contentType is that of Prometheus' text format.
	contentType = "text/plain; version=0.0.4; charset=utf-8"
)

// pages answers scrapes.
type pages struct {
	broker  *broker.Broker
	version string // of the product
	runtime *runtimeTable
	slots   chan struct{} // as many as are taken

	certificates func() []listener.Certificate
}

// New makes the handler of all pages. version is that of the product.
func New(b *broker.Broker, version string, more ...Option) http.Handler {
	p := &pages{broker: b, version: version, runtime: newRuntimeTable(), slots: make(chan struct{}, maxScrapes)}
	p.certificates = func() []listener.Certificate { return nil }
	for _, o := range more {
		o(p)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", p.answer(&endpoint{name: "aggregated", tables: everything, sums: true, runtime: true}))
	mux.Handle("GET /metrics/per-object", p.answer(&endpoint{name: "per-object", tables: everything, runtime: true}))
	mux.Handle("GET /metrics/detailed", p.answer(&endpoint{name: "detailed", detailed: true}))
	mux.Handle("GET /metrics/memory-breakdown", p.answer(&endpoint{name: "memory-breakdown", tables: memoryTables}))
	zip, err := gzhttp.NewWrapper(gzhttp.CompressionLevel(gzip.BestSpeed))
	if err != nil {
		panic(err) // the level is wrong
	}
	return zip(mux)
}

// endpoint is what is special about a page.
type endpoint struct {
	name     string
	tables   []table
	sums     bool // objects are summed up
	runtime  bool // Go's are there, too
	detailed bool // the request says which tables
	taken    telemetry
}

func (p *pages) answer(e *endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case p.slots <- struct{}{}:
			defer func() { <-p.slots }()
		default:
			http.Error(w, "too many scrapes at a time", http.StatusServiceUnavailable)
			return
		}
		tables, f := e.tables, filter{}
		if e.detailed {
			var err error
			if tables, f, err = parseDetailed(r.URL.Query()); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
		}
		// A server that cannot set it has its own.
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(scrapeWithin))
		w.Header().Set("Content-Type", contentType)
		p.write(newPage(w, e), e, tables, f)
	})
}

// write writes one page, and notes what it took.
func (p *pages) write(to *page, e *endpoint, tables []table, f filter) {
	began := time.Now()
	s := &snapshot{b: p.broker, endpoint: e.name, version: p.version, filter: f, now: began, certificates: p.certificates}
	for _, t := range tables {
		t.write(to, s)
		if to.err != nil { // the client has gone
			return
		}
	}
	if e.runtime {
		p.runtime.write(to)
	}
	writeIdentity(to, s)
	e.taken.write(to, e.name)
	to.flush()
	e.taken.note(to.written, time.Since(began))
}
