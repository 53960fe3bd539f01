package exchange

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

// given is a type with the arguments of its exchange.
type given struct {
	Type
	args amqp.Table
}

func (g given) New(amqp.Table) (Router, error) { return g.Type.New(g.args) }

// seeded is Random that draws what a seed gives.
type seeded struct{ seed uint64 }

func (seeded) Name() string { return "x-random" }

func (s seeded) New(amqp.Table) (Router, error) {
	return &random{draw: rand.New(rand.NewPCG(s.seed, 1)).Uint64}, nil
}

// ordered is the bindings by the names of their destinations.
func ordered(bound []Binding) []Binding {
	return slices.SortedFunc(slices.Values(bound), func(a, b Binding) int {
		return cmp.Or(
			strings.Compare(a.Destination.DestinationName(), b.Destination.DestinationName()),
			strings.Compare(a.Key, b.Key), strings.Compare(Canonical(a.Arguments), Canonical(b.Arguments)))
	})
}

// lightest draws for every binding with a logarithm of its own.
func lightest(bound []Binding, subject string) Destination {
	var best Destination
	least := math.Inf(1)
	for _, b := range bound {
		weight, _ := weightOf(b.Key)
		c := newCandidate(b, weight)
		if v := -math.Log1p(-unit(mix(c.hash^digest(subject)))) / weight; v < least {
			best, least = b.Destination, v
		}
	}
	return best
}

func TestChoosersAgainstOracle(t *testing.T) {
	anyKey := pick("", "a", "b", "c", "a.b")
	weights := pick("1", "2", "3", "10", "02")
	ids := func(w *world) amqp.Table { return amqp.Table{"id": fmt.Sprint(w.IntN(50)), "other": int32(w.IntN(9))} }
	for range 4 {
		seed := uint64(time.Now().UnixNano())
		drawn := rand.New(rand.NewPCG(seed, 1))
		for _, c := range []struct {
			ty     Type
			w      world
			choose func(bound []Binding, key string, headers amqp.Table) Destination
		}{
			{ConsistentHash, world{key: weights, routing: anyKey, arguments: someArguments, headers: noHeaders},
				func(bound []Binding, key string, _ amqp.Table) Destination { return lightest(bound, key) }},
			{given{ConsistentHash, amqp.Table{"hash-header": "id"}},
				world{key: weights, routing: anyKey, arguments: someArguments, headers: ids},
				func(bound []Binding, _ string, h amqp.Table) Destination { return lightest(bound, h["id"].(string)) }},
			{ModulusHash, world{key: anyKey, routing: anyKey, arguments: someArguments, headers: noHeaders},
				func(bound []Binding, key string, _ amqp.Table) Destination {
					return ordered(bound)[digest(key)%uint64(len(bound))].Destination
				}},
			{seeded{seed}, world{key: anyKey, routing: anyKey, arguments: someArguments, headers: noHeaders},
				func(bound []Binding, _ string, _ amqp.Table) Destination {
					return ordered(bound)[int(float64(drawn.Uint64())/(1<<64)*float64(len(bound)))].Destination
				}},
		} {
			t.Run(c.ty.Name(), func(t *testing.T) {
				c.w.Rand, c.w.dests = rand.New(rand.NewPCG(seed, 0)), dests(1+int(seed%40))
				agree(t, seed, newRouter(t, c.ty), &naive{choose: c.choose}, &c.w)
			})
		}
	}
}

// deal routes n keys and counts who gets them.
func deal(t *testing.T, r Router, seed uint64, n int) map[string]int {
	t.Helper()
	got := map[string]int{}
	var set Set
	for i := range n {
		key := fmt.Sprintf("order.%d.%d", seed, i)
		set.Reset()
		r.Route(published(key, nil), key, &set)
		if set.Len() != 1 {
			t.Fatalf("seed %d: %q goes to %v", seed, key, names(&set))
		}
		got[set.List()[0].DestinationName()]++
	}
	return got
}

// TestSharesFollowWeights: chi square of ten queues; with nine degrees of
// freedom 45 is passed once in a million runs.
func TestSharesFollowWeights(t *testing.T) {
	const n, limit = 100_000, 45
	for _, c := range []struct {
		ty     Type
		weight func(i int) int
	}{
		{ConsistentHash, func(int) int { return 1 }},
		{ConsistentHash, func(i int) int { return 1 + i }},
		{ConsistentHash, func(i int) int { return []int{1, 100}[i%2] }},
		{ModulusHash, func(int) int { return 1 }},
		{Random, func(int) int { return 1 }},
	} {
		seed := uint64(time.Now().UnixNano())
		ty := c.ty
		if ty == Random {
			ty = seeded{seed}
		}
		r, total := newRouter(t, ty), 0
		for i, d := range dests(10) {
			r.Bind(Binding{d, fmt.Sprint(c.weight(i)), nil})
			total += c.weight(i)
		}
		got := deal(t, r, seed, n)
		chi := 0.0
		for i, d := range dests(10) {
			want := float64(n*c.weight(i)) / float64(total)
			off := float64(got[d.DestinationName()]) - want
			chi += off * off / want
		}
		if chi > limit {
			t.Errorf("%s, seed %d: chi square %.1f of %v", ty.Name(), seed, chi, got)
		}
	}
}

// choices are where keys go.
func choices(r Router, keys int) []string {
	all := make([]string, keys)
	var set Set
	for i := range all {
		key := fmt.Sprint("key", i)
		set.Reset()
		r.Route(published(key, nil), key, &set)
		all[i] = set.List()[0].DestinationName()
	}
	return all
}

// TestOnlyAShareMoves: a queue that comes takes keys for itself and moves no
// other, in proportion to its weight; when it goes all is as before.
func TestOnlyAShareMoves(t *testing.T) {
	const keys = 20_000
	r := newRouter(t, ConsistentHash)
	for i, d := range dests(10) {
		r.Bind(Binding{d, fmt.Sprint(1 + i%2), nil})
	}
	before := choices(r, keys)
	added := Binding{&dest{"added"}, "3", nil} // of 15 points and its own
	r.Bind(added)
	moved := 0
	for i, now := range choices(r, keys) {
		if now == before[i] {
			continue
		}
		moved++
		if now != "added" {
			t.Fatalf("key %d moved from %s to %s", i, before[i], now)
		}
	}
	if want := keys * 3 / 18; moved < want*9/10 || moved > want*11/10 {
		t.Errorf("%d of %d keys moved, want about %d", moved, keys, want)
	}
	r.Unbind(added)
	if after := choices(r, keys); !slices.Equal(after, before) {
		t.Error("the queue went, and not all is as before")
	}
}

// TestChoiceIsForLife: what is chosen does not depend on the order of binding,
// nor on the process: these are what the first release chose.
func TestChoiceIsForLife(t *testing.T) {
	for _, c := range []struct {
		ty   Type
		want string
	}{
		{ConsistentHash, "q3 q2 q2 q1 q0 q0 q2 q2 q3 q0 q3 q4"},
		{ModulusHash, "q2 q3 q4 q0 q4 q2 q2 q4 q4 q4 q2 q0"},
	} {
		there, back := newRouter(t, c.ty), newRouter(t, c.ty)
		all := dests(5)
		for i := range all {
			there.Bind(Binding{all[i], "1", nil})
			back.Bind(Binding{all[len(all)-1-i], "1", nil})
		}
		got := choices(there, 1000)
		if !slices.Equal(got, choices(back, 1000)) {
			t.Errorf("%s: another order of binding, another choice", c.ty.Name())
		}
		if first := strings.Join(got[:12], " "); first != c.want {
			t.Errorf("%s: chose %s\nwant %s", c.ty.Name(), first, c.want)
		}
	}
}

// TestSubjects: messages alike in what is hashed go the same way, whatever
// their routing keys, and others go elsewhere.
func TestSubjects(t *testing.T) {
	for _, c := range []struct {
		args amqp.Table
		make func(i int) amqp.Properties
	}{
		{amqp.Table{"hash-header": "id"}, func(i int) amqp.Properties {
			return amqp.Properties{Headers: amqp.Table{"a": "x", "id": fmt.Sprint(i)}}
		}},
		{amqp.Table{"hash-header": "id"}, func(i int) amqp.Properties {
			return amqp.Properties{Headers: amqp.Table{"id": int32(i)}}
		}},
		{amqp.Table{"hash-property": "message_id"}, func(i int) amqp.Properties {
			return amqp.Properties{ContentType: "text/plain", MessageID: fmt.Sprint(i), AppID: "shop"}
		}},
		{amqp.Table{"hash-property": "correlation_id"}, func(i int) amqp.Properties {
			return amqp.Properties{DeliveryMode: 2, CorrelationID: fmt.Sprint(i)}
		}},
		{amqp.Table{"hash-property": "timestamp"}, func(i int) amqp.Properties {
			return amqp.Properties{Timestamp: 1_700_000_000 + uint64(i)}
		}},
	} {
		r := newRouter(t, given{ConsistentHash, c.args})
		if _, ok := r.(Volatile); !ok {
			t.Errorf("%v: routes would be remembered by key", c.args)
		}
		for _, d := range dests(10) {
			r.Bind(Binding{d, "1", nil})
		}
		went := map[string]bool{}
		var set Set
		for i := range 100 {
			var first Destination
			for _, key := range []string{"a", "b", "c"} {
				p := c.make(i)
				m := published(key, nil)
				m.Header = amqp.AppendContentHeader(nil, amqp.BasicClass, 0, &p)
				set.Reset()
				r.Route(m, key, &set)
				if first == nil {
					first = set.List()[0]
				}
				if set.Len() != 1 || set.List()[0] != first {
					t.Fatalf("%v: message %d goes to %v, and before to %s", c.args, i, names(&set), first.DestinationName())
				}
			}
			went[first.DestinationName()] = true
		}
		if len(went) != 10 {
			t.Errorf("%v: went to %d of 10", c.args, len(went))
		}
	}
}

// TestWidthsAreAlike: an id is the same id from clients that pick another width.
func TestWidthsAreAlike(t *testing.T) {
	r := newRouter(t, given{ConsistentHash, amqp.Table{"hash-header": "id"}})
	for _, d := range dests(50) {
		r.Bind(Binding{d, "1", nil})
	}
	var set Set
	for _, id := range []any{int8(5), uint16(5), int32(5), int64(5)} {
		r.Route(published("", amqp.Table{"id": id}), "", &set)
	}
	if set.Len() != 1 {
		t.Errorf("5 goes to %v", names(&set))
	}
	r.Route(published("", nil), "", &set)
	if set.Len() == 0 {
		t.Error("a message without the header goes nowhere")
	}
}

func TestChooserArguments(t *testing.T) {
	for _, c := range []struct {
		args amqp.Table
		key  string
		want string
	}{
		{nil, "1", ""}, {nil, "1000000", ""}, {amqp.Table{"other": int32(5)}, "5", ""},
		{amqp.Table{"hash-header": "h"}, "1", ""}, {amqp.Table{"hash-property": "timestamp"}, "1", ""},
		{amqp.Table{"hash-header": "h", "hash-property": "timestamp"}, "",
			"PRECONDITION_FAILED - hash-header and hash-property are mutually exclusive"},
		{amqp.Table{"hash-property": "app_id"}, "", "PRECONDITION_FAILED - Unsupported property: app_id"},
		{amqp.Table{"hash-header": int32(5)}, "",
			"PRECONDITION_FAILED - invalid arg 'hash-header' of exchange.declare: {unacceptable_type,signedint}"},
		{amqp.Table{"hash-property": nil}, "",
			"PRECONDITION_FAILED - invalid arg 'hash-property' of exchange.declare: {unacceptable_type,void}"},
		{nil, "", `PRECONDITION_FAILED - The binding key must be an integer: <<>>`},
		{nil, "a.b", `PRECONDITION_FAILED - The binding key must be an integer: <<"a.b">>`},
		{nil, "1.5", `PRECONDITION_FAILED - The binding key must be an integer: <<"1.5">>`},
		{nil, "0", `PRECONDITION_FAILED - The binding key must be greater than 0`},
		{nil, "-3", `PRECONDITION_FAILED - The binding key must be greater than 0`},
	} {
		r, err := ConsistentHash.New(c.args)
		if err == nil {
			err = r.Check(Binding{&dest{"q"}, c.key, nil})
		}
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%v, key %q: %q, want %q", c.args, c.key, got, c.want)
		}
	}
}
