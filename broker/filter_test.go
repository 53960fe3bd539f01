package broker

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
)

func TestMessageFilter(t *testing.T) {
	now := time.Unix(10_000, 0)
	of := func(p amqp.Properties) *message.Message {
		return &message.Message{
			RoutingKey: "order.eu.created", Body: []byte(`{"order":8331}`),
			Header: amqp.AppendContentHeader(nil, amqp.BasicClass, 14, &p),
		}
	}
	plain := of(amqp.Properties{Timestamp: 9990, Headers: amqp.Table{"tenant": "a", "n": int32(7), "yes": true, "at": time.Unix(5, 0), "list": []any{}}})
	dead, err := message.DeadLetter(plain, message.Death{Queue: "work", Reason: "expired", Time: time.Unix(9995, 0)}, "dlx", nil)
	if err != nil {
		t.Fatal(err)
	}
	text := func(s string) *string { return &s }
	for _, c := range []struct {
		f           MessageFilter
		plain, dead bool
	}{
		{MessageFilter{}, true, true},
		{MessageFilter{Headers: map[string]*string{"tenant": nil, "n": nil}}, true, true},
		{MessageFilter{Headers: map[string]*string{"tenant": text("a"), "n": text("7"), "yes": text("true"), "at": text("5")}}, true, true},
		{MessageFilter{Headers: map[string]*string{"tenant": text("b")}}, false, false},
		{MessageFilter{Headers: map[string]*string{"tenant": text("a"), "none": nil}}, false, false},
		{MessageFilter{Headers: map[string]*string{"x-death": nil}}, false, true},
		{MessageFilter{Key: "order.*.created"}, true, true},
		{MessageFilter{Key: "order.*.gone"}, false, false},
		{MessageFilter{Text: "8331"}, true, true},
		{MessageFilter{Text: "8332"}, false, false},
		{MessageFilter{Queue: "work"}, false, true},
		{MessageFilter{Queue: "work", Reason: "expired"}, false, true},
		{MessageFilter{Queue: "work", Reason: "rejected"}, false, false},
		{MessageFilter{OlderMs: 10_000}, true, false},
		{MessageFilter{NewerMs: 10_000}, false, true},
		{MessageFilter{OlderMs: 5_000, NewerMs: 10_001}, true, true},
	} {
		if got := c.f.matches(plain, now); got != c.plain {
			t.Errorf("%+v: %v", c.f, got)
		}
		if got := c.f.matches(dead, now); got != c.dead {
			t.Errorf("%+v, dead: %v", c.f, got)
		}
	}
	timeless := of(amqp.Properties{})
	if (&MessageFilter{OlderMs: 1}).matches(timeless, now) || (&MessageFilter{NewerMs: 1 << 40}).matches(timeless, now) {
		t.Error("a message that does not tell its age has one")
	}
}

// FuzzGlob compares with a regular expression.
func FuzzGlob(f *testing.F) {
	for _, p := range [][2]string{{"", ""}, {"*", ""}, {"a*b", "ab"}, {"a*b?", "axbxbc"}, {"**a", "aaa"}, {"?", ""}, {"*a*b*c", "xxaxbxbxc"}} {
		f.Add(p[0], p[1])
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern) > 20 || len(text) > 100 || strings.IndexFunc(pattern+text, func(r rune) bool { return r > 126 || r < 32 }) >= 0 {
			return
		}
		like := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(pattern))
		if want := regexp.MustCompile("^" + like + "$").MatchString(text); glob(pattern, text) != want {
			t.Errorf("%q matches %q: %v", pattern, text, !want)
		}
	})
}
