package server

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/tracing"
)

const (
	traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
	sampled = "00-" + traceID + "-00f067aa0ba902b7-01"
)

// sentSpan is a span as a collector reads it.
type sentSpan struct {
	TraceID, SpanID, ParentSpanID, TraceState, Name string
	StartTimeUnixNano, EndTimeUnixNano              string
	Attributes                                      []struct {
		Key   string
		Value struct{ StringValue, IntValue string }
	}
}

func (s *sentSpan) attribute(key string) string {
	for _, a := range s.Attributes {
		if a.Key == key {
			return a.Value.StringValue + a.Value.IntValue
		}
	}
	return ""
}

// spansOf runs use against a node that traces, and gives what its collector got,
// by name.
func spansOf(t *testing.T, use func(n *node)) map[string]sentSpan {
	t.Helper()
	var mu sync.Mutex
	spans := map[string]sentSpan{}
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var sent struct {
			ResourceSpans []struct{ ScopeSpans []struct{ Spans []sentSpan } }
		}
		if err := json.Unmarshal(body, &sent); err != nil {
			t.Error(err)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		for _, s := range sent.ResourceSpans[0].ScopeSpans[0].Spans {
			if _, twice := spans[s.Name]; twice {
				t.Errorf("%s twice", s.Name)
			}
			spans[s.Name] = s
		}
	}))
	defer collector.Close()
	tracer, err := tracing.New(tracing.Options{Endpoint: collector.URL, Sample: 1, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	o := testOptions()
	o.Tracer = tracer
	use(newNode(t, o))
	tracer.Close()
	mu.Lock()
	defer mu.Unlock()
	return spans
}

// TestSpans: a sampled message has spans from its publish to its end, each below
// the right one, and its header goes on as it came; others have none.
func TestSpans(t *testing.T) {
	header := encode(t, 1, `basic.publish exchange=amq.topic routing_key=orders.eu | headers={traceparent:"`+sampled+`", tracestate:"a=b"} "x"`)
	spans := spansOf(t, func(n *node) {
		nc, r := n.login(t)
		defer nc.Close()
		go func() {
			nc.Write(encode(t, 1, `queue.declare queue=q ; queue.bind queue=q exchange=amq.topic routing_key=orders.# ; basic.consume queue=q`))
			nc.Write(header)
			nc.Write(encode(t, 1, `basic.publish exchange=amq.fanout | headers={traceparent:"00-`+traceID+`-00f067aa0ba902b7-00"} "not sampled"`))
			nc.Write(encode(t, 1, `basic.publish exchange=amq.direct | "not traced"`))
		}()
		for delivered := false; !delivered; {
			f, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			if delivered = f.Type == amqp.FrameHeader; delivered && !bytes.Contains(header, f.Payload) {
				t.Errorf("the header came as %q", f.Payload)
			}
		}
		time.Sleep(5 * time.Millisecond)
		nc.Write(encode(t, 1, `basic.reject delivery_tag=1 ; channel.close`))
		for {
			f, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			if id, _ := amqp.MethodIDOf(f.Payload); f.Type == amqp.FrameMethod && id == amqp.ChannelCloseOkID {
				return
			}
		}
	})
	publish, route, deliver, settle := spans["publish amq.topic"], spans["route amq.topic"], spans["deliver q"], spans["settle q"]
	if len(spans) != 4 || publish.ParentSpanID != "00f067aa0ba902b7" || deliver.ParentSpanID != "00f067aa0ba902b7" ||
		route.ParentSpanID != publish.SpanID || settle.ParentSpanID != deliver.SpanID || deliver.SpanID == publish.SpanID {
		t.Fatalf("%+v", spans)
	}
	for name, s := range spans {
		if s.TraceID != traceID || s.TraceState != "a=b" || s.StartTimeUnixNano > s.EndTimeUnixNano {
			t.Errorf("%s: %+v", name, s)
		}
	}
	for _, tt := range []struct {
		s         sentSpan
		key, want string
	}{
		{publish, "messaging.rabbitmq.destination.routing_key", "orders.eu"}, {publish, "messaging.message.body.size", "1"},
		{publish, "hutchmq.vhost", "/"}, {route, "hutchmq.queues", "1"}, {settle, "hutchmq.outcome", "reject"},
		{deliver, "messaging.destination.name", "q"},
	} {
		if got := tt.s.attribute(tt.key); got != tt.want {
			t.Errorf("%s: %s is %q, want %q", tt.s.Name, tt.key, got, tt.want)
		}
	}
	if settle.StartTimeUnixNano >= settle.EndTimeUnixNano {
		t.Errorf("settling took no time: %+v", settle)
	}
}

// TestSpansElsewhere: basic.get, and a transaction, are traced as well.
func TestSpansElsewhere(t *testing.T) {
	spans := spansOf(t, func(n *node) {
		nc, r := n.login(t)
		defer nc.Close()
		go nc.Write(encode(t, 1, `queue.declare queue=q ; tx.select ; basic.publish routing_key=q | headers={traceparent:"`+sampled+
			`"} "x" ; tx.commit ; basic.get queue=q no_ack ; channel.close`))
		for {
			f, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			if id, _ := amqp.MethodIDOf(f.Payload); f.Type == amqp.FrameMethod && id == amqp.ChannelCloseOkID {
				return
			}
		}
	})
	if len(spans) != 3 || spans["publish amq.default"].SpanID == "" || spans["deliver q"].SpanID == "" {
		t.Errorf("%+v", spans)
	}
}
