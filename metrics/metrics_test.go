package metrics_test

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/exchange"
	"github.com/hutchmq/hutchmq/metrics"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/classic"
	"github.com/hutchmq/hutchmq/store"
)

func TestPage(t *testing.T) {
	st := store.NewMemory()
	defer st.Close()
	kind := classic.New(st)
	defer kind.Close()
	b, err := broker.New(broker.Options{
		Store: st, Auth: auth.NewDatabase(nil), QueueTypes: []queue.Type{kind}, Log: slog.New(slog.DiscardHandler),
		ExchangeTypes: []exchange.Type{exchange.Direct, exchange.Fanout, exchange.Topic, exchange.Headers},
		Node:          "rabbit@here", Defaults: broker.Defaults{User: "guest", Password: "guest", Vhost: "/"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	v, err := b.Vhost("/")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := v.DeclareQueue(queue.Declaration{Name: "q"}, 0); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	metrics.New(b, "1.2.3").ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, line := range []string{
		"rabbitmq_queues 1\n", "rabbitmq_connections 0\n", "rabbitmq_queue_messages_ready 0\n",
		`product_version="1.2.3"`, `rabbitmq_node="rabbit@here"`,
		"\ngo_goroutines ", "\ngo_memstats_heap_inuse_bytes ", "\nprocess_open_fds ", "\nprocess_resident_memory_bytes ",
	} {
		if !strings.Contains(w.Body.String(), line) {
			t.Errorf("%q is not in\n%s", line, w.Body)
		}
	}
}
