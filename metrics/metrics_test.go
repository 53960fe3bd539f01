package metrics_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/exchange"
	"github.com/hutchmq/hutchmq/metrics"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/classic"
	"github.com/hutchmq/hutchmq/store"
)

func newBroker(t testing.TB) *broker.Broker {
	st := store.NewMemory()
	kind := classic.New(st)
	b, err := broker.New(broker.Options{
		Store: st, Auth: auth.NewDatabase(nil), QueueTypes: []queue.Type{kind}, Log: slog.New(slog.DiscardHandler),
		ExchangeTypes: []exchange.Type{exchange.Direct, exchange.Fanout, exchange.Topic, exchange.Headers},
		Node:          "rabbit@here", Defaults: broker.Defaults{User: "guest", Password: "guest", Vhost: "/"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		b.Close()
		kind.Close()
		st.Close()
	})
	return b
}

// declare makes queues of these names.
func declare(t testing.TB, b *broker.Broker, names ...string) {
	t.Helper()
	v, err := b.Vhost("/")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if _, _, err := v.DeclareQueue(queue.Declaration{Name: name}, 0); err != nil {
			t.Fatal(err)
		}
	}
}

// scrape fetches a page.
func scrape(t testing.TB, b *broker.Broker, path string) (status int, page string) {
	t.Helper()
	w := httptest.NewRecorder()
	metrics.New(b, "1.2.3").ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w.Code, w.Body.String()
}

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
