package mgmt_test

import (
	"bufio"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/logbook"
	"github.com/hutchmq/hutchmq/mgmt"
)

// sent is a server-sent event.
type sent struct {
	id, kind, topic string
	status          int
	data            map[string]any
}

// listener reads the events of one stream.
type listener struct {
	t      *testing.T
	events chan sent
	close  func()
}

// listen opens a stream, or tells the status it was refused with.
func listen(t *testing.T, url, user, topics, last string) (*listener, int) {
	t.Helper()
	r, err := http.NewRequest("GET", url+"/api/x/events?topics="+topics, nil)
	if err != nil {
		t.Fatal(err)
	}
	name, password, _ := strings.Cut(user, ":")
	r.SetBasicAuth(name, password)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	l := &listener{t: t, events: make(chan sent, 100), close: func() { got.Body.Close() }}
	t.Cleanup(l.close)
	go func() {
		defer close(l.events)
		var e sent
		for s := bufio.NewScanner(got.Body); s.Scan(); {
			key, value, _ := strings.Cut(s.Text(), ": ")
			switch key {
			case "id":
				e.id = value
			case "event":
				e.kind = value
			case "data":
				var d struct {
					Topic  string
					Status int
					Data   map[string]any
				}
				json.Unmarshal([]byte(value), &d) // what is no object has no keys to look at
				e.topic, e.status, e.data = d.Topic, d.Status, d.Data
			case "":
				if e.kind != "" {
					l.events <- e
				}
				e = sent{}
			}
		}
	}()
	return l, got.StatusCode
}

// next is the next event of a kind.
func (l *listener) next(kind string) sent {
	l.t.Helper()
	for end := time.After(5 * time.Second); ; {
		select {
		case e, ok := <-l.events:
			if !ok {
				l.t.Fatalf("the stream ended, no %s", kind)
			}
			if e.kind == kind {
				return e
			}
		case <-end:
			l.t.Fatalf("no %s", kind)
		}
	}
}

// ends waits for the end of the stream.
func (l *listener) ends() {
	l.t.Helper()
	for end := time.After(5 * time.Second); ; {
		select {
		case _, ok := <-l.events:
			if !ok {
				return
			}
		case <-end:
			l.t.Fatal("the stream goes on")
		}
	}
}

func serve(t *testing.T, h http.Handler) string {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// TestEvents: what is watched comes when it changes, what happens with an id.
func TestEvents(t *testing.T) {
	n := newNode(t)
	book := logbook.New(slog.LevelInfo)
	url := serve(t, mgmt.New(n.broker, "rabbit@here", mgmt.WithLog(book)))
	n.send("PUT", "/api/queues/%2F/q", "guest:guest", "{}")
	l, status := listen(t, url, "guest:guest", "queue:/:q,queues:%252F,changes,audit,log,connections,alarms", "")
	if status != 200 {
		t.Fatalf("status %d", status)
	}
	if e := l.next("queue"); e.topic != "queue:/:q" || e.data["name"] != "q" {
		t.Errorf("queue %+v", e)
	}
	changed, _ := l.next("queues").data["changed"].([]any)
	if len(changed) != 1 || changed[0].(map[string]any)["name"] != "q" {
		t.Errorf("queues %v", changed)
	}
	n.send("POST", "/api/exchanges/%2F/amq.default/publish", "guest:guest", `{"routing_key":"q","properties":{},"payload":"","payload_encoding":"string"}`)
	if changed, _ = l.next("queues").data["changed"].([]any); len(changed) != 1 || changed[0].(map[string]any)["messages_ready"] != 1.0 {
		t.Errorf("queues %v", changed)
	}
	slog.New(book.Keep(slog.NewTextHandler(io.Discard, nil))).Info("a line")
	if e := l.next("log"); e.data["message"] != "a line" || e.data["level"] != "info" || e.id == "" {
		t.Errorf("log %+v", e)
	}
	n.send("DELETE", "/api/queues/%2F/q", "guest:guest", "")
	e := l.next("changes")
	if e.data["event"] != "queue.deleted" || e.data["name"] != "q" || e.data["vhost"] != "/" || e.id == "" {
		t.Errorf("changes %+v", e)
	}
	if a := l.next("audit"); a.data["action"] != "queue.deleted" || a.data["user"] != "guest" {
		t.Errorf("audit %+v", a)
	}
	n.broker.SetMemoryWatermark(broker.Watermark{Bytes: 1})
	if a := l.next("alarms"); a.data["event"] != "alarm.set" || a.data["source"] != "memory" {
		t.Errorf("alarms %+v", a)
	}
	l.close()
}

// TestEventsGoOn: who comes back gets what was missed, or is told that it is no
// longer known.
func TestEventsGoOn(t *testing.T) {
	n := newNode(t)
	url := serve(t, n)
	l, _ := listen(t, url, "guest:guest", "changes", "")
	n.broker.CreateVhost("one")
	n.broker.CreateVhost("two")
	first := l.next("changes")
	l.close()
	l, _ = listen(t, url, "guest:guest", "changes", first.id)
	if e := l.next("changes"); e.data["name"] != "two" {
		t.Errorf("goes on with %+v", e)
	}
	l.close()
	for _, id := range []string{"other-1", first.id + "0000", "nonsense"} {
		l, _ = listen(t, url, "guest:guest", "changes", id)
		l.next("gap")
		l.close()
	}
}

// TestEventsOfOthers: a user hears of the vhosts it may look into and of its own
// connections, and of nothing once it is gone.
func TestEventsOfOthers(t *testing.T) {
	n := newNode(t)
	url := serve(t, n)
	n.broker.PutUser("bob", "b", "management")
	n.broker.CreateVhost("shop")
	n.broker.SetPermission("bob", "shop", auth.Permission{Read: ".*"})
	l, _ := listen(t, url, "bob:b", "changes,connections,queues", "")
	for _, vhost := range []string{"%2F", "shop"} {
		n.broker.SetPermission("guest", "shop", auth.Permission{Configure: ".*", Write: ".*", Read: ".*"})
		n.send("PUT", "/api/queues/"+vhost+"/q", "guest:guest", "{}")
	}
	if e := l.next("changes"); e.data["vhost"] != "shop" || e.data["event"] != "queue.created" {
		t.Errorf("changes %+v", e)
	}
	if changed, _ := l.next("queues").data["changed"].([]any); len(changed) != 1 {
		t.Errorf("queues %+v", changed)
	}
	for _, user := range []string{"guest", "bob"} {
		c, err := n.broker.Connect(n.broker.User(user), map[string]string{"guest": "/", "bob": "shop"}[user], broker.Client{
			Name: user, Properties: amqp.Table{"a": "b"}, Channels: func() int { return 0 },
		})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	if e := l.next("connections"); e.data["user"] != "bob" || e.data["client_properties"] != nil {
		t.Errorf("connections %+v", e)
	}
	n.broker.DeleteUser("bob")
	l.ends()
}

// TestStreamsAreBounded: so many of one user, and room again when one ends; all
// end with the broker.
func TestStreamsAreBounded(t *testing.T) {
	n := newNode(t)
	url := serve(t, n)
	var open []*listener
	for range 20 {
		l, status := listen(t, url, "guest:guest", "alarms", "")
		if status != 200 {
			t.Fatalf("status %d", status)
		}
		open = append(open, l)
	}
	if l, status := listen(t, url, "guest:guest", "alarms", ""); status != 429 {
		t.Errorf("one too many: status %d", status)
	} else {
		l.close()
	}
	open[0].close()
	status := 0
	for end := time.Now().Add(5 * time.Second); status != 200 && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		var l *listener
		l, status = listen(t, url, "guest:guest", "alarms", "")
		open = append(open, l)
	}
	if status != 200 {
		t.Errorf("no room: status %d", status)
	}
	n.broker.Close()
	for _, l := range open[1:] {
		l.ends()
	}
}

// TestEventsHead: who only looks gets no stream.
func TestEventsHead(t *testing.T) {
	n := newNode(t)
	w := n.ask("HEAD", "/api/x/events?topics=alarms", "guest:guest")
	if w.Code != 200 || w.Header().Get("Content-Type") != "text/event-stream" || w.Body.Len() != 0 {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}

// stuck is a client that takes nothing.
type stuck struct{ *httptest.ResponseRecorder }

// Write implements http.ResponseWriter.
func (stuck) Write([]byte) (int, error) { return 0, os.ErrDeadlineExceeded }

// TestSlowReadersAreDropped: a stream ends when it cannot be written to, and
// makes room for another.
func TestSlowReadersAreDropped(t *testing.T) {
	n := newNode(t)
	for range 30 {
		r := httptest.NewRequest("GET", "/api/x/events?topics=alarms", nil)
		r.SetBasicAuth("guest", "guest")
		w := stuck{httptest.NewRecorder()}
		n.ServeHTTP(w, r)
		if w.Code != 200 {
			t.Fatalf("status %d", w.Code)
		}
	}
}
