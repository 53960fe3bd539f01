package message

import (
	"slices"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

func TestWishes(t *testing.T) {
	type table = amqp.Table
	at := time.Date(2026, 11, 22, 7, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		name    string
		headers table
		want    Wishes
		err     string
	}{
		{name: "no headers"},
		{name: "others", headers: table{"a": "b", "X-Delay": int32(5), "x-delays": int32(5)}},
		{name: "copies", headers: table{"BCC": []any{"c"}, "CC": []any{"a"}}, want: Wishes{Copies: []string{"a", "c"}, BCC: true}},
		{name: "a delay", headers: table{"x-delay": int32(5000)}, want: Wishes{Delayed: true, DelayMs: 5000}},
		{name: "its digits", headers: table{"x-delay": "5000"}, want: Wishes{Delayed: true, DelayMs: 5000}},
		{name: "none", headers: table{"x-delay": int64(0)}},
		{name: "a delay that is over", headers: table{"x-delay": int64(-5000)}, want: Wishes{DelayMs: -5000}},
		{name: "a word", headers: table{"x-delay": "soon"}, err: `{unacceptable_type_in_header,<<"x-delay">>,longstr}`},
		{name: "eleven years", headers: table{"x-delay": int64(maxDelayMs + 1)}, err: `{unacceptable_value_in_header,<<"x-delay">>,315360000001}`},
		{name: "a fraction", headers: table{"x-delay": 1.5}, err: `{unacceptable_type_in_header,<<"x-delay">>,double}`},
		{name: "a timestamp", headers: table{"x-deliver-at": at}, want: Wishes{Delayed: true, DeliverAt: at.UnixMilli()}},
		{name: "milliseconds", headers: table{"x-deliver-at": at.UnixMilli()}, want: Wishes{Delayed: true, DeliverAt: at.UnixMilli()}},
		{name: "RFC 3339", headers: table{"x-deliver-at": "2026-11-22T08:30:00+01:00"}, want: Wishes{Delayed: true, DeliverAt: at.UnixMilli()}},
		{name: "no time", headers: table{"x-deliver-at": "noon"}, err: `{unacceptable_type_in_header,<<"x-deliver-at">>,longstr}`},
		{name: "nanoseconds", headers: table{"x-deliver-at": at.UnixNano()}, err: `{unacceptable_value_in_header,<<"x-deliver-at">>,1795332600000000000}`},
		{name: "a producer", headers: table{"x-producer-id": "p", "x-producer-seq": int64(7), "x-producer-epoch": int32(2)},
			want: Wishes{Producer: Producer{[]byte("p"), 2, 7}}},
		{name: "of the first epoch", headers: table{"x-producer-id": "p", "x-producer-seq": int64(7)}, want: Wishes{Producer: Producer{[]byte("p"), 0, 7}}},
		{name: "a number and no producer", headers: table{"x-producer-seq": int64(7)}},
		{name: "a producer and no number", headers: table{"x-producer-id": "p"}, err: `{unacceptable_type_in_header,<<"x-producer-seq">>,void}`},
		{name: "a negative number", headers: table{"x-producer-id": "p", "x-producer-seq": int64(-1)}, err: `{unacceptable_value_in_header,<<"x-producer-seq">>,-1}`},
		{name: "a producer without a name", headers: table{"x-producer-id": "", "x-producer-seq": int64(1)}, err: `{unacceptable_type_in_header,<<"x-producer-id">>,longstr}`},
	} {
		var w Wishes
		err := w.Read(header(amqp.Properties{Headers: c.headers}))
		if c.err != "" {
			if err == nil || err.Error() != "PRECONDITION_FAILED - invalid message: "+c.err {
				t.Errorf("%s: error %v, want %s", c.name, err, c.err)
			}
			continue
		}
		if err != nil || !slices.Equal(w.Copies, c.want.Copies) || w.BCC != c.want.BCC || w.Delayed != c.want.Delayed ||
			w.DelayMs != c.want.DelayMs || w.DeliverAt != c.want.DeliverAt || string(w.Producer.ID) != string(c.want.Producer.ID) ||
			w.Producer.Epoch != c.want.Producer.Epoch || w.Producer.Seq != c.want.Producer.Seq {
			t.Errorf("%s: %+v, %v, want %+v", c.name, w, err, c.want)
		}
	}
}

func TestWishesOfUsualMessageAllocateNothing(t *testing.T) {
	var w Wishes
	for _, headers := range []amqp.Table{nil, {"a": "1", "b": int32(2)}, {"x-delay": int32(5)}} {
		h := header(amqp.Properties{Headers: headers, ContentType: "text/plain"})
		if n := testing.AllocsPerRun(100, func() {
			if err := w.Read(h); err != nil {
				t.Fatal(err)
			}
		}); n > 0 && headers["x-delay"] == nil {
			t.Errorf("%v allocations for headers %v", n, headers)
		}
	}
}

func BenchmarkWishes(b *testing.B) {
	for name, headers := range map[string]amqp.Table{"none": nil, "five": {"a": "1", "b": int32(2), "traceparent": "00-1", "tenant": "x", "e": true}} {
		b.Run(name, func(b *testing.B) {
			h := header(amqp.Properties{Headers: headers, ContentType: "text/plain"})
			var w Wishes
			b.ReportAllocs()
			for b.Loop() {
				if err := w.Read(h); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/keys", func(b *testing.B) {
			h := header(amqp.Properties{Headers: headers, ContentType: "text/plain"})
			for b.Loop() {
				if _, err := CopyKeys(nil, h); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
