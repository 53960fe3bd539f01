package tracing

import (
	"encoding/json"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// collector takes what a Tracer sends.
type collector struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []string
	status int
}

func newCollector(t *testing.T) *collector {
	c := &collector{status: http.StatusOK}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		c.mu.Lock()
		defer c.mu.Unlock()
		if r.Method == http.MethodPost && r.Header.Get("Content-Type") == "application/json" && r.URL.Path == "/v1/traces" {
			c.bodies = append(c.bodies, string(body))
		}
		w.WriteHeader(c.status)
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *collector) tracer(t *testing.T) *Tracer {
	t.Helper()
	tr, err := New(Options{
		Endpoint: c.URL + "/v1/traces", Sample: 1, Node: "rabbit@test", Version: "1.2.3", Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

const wire = `{"resourceSpans":[{"resource":{"attributes":[` +
	`{"key":"service.name","value":{"stringValue":"hutchmq"}},` +
	`{"key":"service.version","value":{"stringValue":"1.2.3"}},` +
	`{"key":"service.instance.id","value":{"stringValue":"rabbit@test"}}]},` +
	`"scopeSpans":[{"scope":{"name":"github.com/hutchmq/hutchmq/tracing","version":"1.2.3"},"spans":[` +
	`{"traceId":"` + trace + `","spanId":"0102030405060708","parentSpanId":"` + parent + `","traceState":"a=b","flags":1,` +
	`"name":"publish orders","kind":5,"startTimeUnixNano":"1000000000","endTimeUnixNano":"1000000500",` +
	`"attributes":[{"key":"k","value":{"stringValue":"v"}},{"key":"n","value":{"intValue":"7"}}]}]}]}]}`

// TestWire: what a collector gets, byte for byte.
func TestWire(t *testing.T) {
	c := newCollector(t)
	tr := c.tracer(t)
	at, _ := Parse(whole, "a=b")
	tr.Add(Span{
		Context: at, ID: SpanID{1, 2, 3, 4, 5, 6, 7, 8}, Name: "publish orders", Kind: Consumer,
		Began: time.Unix(1, 0), Ended: time.Unix(1, 500), Attributes: []Attribute{{Key: "k", Text: "v"}, {Key: "n", Number: 7}},
	})
	tr.Close()
	if len(c.bodies) != 1 || c.bodies[0] != wire || tr.Dropped() != 0 {
		t.Errorf("%d dropped, got\n%s\nwant\n%s", tr.Dropped(), c.bodies, wire)
	}
}

// TestBatches: nothing is lost on the way, and it goes in batches.
func TestBatches(t *testing.T) {
	c := newCollector(t)
	tr := c.tracer(t)
	const n = 2*maxBatch + 10
	for range n {
		tr.Add(Span{Name: "x"})
	}
	tr.Close()
	sent := 0
	for _, body := range c.bodies {
		var r struct {
			ResourceSpans []struct {
				ScopeSpans []struct{ Spans []json.RawMessage }
			}
		}
		if err := json.Unmarshal([]byte(body), &r); err != nil {
			t.Fatal(err)
		}
		one := len(r.ResourceSpans[0].ScopeSpans[0].Spans)
		if one > maxBatch {
			t.Errorf("a batch of %d", one)
		}
		sent += one
	}
	if sent != n {
		t.Errorf("%d spans of %d", sent, n)
	}
}

// TestDropped: a collector that refuses, is away or is slow costs spans, and
// never the time of who adds them.
func TestDropped(t *testing.T) {
	c := newCollector(t)
	c.status = http.StatusServiceUnavailable
	tr := c.tracer(t)
	tr.Add(Span{Name: "x"})
	tr.Close()
	if tr.Dropped() != 1 {
		t.Errorf("%d dropped by a collector that refuses", tr.Dropped())
	}
	tr = c.tracer(t)
	c.Close()
	tr.Add(Span{Name: "x"})
	tr.Close()
	if tr.Dropped() != 1 {
		t.Errorf("%d dropped by a collector that is away", tr.Dropped())
	}
	full := &Tracer{waiting: make(chan Span, 3)}
	for range 10 {
		full.Add(Span{})
	}
	if full.Dropped() != 7 || len(full.waiting) != 3 {
		t.Errorf("%d dropped, %d wait", full.Dropped(), len(full.waiting))
	}
}

// TestSample: about that part of traces is chosen, and a trace always or never.
func TestSample(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	for _, part := range []float64{0, 0.1, 0.5, 1} {
		var tr Tracer
		tr.SetSample(part)
		chosen := 0
		for range 10_000 {
			var c Context
			for i := range c.Trace {
				c.Trace[i] = byte(r.Uint32())
			}
			if tr.Chosen(&c) {
				chosen++
			}
			if tr.Chosen(&c) != tr.Chosen(&c) {
				t.Error("a trace is chosen and not")
			}
		}
		if got := float64(chosen) / 10_000; got < part-0.03 || got > part+0.03 || part == 1 && got != 1 {
			t.Errorf("seed %d: %v of the traces, want %v", seed, got, part)
		}
	}
}

func TestEndpoint(t *testing.T) {
	for _, bad := range []string{"", "localhost:4318", "ftp://x/", "http://", "http://a b/"} {
		if tr, err := New(Options{Endpoint: bad}); err == nil {
			tr.Close()
			t.Errorf("%q is an endpoint", bad)
		}
	}
}
