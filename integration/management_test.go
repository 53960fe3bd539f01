package integration

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// management is the API of a broker.
type management struct {
	*Broker
	t    testing.TB
	base string // http://127.0.0.1:15672
}

// startManaged starts a broker with its management API, and settings.
func startManaged(t testing.TB, settings ...string) management {
	t.Helper()
	addr := freeAddr(t)
	b := Start(t, hutchmq, append(settings, "--management="+addr)...)
	m := management{b, t, "http://" + addr}
	deadline := time.Now().Add(startTimeout)
	for {
		status, _, err := m.try("/readyz")
		if err == nil && status == http.StatusOK {
			return m
		}
		if time.Now().After(deadline) {
			t.Fatalf("the management API is not ready: %d %v", status, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// try asks for a path; header are pairs.
func (m management) try(path string, header ...string) (status int, body []byte, err error) {
	r, err := http.NewRequest("GET", m.base+path, nil)
	if err != nil {
		return 0, nil, err
	}
	r.SetBasicAuth("guest", "guest")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	body, err = io.ReadAll(answer.Body)
	return answer.StatusCode, body, err
}

// get asks for a path, which must be there, and decodes the answer into v.
func (m management) get(path string, v any, header ...string) {
	m.t.Helper()
	status, body, err := m.try(path, header...)
	if err != nil || status != http.StatusOK {
		m.t.Fatalf("GET %s: %d %s %v", path, status, body, err)
	}
	if err := json.Unmarshal(body, v); err != nil {
		m.t.Fatalf("GET %s: %v: %s", path, err, body)
	}
}

// put sends a PUT, which must succeed.
func (m management) put(path, body string) {
	m.t.Helper()
	r, err := http.NewRequest("PUT", m.base+path, strings.NewReader(body))
	m.must(err)
	r.SetBasicAuth("guest", "guest")
	answer, err := http.DefaultClient.Do(r)
	m.must(err)
	answer.Body.Close()
	if answer.StatusCode >= 300 {
		m.t.Fatalf("PUT %s: %s", path, answer.Status)
	}
}

// traffic is a small load: orders flow through a topic exchange to a consumer,
// and some to nobody; a queue is emptied by basic.get, and beyond.
type traffic struct {
	publisher, consumer *amqp.Connection
	publish             *amqp.Channel
}

const payload = "an order"

func (m management) load() *traffic {
	m.t.Helper()
	dial := func(name string) (*amqp.Connection, *amqp.Channel) {
		c, err := amqp.DialConfig(m.URL(), amqp.Config{Properties: amqp.Table{"connection_name": name, "capabilities": amqp.Table{"basic.nack": true}}})
		m.must(err)
		m.t.Cleanup(func() { c.Close() })
		ch, err := c.Channel()
		m.must(err)
		return c, ch
	}
	var f traffic
	var consume *amqp.Channel
	f.publisher, f.publish = dial("orders-svc")
	f.consumer, consume = dial("orders-worker")
	m.must(f.publish.ExchangeDeclare("orders", "topic", true, false, false, false, nil))
	for _, q := range []string{"orders.eu", "idle"} {
		_, err := f.publish.QueueDeclare(q, true, false, false, false, amqp.Table{"x-max-length": 100_000})
		m.must(err)
	}
	m.must(f.publish.QueueBind("orders.eu", "orders.eu.#", "orders", false, nil))
	m.must(f.publish.Confirm(false))
	m.must(consume.Qos(20, 0, false))
	deliveries, err := consume.Consume("orders.eu", "worker", false, false, false, false, amqp.Table{"x-note": "hi"})
	m.must(err)
	go func() {
		for d := range deliveries {
			d.Ack(false)
		}
	}()
	return &f
}

// burst publishes n orders, and fetches as many.
func (m management) burst(f *traffic, n int) {
	m.t.Helper()
	for range n {
		for _, key := range []string{"orders.eu.1", "elsewhere"} {
			m.must(f.publish.Publish("orders", key, key == "elsewhere", false, amqp.Publishing{Body: []byte(payload), DeliveryMode: amqp.Persistent}))
		}
		m.must(f.publish.Publish("", "idle", false, false, amqp.Publishing{Body: []byte(payload)}))
		_, _, err := f.publish.Get("idle", true)
		m.must(err)
	}
	_, _, err := f.publish.Get("idle", true)
	m.must(err)
}

func (m management) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// fill puts the names of this broker's things into a path.
func (m management) fill(path string) string {
	if !strings.Contains(path, "{") {
		return path
	}
	var channels []struct {
		Name       string `json:"name"`
		Node       string `json:"node"`
		Confirm    bool   `json:"confirm"`
		Connection struct {
			Name string `json:"name"`
		} `json:"connection_details"`
	}
	m.get("/api/channels", &channels)
	for _, c := range channels {
		if c.Confirm {
			return strings.NewReplacer("{node}", url.PathEscape(c.Node), "{connection}", url.PathEscape(c.Connection.Name),
				"{channel}", url.PathEscape(c.Name)).Replace(path)
		}
	}
	m.t.Fatal("no channel that publishes")
	return ""
}
