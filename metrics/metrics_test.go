package metrics_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/exchange"
	"github.com/hutchmq/hutchmq/message"
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

// publish publishes n messages of a byte to the default exchange.
func publish(t testing.TB, b *broker.Broker, key string, n int) {
	t.Helper()
	u, err := b.Authenticate("guest", "guest")
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.Open(u, "/", broker.Client{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for range n {
		m := &message.Message{RoutingKey: key, Header: amqp.AppendContentHeader(nil, 60, 1, &amqp.Properties{}), Body: []byte("x"), Expiration: -1}
		if _, _, err := s.PublishStored(context.Background(), "", m); err != nil {
			t.Fatal(err)
		}
	}
}

// expect looks for lines on a page.
func expect(t *testing.T, b *broker.Broker, path string, lines ...string) {
	t.Helper()
	status, page := scrape(t, b, path)
	if status != http.StatusOK {
		t.Fatalf("%s: status %d: %s", path, status, page)
	}
	for _, line := range lines {
		if !strings.Contains(page, "\n"+line+"\n") {
			name, _, _ := strings.Cut(strings.Fields(line)[0], "{")
			t.Errorf("%s: no line %s; there is %q", path, line, linesOf(page, name))
		}
	}
}

// linesOf are the lines of one name.
func linesOf(page, name string) (lines []string) {
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, name) {
			lines = append(lines, line)
		}
	}
	return lines
}

func TestPages(t *testing.T) {
	b := newBroker(t)
	declare(t, b, "q", "a \"b\"\\\n\xff")
	publish(t, b, "q", 3)
	publish(t, b, "nowhere", 2)
	expect(t, b, "/metrics",
		"rabbitmq_queues 2", "rabbitmq_connections 0", "rabbitmq_queue_messages_ready 3", "rabbitmq_queue_messages_bytes 3",
		"rabbitmq_channel_messages_unroutable_returned_total 2", "rabbitmq_exchange_messages_published_total 5",
		`rabbitmq_global_messages_received_total{protocol="amqp091"} 5`,
		`rabbitmq_global_messages_routed_total{protocol="amqp091"} 3`,
		`rabbitmq_global_messages_delivered_total{protocol="amqp091",queue_type="rabbit_stream_queue"} 0`,
		`rabbitmq_identity_info{rabbitmq_node="rabbit@here",rabbitmq_cluster="rabbit@here",`+
			`rabbitmq_cluster_permanent_id="rabbit@here",rabbitmq_endpoint="aggregated"} 1`,
		"rabbitmq_alarms_memory_used_watermark 0", "hutchmq_queues_without_consumers 1",
		"# TYPE go_goroutines gauge", "# TYPE process_open_fds gauge",
	)
	expect(t, b, "/metrics/per-object",
		`rabbitmq_queue_messages_ready{vhost="/",queue="q"} 3`,
		`rabbitmq_queue_messages_ready{vhost="/",queue="a \"b\"\\\n�"} 0`,
		`rabbitmq_queue_info{vhost="/",queue="q",queue_type="rabbit_classic_queue",membership="leader"} 1`,
		`rabbitmq_exchange_messages_published_total{vhost="/",exchange=""} 5`,
		`rabbitmq_exchange_messages_unroutable_returned_total{vhost="/",exchange=""} 2`,
		`rabbitmq_queue_exchange_messages_published_total{vhost="/",exchange="",queue="q"} 3`,
		`hutchmq_queue_messages_published_total{vhost="/",queue="q"} 3`,
		`hutchmq_queue_oldest_message_age_seconds{vhost="/",queue="a \"b\"\\\n�"} 0`,
	)
	expect(t, b, "/metrics/memory-breakdown", "rabbitmq_memory_binary_heap_bytes 3")
}

func TestDetailed(t *testing.T) {
	b := newBroker(t)
	declare(t, b, "orders.eu", "orders.us", "mail")
	v, err := b.Vhost("/")
	if err != nil {
		t.Fatal(err)
	}
	q, err := v.Queue("mail", 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Bind("amq.fanout", q, "", nil); err != nil {
		t.Fatal(err)
	}
	expect(t, b, "/metrics/detailed?family=queue_coarse_metrics&family=queue_consumer_count",
		`rabbitmq_detailed_queue_messages{vhost="/",queue="mail"} 0`,
		`rabbitmq_detailed_queue_consumers{vhost="/",queue="mail"} 0`,
		`rabbitmq_detailed_queue_info{vhost="/",queue="mail",queue_type="rabbit_classic_queue",membership="leader"} 1`)
	expect(t, b, "/metrics/detailed?family=vhost_status&family=exchange_bindings&family=exchange_names",
		`rabbitmq_cluster_vhost_status{vhost="/"} 1`,
		`rabbitmq_cluster_exchange_bindings{vhost="/",exchange="amq.fanout",type="fanout"} 1`,
		`rabbitmq_cluster_exchange_name{vhost="/",exchange="amq.fanout",type="fanout"} 1`)
	for query, want := range map[string]int{
		"family=queue_metrics":                             3,
		"family=queue_metrics&family=queue_consumer_count": 3, // once, though both have it
		"family=queue_metrics&queue=^orders":               2,
		"family=queue_metrics&queue=eu$&queue=^mail":       2,
		"family=queue_metrics&vhost=/":                     3,
		"family=queue_metrics&vhost=/&vhost=other":         3,
		"family=queue_metrics&vhost=other":                 0,
		"family=queue_coarse_metrics":                      0,
		"":                                                 0,
	} {
		_, page := scrape(t, b, "/metrics/detailed?"+query)
		if got := strings.Count(page, "\nrabbitmq_detailed_queue_consumers{"); got != want {
			t.Errorf("%s: consumers of %d queues, want %d", query, got, want)
		}
		if got := strings.Count(page, "# TYPE rabbitmq_detailed_queue_consumers "); got > 1 {
			t.Errorf("%s: queue_consumers %d times", query, got)
		}
	}
}

func TestRefusals(t *testing.T) {
	b := newBroker(t)
	for path, want := range map[string]string{
		"/metrics/detailed?family=queues":                            `unknown family "queues"; there are auth_attempt_detailed`,
		"/metrics/detailed?family=":                                  `unknown family ""`,
		"/metrics/detailed?queue=(":                                  "bad pattern of queues: error parsing regexp: missing closing )",
		"/metrics/detailed?queue=" + strings.Repeat("a", 1001):       "a pattern of queues is longer than 1000 bytes",
		"/metrics/detailed?queue=" + strings.Repeat("a%7Bb,9%7D", 2): "",
	} {
		status, text := scrape(t, b, path)
		if want == "" && status != http.StatusOK || want != "" && (status != http.StatusBadRequest || !strings.HasPrefix(text, want)) {
			t.Errorf("%.60s: %d %s", path, status, text)
		}
	}
}

// TestTooManyScrapes has as many clients as may that do not read.
func TestTooManyScrapes(t *testing.T) {
	h := metrics.New(newBroker(t), "1.2.3")
	writing, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			h.ServeHTTP(&slow{ResponseRecorder: httptest.NewRecorder(), writing: writing, release: release},
				httptest.NewRequest("GET", "/metrics", nil))
		})
		<-writing
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	close(release)
	wg.Wait()
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d", w.Code)
	}
	w = httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Errorf("status %d after that", w.Code)
	}
}

// slow is a client that reads nothing before release.
type slow struct {
	*httptest.ResponseRecorder
	once             sync.Once
	writing, release chan struct{}
}

func (s *slow) Write(b []byte) (int, error) {
	s.once.Do(func() { s.writing <- struct{}{} })
	<-s.release
	return len(b), nil
}

func TestSchedules(t *testing.T) {
	b := newBroker(t)
	expect(t, b, "/metrics", "hutchmq_schedules 0", "hutchmq_schedule_runs_total 0")
	spec := &definitions.Parameter{Component: "schedule", Vhost: "/", Name: "daily", Value: []byte(`{"cron":"0 6 * * *","exchange":"","routing_key":"q"}`)}
	if _, err := b.As("guest").SetParameter(spec); err != nil {
		t.Fatal(err)
	}
	expect(t, b, "/metrics", "hutchmq_schedules 1")
	expect(t, b, "/metrics/per-object", `hutchmq_schedules{vhost="/",schedule="daily"} 1`, `hutchmq_schedule_runs_total{vhost="/",schedule="daily"} 0`)
}
