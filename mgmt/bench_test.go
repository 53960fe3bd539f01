package mgmt_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// BenchmarkQueuesPage lists a page of 50,000 queues.
func BenchmarkQueuesPage(b *testing.B) {
	n := newNode(b)
	n.declareMany(b)
	for _, query := range []string{
		"sort=messages", "sort=name&sort_reverse=true", "name=99&sort=consumers", "name=%5Eorders%5C.1&use_regex=true",
		"sort=memory&columns=name", "sort=message_stats.publish_details.rate",
	} {
		b.Run(query, func(b *testing.B) {
			for b.Loop() {
				if w := n.ask("GET", "/api/queues?page=1&page_size=100&"+query, "guest:guest"); w.Code != 200 {
					b.Fatalf("%d %s", w.Code, w.Body)
				}
			}
		})
	}
}

// declareMany declares 50,000 queues.
func (n node) declareMany(b *testing.B) {
	v, err := n.broker.Vhost("/")
	if err != nil {
		b.Fatal(err)
	}
	for i := range 50_000 {
		if _, _, err := v.DeclareQueue(queue.Declaration{Name: fmt.Sprintf("orders.%d.eu", i*7919%50_000)}, 0); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkQueues lists 50,000 queues, all at once.
func BenchmarkQueues(b *testing.B) {
	n := newNode(b)
	n.declareMany(b)
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest("GET", "/api/queues", nil)
		r.SetBasicAuth("guest", "guest")
		n.ServeHTTP(nowhere{}, r)
	}
}

// nowhere takes an answer and forgets it.
type nowhere struct{}

func (nowhere) Header() http.Header         { return http.Header{} }
func (nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (nowhere) WriteHeader(int)             {}

// BenchmarkPublishWhileListing publishes while somebody lists 50,000 queues,
// the one that is published to among them, over and over. What it reports
// besides is the longest a publish took.
func BenchmarkPublishWhileListing(b *testing.B) {
	n := newNode(b)
	n.declareMany(b)
	s, err := n.broker.Open(n.broker.User("guest"), "/", broker.Client{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	x, err := s.Target(nil)
	if err != nil {
		b.Fatal(err)
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				n.ask("GET", "/api/queues?page=1&sort=messages", "guest:guest")
			}
		}
	}()
	longest := time.Duration(0)
	for b.Loop() {
		began := time.Now()
		if _, err := s.Publish(x, &message.Message{RoutingKey: "orders.7.eu"}, queue.Receipt{}); err != nil {
			b.Fatal(err)
		}
		s.Flush()
		longest = max(longest, time.Since(began))
	}
	close(stop)
	<-stopped
	b.ReportMetric(float64(longest.Microseconds())/1000, "longest-ms")
}
