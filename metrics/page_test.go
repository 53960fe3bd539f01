package metrics

import (
	"bytes"
	"io"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

func TestValues(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 1: "1", -7: "-7", 1e15: "1000000000000000", 1e300: "1e+300", 0.25: "0.25", 1 << 53: "9.007199254740992e+15",
		math.Inf(1): "+Inf", math.Inf(-1): "-Inf",
	} {
		if got := string(appendValue(nil, v)); got != want {
			t.Errorf("%v: %s, want %s", v, got, want)
		}
	}
}

// FuzzLabel has Prometheus' own parser read what names clients may choose.
func FuzzLabel(f *testing.F) {
	for _, s := range []string{"", "orders", `a"b\`, "line\nbreak", "\\n", "\xff\xfe", "é€", "{},="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		var text bytes.Buffer
		p := newPage(&text, &endpoint{})
		p.begin("m", gauge, "Help")
		p.sample(label("a", value, "b", "c"), 1)
		p.flush()
		parser := expfmt.NewTextParser(model.UTF8Validation)
		families, err := parser.TextToMetricFamilies(&text)
		if err != nil {
			t.Fatalf("%q: %v", value, err)
		}
		labels := families["m"].GetMetric()[0].GetLabel()
		want := strings.ToValidUTF8(value, string(utf8.RuneError))
		if len(labels) != 2 || labels[0].GetValue() != want || labels[1].GetValue() != "c" {
			t.Errorf("%q: %v", value, labels)
		}
	})
}

// TestLinesAllocateNothing since there may be millions of them.
func TestLinesAllocateNothing(t *testing.T) {
	p := newPage(io.Discard, &endpoint{})
	p.begin("rabbitmq_queue_messages", gauge, "Help")
	labels := label("vhost", "/", "queue", "orders")
	if n := testing.AllocsPerRun(5000, func() { p.sample(labels, 1234) }); n != 0 {
		t.Errorf("%v allocations a line", n)
	}
}
