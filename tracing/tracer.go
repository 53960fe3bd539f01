// Package tracing sends spans to a collector by OTLP over HTTP, in JSON. It
// knows how a trace is named in the headers of a message, and nothing of
// exchanges, queues or sockets.
package tracing

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

// Bounds of what waits, and of what a collector may take or say.
const (
	maxWaiting    = 8192 // spans
	maxBatch      = 512  // spans
	sendEvery     = time.Second
	sendTimeout   = 5 * time.Second
	closeTimeout  = 2 * time.Second
	maxReplyBytes = 64 << 10
)

// Options are where spans go, and who they are from.
type Options struct {
	Endpoint      string  // http://host:4318/v1/traces
	Sample        float64 // of the traces that are sampled, the part that gets spans here
	Node, Version string
	Log           *slog.Logger
}

// Tracer takes spans and sends them, in a goroutine of its own. Its methods may
// be called concurrently.
type Tracer struct {
	o       Options
	shown   string // the endpoint without a password
	client  http.Client
	waiting chan Span
	below   atomic.Uint64 // traces whose last half is not above are chosen
	dropped atomic.Uint64
	stop    context.CancelFunc
	done    chan struct{}
}

// New makes a Tracer, which whoever made it closes.
func New(o Options) (*Tracer, error) {
	u, err := url.Parse(o.Endpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("want a URL such as http://localhost:4318/v1/traces, got '%s'", o.Endpoint)
	}
	ctx, stop := context.WithCancel(context.Background())
	t := &Tracer{o: o, shown: u.Redacted(), waiting: make(chan Span, maxWaiting), stop: stop, done: make(chan struct{})}
	t.client.Timeout = sendTimeout
	t.SetSample(o.Sample)
	go t.run(ctx)
	return t, nil
}

// SetSample changes the part of traces that get spans, from 0 to 1.
func (t *Tracer) SetSample(part float64) {
	t.below.Store(uint64(min(part*math.MaxUint64, math.MaxUint64-2048)))
	if part >= 1 {
		t.below.Store(math.MaxUint64)
	}
}

// Chosen reports whether a trace gets spans: everybody who goes by its number
// chooses alike, so that a trace is there as a whole.
func (t *Tracer) Chosen(c *Context) bool {
	below := t.below.Load()
	return below > 0 && binary.BigEndian.Uint64(c.Trace[8:]) <= below
}

// Add has a span sent, in a while. It never waits: when too many do, the span
// is dropped.
func (t *Tracer) Add(s Span) {
	select {
	case t.waiting <- s:
	default:
		t.dropped.Add(1)
	}
}

// Dropped counts spans that were not sent: too many waited, or the collector did
// not take them.
func (t *Tracer) Dropped() uint64 { return t.dropped.Load() }

// Close sends what waits, as far as that is quick, and ends. Spans that are
// added afterwards are lost.
func (t *Tracer) Close() {
	t.stop()
	<-t.done
}

// run sends what has gathered, until ctx ends.
func (t *Tracer) run(ctx context.Context) {
	defer close(t.done)
	tick := time.NewTicker(sendEvery)
	defer tick.Stop()
	batch := make([]Span, 0, maxBatch)
	for {
		select {
		case <-ctx.Done():
			t.finish(batch)
			return
		case s := <-t.waiting:
			if batch = append(batch, s); len(batch) < maxBatch {
				continue
			}
		case <-tick.C:
		}
		t.send(ctx, batch)
		clear(batch)
		batch = batch[:0]
	}
}

// finish sends the rest within closeTimeout.
func (t *Tracer) finish(batch []Span) {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	for {
		select {
		case s := <-t.waiting:
			if batch = append(batch, s); len(batch) < maxBatch {
				continue
			}
		default:
			t.send(ctx, batch)
			return
		}
		t.send(ctx, batch)
		batch = batch[:0]
	}
}

// send sends a batch once: what a collector does not take now is lost, and
// counted.
func (t *Tracer) send(ctx context.Context, batch []Span) {
	if len(batch) == 0 {
		return
	}
	if err := t.post(ctx, batch); err != nil {
		t.dropped.Add(uint64(len(batch)))
		t.o.Log.Warn("spans are lost", "endpoint", t.shown, "spans", len(batch), "dropped", t.dropped.Load(), "error", err)
	}
}

func (t *Tracer) post(ctx context.Context, batch []Span) error {
	body, err := json.Marshal(t.request(batch))
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.o.Endpoint, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := t.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, io.LimitReader(resp.Body, maxReplyBytes)) // so that the connection is used again
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("the collector answers %s", resp.Status)
	}
	return nil
}

func (t *Tracer) request(batch []Span) request {
	return request{[1]resourceSpans{{
		Resource: resource{[]Attribute{
			{Key: "service.name", Text: "hutchmq"},
			{Key: "service.version", Text: t.o.Version},
			{Key: "service.instance.id", Text: t.o.Node},
		}},
		ScopeSpans: [1]scopeSpans{{Scope: scope{"github.com/hutchmq/hutchmq/tracing", t.o.Version}, Spans: batch}},
	}}}
}
