package exchange

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
)

// spread is one type with n bindings and a message that few of them match.
type spread struct {
	ty      Type
	binding func(d Destination, i int) Binding
	key     func(n int) string
	headers func(n int) amqp.Table
}

func none(int) amqp.Table { return nil }

var spreads = []spread{
	{Direct,
		func(d Destination, i int) Binding { return Binding{d, fmt.Sprintf("key.%d", i), nil} },
		func(n int) string { return fmt.Sprintf("key.%d", n/2) }, none},
	{Topic,
		func(d Destination, i int) Binding {
			return Binding{d, fmt.Sprintf([]string{"t.%d.*.x", "t.%d.#", "t.%d.a.x", "*.%d.a.x"}[i%4], i/4), nil}
		},
		func(n int) string { return fmt.Sprintf("t.%d.a.x", n/8) }, none},
	{Headers,
		func(d Destination, i int) Binding {
			if i%2 == 0 {
				return Binding{d, "", amqp.Table{"id": int32(i), "format": "pdf", "kind": nil}}
			}
			return Binding{d, "", amqp.Table{"x-match": "any", "id": int32(i - 1), "format": "html"}}
		},
		func(int) string { return "" },
		func(n int) amqp.Table {
			return amqp.Table{"format": "pdf", "id": int64(n / 2), "kind": "report", "user": "x"}
		}},
	{Fanout,
		func(d Destination, i int) Binding { return Binding{d, "", nil} },
		func(int) string { return "" }, none},
	{RecentHistory,
		func(d Destination, i int) Binding { return Binding{d, "", nil} },
		func(int) string { return "" }, none},
}

// choosers are the types that choose one destination.
var choosers = []spread{
	{ConsistentHash,
		func(d Destination, i int) Binding { return Binding{d, fmt.Sprint(1 + i%3), nil} },
		func(int) string { return "order.4711" }, none},
	{ModulusHash,
		func(d Destination, i int) Binding { return Binding{d, "", nil} },
		func(int) string { return "order.4711" }, none},
	{Random,
		func(d Destination, i int) Binding { return Binding{d, "", nil} },
		func(int) string { return "" }, none},
}

var allSpreads = slices.Concat(spreads, choosers)

var sizes = []int{1_000, 10_000, 100_000}

func (s *spread) fill(tb testing.TB, n int) (Router, *message.Message) {
	r := newRouter(tb, s.ty)
	for i, d := range dests(n) {
		r.Bind(s.binding(d, i))
	}
	return r, published(s.key(n), s.headers(n))
}

func BenchmarkRoute(b *testing.B) {
	for _, s := range allSpreads {
		for _, n := range sizes {
			b.Run(fmt.Sprintf("%s/%d", s.ty.Name(), n), func(b *testing.B) {
				r, m := s.fill(b, n)
				var set Set
				b.ReportAllocs()
				for b.Loop() {
					set.Reset()
					r.Route(m, m.RoutingKey, &set)
				}
				b.ReportMetric(float64(set.Len()), "destinations")
			})
		}
	}
}

// BenchmarkBind binds and unbinds one more with 100,000 bindings there.
func BenchmarkBind(b *testing.B) {
	const n = 100_000
	for _, s := range allSpreads {
		b.Run(s.ty.Name(), func(b *testing.B) {
			r, _ := s.fill(b, n)
			more := s.binding(&dest{"more"}, n)
			b.ReportAllocs()
			for b.Loop() {
				r.Bind(more)
				r.Unbind(more)
			}
		})
	}
}

// BenchmarkBindSameKey has all 100,000 destinations under one key.
func BenchmarkBindSameKey(b *testing.B) {
	for _, ty := range []Type{Direct, Topic} {
		b.Run(ty.Name(), func(b *testing.B) {
			r := newRouter(b, ty)
			for _, d := range dests(100_000) {
				r.Bind(Binding{d, "k", nil})
			}
			more := Binding{&dest{"more"}, "k", nil}
			for b.Loop() {
				r.Bind(more)
				r.Unbind(more)
			}
		})
	}
}

// BenchmarkFill measures 100,000 bindings from the first, growth included.
func BenchmarkFill(b *testing.B) {
	for _, s := range allSpreads {
		b.Run(s.ty.Name(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.fill(b, 100_000)
			}
		})
	}
}

// BenchmarkTopicHashes is the worst a client can ask for with one binding.
func BenchmarkTopicHashes(b *testing.B) {
	for _, k := range []int{1, 2, 6, 12, 60} {
		b.Run(fmt.Sprint(k), func(b *testing.B) {
			r := newRouter(b, Topic)
			r.Bind(Binding{&dest{"q"}, strings.Repeat("#.a.", k) + "b", nil})
			m := published(strings.Repeat("a.", 39)+"a", nil)
			var set Set
			for b.Loop() {
				set.Reset()
				r.Route(m, m.RoutingKey, &set)
			}
		})
	}
}
