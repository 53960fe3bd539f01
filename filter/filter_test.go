package filter

import (
	"strings"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
)

func sample() *message.Message {
	header := amqp.AppendContentHeader(nil, 60, 5, &amqp.Properties{
		ContentType: "text/plain", Priority: 4, CorrelationID: "c-1", MessageID: "m-1", Timestamp: 1700000000, Type: "order", AppID: "shop",
		Headers: amqp.Table{"tenant": "acme", "n": int32(7), "vip": true, "x-group-id": "g", "at": time.Unix(1700000000, 0), "ratio": 1.5, "list": []any{"a", "b"}},
	})
	return &message.Message{Exchange: "ex", RoutingKey: "a.b.c", Header: header, Body: []byte("hello"), Persistent: true, Priority: 4}
}

func TestMatches(t *testing.T) {
	m := sample()
	for _, c := range []struct {
		text string
		want bool
	}{
		{`true`, true},
		{`headers.tenant == "acme"`, true},
		{`headers.tenant == 'other'`, false},
		{`headers["x-group-id"] == "g"`, true},
		{`headers.n > 5 && headers.n < 10`, true},
		{`headers.ratio * 2 == 3.0`, true},
		{`headers.vip`, true},
		{`headers.nothing == nil`, true},
		{`headers.nothing == "x"`, false},
		{`headers.nothing > 5`, false},
		{`headers.tenant`, false},
		{`headers.tenant in ["acme", "other"]`, true},
		{`"b" in headers.list`, true},
		{`headers.at == timestamp`, true},
		{`priority >= 4`, true},
		{`routing_key startsWith "a." and exchange == "ex"`, true},
		{`routing_key matches "^a\\..*c$"`, true},
		{`type == "order" or app_id == "none"`, true},
		{`message_id == "m-1" && correlation_id contains "-"`, true},
		{`content_type endsWith "plain"`, true},
		{`size == 5 && persistent`, true},
		{`redelivered`, false},
		{`lower(upper(headers.tenant)) == "acme" && len(headers.tenant) == 4`, true},
		{`headers.a.b.c == 1`, false},
	} {
		f, err := New(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
		} else if got := f.Matches(m, false); got != c.want {
			t.Errorf("%s: %v", c.text, got)
		}
	}
	f, err := New("redelivered")
	if err != nil || !f.Fickle() || !f.Matches(m, true) {
		t.Errorf("redelivered: %v", err)
	}
}

func TestRefused(t *testing.T) {
	for text, want := range map[string]string{
		``:                                    "unexpected token",
		`headers.a ==`:                        "unexpected token",
		`nobody == 1`:                         "unknown name nobody",
		`priority`:                            "expected bool, but got int",
		`priority == "x"`:                     "mismatched types",
		`1..3 == nil`:                         "a range is too much",
		`all(headers.list, # == 1)`:           "",
		`repeat("a", 1000000) == ""`:          "",
		`let x = type + type; x == ""`:        "without loops and variables",
		`headers.at.Unix() == 1`:              "no such function",
		`type matches headers.tenant`:         "has to be a text",
		`type matches "("`:                    "missing closing",
		strings.Repeat("!", 4097) + "true":    "4096 bytes",
		strings.Repeat("true&&", 300) + "1>0": "exceeds",
	} {
		if f, err := New(text); err == nil {
			t.Errorf("%.40s: accepted %q", text, f.Text())
		} else if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.40s: %v, want %q", text, err, want)
		}
	}
}

// TestLarge: what has too large properties is of no filter that asks for them.
func TestLarge(t *testing.T) {
	header := amqp.AppendContentHeader(nil, 60, 0, &amqp.Properties{Headers: amqp.Table{"a": strings.Repeat("x", maxHeader)}})
	for text, want := range map[string]bool{`headers.a != nil`: false, `priority == 0`: true} {
		f, err := New(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Matches(&message.Message{Header: header}, false); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// FuzzFilter: no text and no message make it panic or take long.
func FuzzFilter(f *testing.F) {
	f.Add(`headers.tenant == "a" && priority > 3`)
	f.Add(`routing_key matches "^(a|b)*$"`)
	m := sample()
	f.Fuzz(func(t *testing.T, text string) {
		x, err := New(text)
		if err != nil {
			return
		}
		began := time.Now()
		x.Matches(m, false)
		if took := time.Since(began); took > time.Second {
			t.Errorf("%q took %v", text, took)
		}
	})
}

func BenchmarkMatches(b *testing.B) {
	m := sample()
	for _, text := range []string{`headers.tenant == "acme"`, `priority > 3 && routing_key startsWith "a."`} {
		b.Run(text, func(b *testing.B) {
			x, err := New(text)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if !x.Matches(m, false) {
					b.Fatal("does not match")
				}
			}
		})
	}
}
