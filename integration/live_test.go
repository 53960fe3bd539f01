package integration

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// answers are what a stream tells of the paths of GETs.
func (m management) answers(paths ...string) <-chan answered {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), 20*time.Second)
	m.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, "GET", m.base+"/api/x/events?"+url.Values{"get": paths}.Encode(), nil)
	if err != nil {
		m.t.Fatal(err)
	}
	r.SetBasicAuth("guest", "guest")
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		m.t.Fatal(err)
	}
	if got.StatusCode != http.StatusOK {
		m.t.Fatalf("status %d", got.StatusCode)
	}
	m.t.Cleanup(func() { got.Body.Close() })
	list := make(chan answered, 100)
	go func() {
		defer close(list)
		for s := bufio.NewScanner(got.Body); s.Scan(); {
			text, ok := strings.CutPrefix(s.Text(), "data: ")
			var a answered
			if ok && json.Unmarshal([]byte(text), &a) == nil {
				list <- a
			}
		}
	}()
	return list
}

// answered is what a GET of Topic would answer.
type answered struct {
	Topic  string
	Status int
	Data   map[string]any
}

// TestStreamedAnswers: what AMQP clients do is seen by who listens to a path, as
// GET shows it: that a queue is there, what is in it, that it is gone.
func TestStreamedAnswers(t *testing.T) {
	m := startManaged(t)
	list, one := "queues/%2F?page=1&name=live&columns=name,messages", "queues/%2F/live"
	told := m.answers(list, one)
	until := func(what string, holds func(a answered) bool) {
		t.Helper()
		for a := range told {
			if holds(a) {
				return
			}
		}
		t.Fatalf("nobody tells that %s", what)
	}
	messages := func(n float64) func(a answered) bool {
		return func(a answered) bool { return a.Topic == one && a.Data["messages_ready"] == n }
	}
	until("the queue is not there", func(a answered) bool { return a.Topic == one && a.Status == http.StatusNotFound })
	conn, err := amqp.Dial(m.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	ch, err := conn.Channel()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ch.QueueDeclare("live", true, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	until("the list has grown", func(a answered) bool { return a.Topic == list && a.Data["filtered_count"] == 1.0 })
	for range 3 {
		if err := ch.Publish("", "live", false, false, amqp.Publishing{Body: []byte("x")}); err != nil {
			t.Fatal(err)
		}
	}
	until("three messages are ready", messages(3))
	if _, _, err := ch.Get("live", true); err != nil {
		t.Fatal(err)
	}
	until("two messages are ready", messages(2))
	if _, err := ch.QueueDelete("live", false, false, false); err != nil {
		t.Fatal(err)
	}
	until("the queue is gone", func(a answered) bool { return a.Topic == one && a.Status == http.StatusNotFound })
}
