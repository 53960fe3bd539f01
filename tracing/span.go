package tracing

import (
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"
)

// Kind is what a span is to its parent, by OpenTelemetry's numbers.
type Kind int

// The kinds that a broker has.
const (
	Internal Kind = 1
	Producer Kind = 4
	Consumer Kind = 5
)

// Span is something that took a while.
type Span struct {
	Context      // its Parent is that of the span
	ID           SpanID
	Name         string
	Kind         Kind
	Began, Ended time.Time
	Attributes   []Attribute
}

// Attribute is a detail of a span: a text, or a number if the text is empty.
type Attribute struct {
	Key    string
	Text   string
	Number int64
}

// What follows is OTLP in JSON. Its numbers of 64 bits are strings.

type request struct {
	ResourceSpans [1]resourceSpans `json:"resourceSpans"`
}

type resourceSpans struct {
	Resource   resource      `json:"resource"`
	ScopeSpans [1]scopeSpans `json:"scopeSpans"`
}

type resource struct {
	Attributes []Attribute `json:"attributes"`
}

type scopeSpans struct {
	Scope scope  `json:"scope"`
	Spans []Span `json:"spans"`
}

type scope struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// MarshalJSON implements json.Marshaler.
func (s Span) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		TraceID      string      `json:"traceId"`
		SpanID       string      `json:"spanId"`
		ParentSpanID string      `json:"parentSpanId"`
		TraceState   string      `json:"traceState,omitempty"`
		Flags        int         `json:"flags"`
		Name         string      `json:"name"`
		Kind         Kind        `json:"kind"`
		Began        string      `json:"startTimeUnixNano"`
		Ended        string      `json:"endTimeUnixNano"`
		Attributes   []Attribute `json:"attributes"`
	}{
		hex.EncodeToString(s.Trace[:]), hex.EncodeToString(s.ID[:]), hex.EncodeToString(s.Parent[:]), s.State,
		sampledFlag, s.Name, s.Kind, nano(s.Began), nano(s.Ended), s.Attributes,
	})
}

// MarshalJSON implements json.Marshaler.
func (a Attribute) MarshalJSON() ([]byte, error) {
	value := map[string]string{"stringValue": a.Text}
	if a.Text == "" {
		value = map[string]string{"intValue": strconv.FormatInt(a.Number, 10)}
	}
	return json.Marshal(map[string]any{"key": a.Key, "value": value})
}

func nano(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }
