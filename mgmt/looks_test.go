package mgmt_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/mgmt"
)

// gets are topics that are the paths of GETs.
func gets(paths ...string) string { return "&get=" + strings.Join(escaped(paths), "&get=") }

func escaped(paths []string) (list []string) {
	for _, p := range paths {
		list = append(list, url.QueryEscape(p))
	}
	return list
}

// TestGetTopics: what a GET answers comes as it is, when it has changed, and at
// once when something was created.
func TestGetTopics(t *testing.T) {
	n := newNode(t)
	l, status := listen(t, serve(t, n), "guest:guest", gets("queues/%2F?page=1&columns=name&name=q", "queues/%2F/q.1"), "")
	if status != 200 {
		t.Fatalf("status %d", status)
	}
	list := l.next("get")
	if list.topic != "queues/%2F?page=1&columns=name&name=q" || list.status != 0 || list.data["filtered_count"] != 0.0 {
		t.Errorf("list %+v", list)
	}
	if e := l.next("get"); e.topic != "queues/%2F/q.1" || e.status != 404 || e.data["reason"] != "Not Found" {
		t.Errorf("a queue that is not there: %+v", e)
	}
	for i := range 3 {
		began := time.Now()
		n.send("PUT", fmt.Sprintf("/api/queues/%%2F/q.%d", i), "guest:guest", "{}")
		for {
			e := l.next("get")
			if e.data["filtered_count"] == float64(i+1) {
				break
			}
			if e.topic == list.topic {
				t.Errorf("nothing has changed, and it came again: %+v", e)
			}
		}
		if took := time.Since(began); took > 900*time.Millisecond {
			t.Errorf("queue %d is seen after %v", i, took)
		}
	}
}

// TestGetTopicsRefuse: what a GET refuses is told once, as it refuses it; what
// would never end or never fit is no topic.
func TestGetTopicsRefuse(t *testing.T) {
	n := newNode(t)
	n.broker.PutUser("bob", "b", "management")
	n.broker.SetPermission("bob", "/", auth.Permission{Read: ".*"})
	for i := range 1000 {
		n.send("PUT", fmt.Sprintf("/api/queues/%%2F/%s%d", strings.Repeat("q", 240), i), "guest:guest", "{}")
	}
	for _, c := range []struct {
		path   string
		status int
	}{
		{"nodes", 401}, {"users", 401}, {"x/log", 401}, {"queues?page=9&page_size=400", 400}, {"nowhere", 404}, {"../livez", 404},
		{"/x/events?topics=alarms", 400}, {"x//events?get=x", 404}, {"x/%65vents?topics=alarms", 404}, {"queues", 413}, {"whoami", 0}, {"%zz", 400},
	} {
		l, status := listen(t, serve(t, n), "bob:b", gets(c.path), "")
		if status != 200 {
			t.Fatalf("%s: status %d", c.path, status)
		}
		if e := l.next("get"); e.topic != c.path || e.status != c.status {
			t.Errorf("%s: %+v, want %d", c.path, e, c.status)
		}
		l.close()
	}
	for _, topics := range []string{"", "&get=", gets(strings.Repeat("x", 5000)), strings.Repeat(gets("nodes"), 33)} {
		if _, status := listen(t, serve(t, n), "bob:b", topics, ""); status != 400 {
			t.Errorf("%.40s: status %d", topics, status)
		}
	}
}

// TestStreamsAreCompressed: for who reads that, each event by itself.
func TestStreamsAreCompressed(t *testing.T) {
	n := newNode(t)
	r, err := http.NewRequest("GET", serve(t, n)+"/api/x/events?"+gets("overview?lengths_age=60&lengths_incr=1&msg_rates_age=60&msg_rates_incr=1"), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("guest", "guest")
	r.Header.Set("Accept-Encoding", "gzip")
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if got.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("header %v", got.Header)
	}
	packed := &counted{r: got.Body}
	z, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	for b := make([]byte, 4096); bytes.Count(text.Bytes(), []byte("event: get")) < 2; {
		m, err := z.Read(b)
		text.Write(b[:m])
		if err != nil {
			t.Fatal(err)
		}
	}
	if 3*packed.n > text.Len() {
		t.Errorf("%d bytes for %d", packed.n, text.Len())
	}
}

// counted counts what is read.
type counted struct {
	r interface{ Read([]byte) (int, error) }
	n int
}

// Read implements io.Reader.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

// TestQueueMarksAreHeard: to pause and to protect a queue are changes.
func TestQueueMarksAreHeard(t *testing.T) {
	n := newNode(t)
	l, _ := listen(t, serve(t, n), "guest:guest", "changes", "")
	n.send("PUT", "/api/queues/%2F/q", "guest:guest", "{}")
	n.send("PUT", "/api/queues/%2F/q/pause", "guest:guest", "")
	n.send("PUT", "/api/queues/%2F/q/resume", "guest:guest", "")
	n.send("POST", "/api/queues/%2F/q/deletion/protection", "guest:guest", "")
	n.send("DELETE", "/api/queues/%2F/q/deletion/protection", "guest:guest", "")
	l.next("changes")
	for _, event := range []string{"queue.paused", "queue.resumed", "queue.protected", "queue.unprotected"} {
		if e := l.next("changes"); e.data["event"] != event || e.data["name"] != "q" || e.data["vhost"] != "/" || e.data["user_who_performed_action"] != "guest" {
			t.Errorf("want %s, got %+v", event, e)
		}
	}
}

// TestPublishLimit: a message is as large as one over AMQP may be, and no larger.
func TestPublishLimit(t *testing.T) {
	n := newNode(t)
	n.Handler = mgmt.New(n.broker, "rabbit@here", mgmt.WithMaxMessageSize(5))
	for _, c := range []struct {
		payload, encoding string
		status            int
	}{{"12345", "string", 200}, {"123456", "string", 400}, {"MTIzNDU=", "base64", 200}, {"MTIzNDU2", "base64", 400}} {
		w := n.send("POST", "/api/exchanges/%2F/amq.default/publish", "guest:guest",
			fmt.Sprintf(`{"routing_key":"q","properties":{},"payload":%q,"payload_encoding":%q}`, c.payload, c.encoding))
		if w.Code != c.status || c.status == 400 && !strings.Contains(w.Body.String(), "message size 6 is larger than configured max size 5") {
			t.Errorf("%s: %d %s", c.payload, w.Code, w.Body)
		}
	}
}
