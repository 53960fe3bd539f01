package integration

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// TestGuideRetries: the programs in the guide print what it says they print.
func TestGuideRetries(t *testing.T) {
	t.Parallel()
	python := pythonWith(t, "pika")
	guide, err := os.ReadFile("../docs/RETRIES.md")
	if err != nil {
		t.Fatal(err)
	}
	programs := regexp.MustCompile("(?s)```python\n(.*?)```.*?```text\n(.*?)```").FindAllStringSubmatch(string(guide), -1)
	if len(programs) == 0 {
		t.Fatal("there are no programs in the guide")
	}
	for _, p := range programs {
		name, _, _ := strings.Cut(p[2], "\n")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := startManaged(t)
			local := strings.NewReplacer("localhost:5672", m.Addr, "http://localhost:15672", m.base)
			if got := program(t, m.Broker, nil, python, "-c", local.Replace(p[1])); got != p[2] {
				t.Errorf("it prints\n%s\nand not\n%s", got, p[2])
			}
		})
	}
}

// TestLeaseOverHTTP: somebody gives the holder of a message more time.
func TestLeaseOverHTTP(t *testing.T) {
	t.Parallel()
	m := startManaged(t)
	ch, err := reach(m.URL())
	m.must(err)
	_, err = ch.QueueDeclare("jobs", true, false, false, false, amqp.Table{"x-lease-timeout": 700})
	m.must(err)
	m.must(ch.PublishWithContext(t.Context(), "", "jobs", false, false, amqp.Publishing{Body: []byte("job")}))
	held, ok, err := ch.Get("jobs", false)
	if err != nil || !ok {
		t.Fatalf("got %v, %v", ok, err)
	}
	const lease = "/api/x/queues/%2F/jobs/unacked/1/lease"
	if status, body := m.send("PUT", lease, []byte(`{"ms": 1500}`)); status != http.StatusNoContent {
		t.Fatalf("extended: %d %s", status, body)
	}
	var page struct {
		Messages []struct {
			LeaseEnds int64 `json:"lease_ends"`
		} `json:"messages"`
	}
	m.get("/api/x/queues/%2F/jobs/messages?state=unacked", &page)
	if left := page.Messages[0].LeaseEnds - time.Now().UnixMilli(); left < 1000 || left > 1500 {
		t.Errorf("it ends in %d ms", left)
	}
	time.Sleep(time.Second)
	if _, ok, _ := ch.Get("jobs", true); ok {
		t.Error("somebody else gets it before its time")
	}
	time.Sleep(time.Second)
	if d, ok, _ := ch.Get("jobs", true); !ok || !d.Redelivered {
		t.Errorf("it is not back: %v", ok)
	}
	m.must(held.Ack(false))
	if status, _ := m.send("PUT", lease, []byte(`{}`)); status != http.StatusNotFound {
		t.Errorf("extended in vain: %d", status)
	}
}
