package exchange

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
)

// dest is a destination that is only a name.
type dest struct{ name string }

func (d *dest) DestinationName() string { return d.name }

func dests(n int) []Destination {
	all := make([]Destination, n)
	for i := range all {
		all[i] = &dest{fmt.Sprintf("q%d", i)}
	}
	return all
}

func names(s *Set) []string {
	var all []string
	for _, d := range s.List() {
		all = append(all, d.DestinationName())
	}
	slices.Sort(all)
	return all
}

func newRouter(t testing.TB, ty Type) Router {
	t.Helper()
	r, err := ty.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// naive is a router that looks at every binding with a matcher of few words,
// or has choose take one of them.
type naive struct {
	bindings []Binding
	match    func(b Binding, key string, headers amqp.Table) bool
	choose   func(bound []Binding, key string, headers amqp.Table) Destination
}

func (n *naive) find(b Binding) int {
	return slices.IndexFunc(n.bindings, func(x Binding) bool {
		return x.Destination == b.Destination && x.Key == b.Key && sameArguments(x.Arguments, b.Arguments)
	})
}

func (n *naive) bind(b Binding) bool {
	if n.find(b) >= 0 {
		return false
	}
	n.bindings = append(n.bindings, b)
	return true
}

func (n *naive) unbind(b Binding) bool {
	i := n.find(b)
	if i < 0 {
		return false
	}
	n.bindings = slices.Delete(n.bindings, i, i+1)
	return true
}

func (n *naive) route(key string, headers amqp.Table) []string {
	var all []string
	if n.choose != nil {
		if len(n.bindings) > 0 {
			all = append(all, n.choose(n.bindings, key, headers).DestinationName())
		}
		return all
	}
	for _, b := range n.bindings {
		if n.match(b, key, headers) {
			all = append(all, b.Destination.DestinationName())
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// world draws the things a property test plays with.
type world struct {
	*rand.Rand
	dests     []Destination
	key       func(*world) string // a binding key
	routing   func(*world) string
	arguments func(*world) amqp.Table
	headers   func(*world) amqp.Table
}

func (w *world) binding() Binding {
	return Binding{w.dests[w.IntN(len(w.dests))], w.key(w), w.arguments(w)}
}

// someArguments tell bindings apart without meaning anything.
func someArguments(w *world) amqp.Table {
	switch w.IntN(6) {
	case 0:
		return amqp.Table{"a": int32(w.IntN(2))}
	case 1:
		return amqp.Table{"a": int64(w.IntN(2))}
	case 2:
		return amqp.Table{}
	}
	return nil
}

func noHeaders(*world) amqp.Table { return nil }

func pick(words ...string) func(*world) string {
	return func(w *world) string { return words[w.IntN(len(words))] }
}

// phrase joins up to most random words by dots.
func phrase(most int, words string) func(*world) string {
	all := strings.Split(words, " ")
	return func(w *world) string {
		p := make([]string, w.IntN(most+1))
		for i := range p {
			p[i] = all[w.IntN(len(all))]
		}
		return strings.Join(p, ".")
	}
}

func TestRoutersAgainstOracle(t *testing.T) {
	anyKey := pick("", "a", "b", "c", "a.b")
	for _, c := range []struct {
		ty    Type
		w     world
		match func(b Binding, key string, headers amqp.Table) bool
	}{
		{Direct, world{key: anyKey, routing: anyKey, arguments: someArguments, headers: noHeaders},
			func(b Binding, key string, _ amqp.Table) bool { return b.Key == key }},
		{Fanout, world{key: anyKey, routing: anyKey, arguments: someArguments, headers: noHeaders},
			func(Binding, string, amqp.Table) bool { return true }},
		{Topic, world{key: phrase(5, "a b c * # #"), routing: phrase(7, "a b c"), arguments: someArguments, headers: noHeaders},
			func(b Binding, key string, _ amqp.Table) bool { return naiveTopic(words(b.Key), words(key)) }},
		{RecentHistory, world{key: anyKey, routing: anyKey, arguments: someArguments, headers: noHeaders},
			func(Binding, string, amqp.Table) bool { return true }},
		{Headers, world{key: pick("", "k"), routing: anyKey, arguments: someMatch, headers: someHeaders},
			func(b Binding, _ string, headers amqp.Table) bool { return naiveHeaders(b.Arguments, headers) }},
	} {
		t.Run(c.ty.Name(), func(t *testing.T) {
			for range 20 {
				seed := uint64(time.Now().UnixNano())
				c.w.Rand, c.w.dests = rand.New(rand.NewPCG(seed, 0)), dests(1+int(seed%40))
				agree(t, seed, newRouter(t, c.ty), &naive{match: c.match}, &c.w)
			}
		})
	}
}

// agree plays the same random operations on both. Phases of mostly binding
// and mostly unbinding let the indexes grow and shrink.
func agree(t *testing.T, seed uint64, r Router, n *naive, w *world) {
	t.Helper()
	var set Set
	for i := range 2000 {
		b := w.binding()
		if len(n.bindings) > 0 && w.IntN(2) == 0 {
			b = n.bindings[w.IntN(len(n.bindings))]
		}
		if growing := i%500 < 300; (w.IntN(10) < 8) == growing {
			if got, want := r.Bind(b), n.bind(b); got != want {
				t.Fatalf("seed %d step %d: bind %v: added %v, want %v", seed, i, b, got, want)
			}
		} else if got, want := r.Unbind(b), n.unbind(b); got != want {
			t.Fatalf("seed %d step %d: unbind %v: removed %v, want %v", seed, i, b, got, want)
		}
		key, headers := w.routing(w), w.headers(w)
		set.Reset()
		r.Route(published(key, headers), key, &set)
		if got, want := names(&set), n.route(key, headers); !slices.Equal(got, want) {
			t.Fatalf("seed %d step %d: %q %v goes to %v, want %v; bindings %v", seed, i, key, headers, got, want, n.bindings)
		}
	}
}

func published(key string, headers amqp.Table) *message.Message {
	return &message.Message{RoutingKey: key, Header: contentHeader(headers)}
}

// contentHeader is the payload of a content header with these headers only.
func contentHeader(headers amqp.Table) []byte {
	h := []byte{0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	if headers == nil {
		return h
	}
	h[12] = 1 << 5 // the flag of headers
	return amqp.AppendTable(h, headers)
}

func sameArguments(a, b amqp.Table) bool { return len(a) == 0 && len(b) == 0 || amqp.Equivalent(a, b) }

// words splits as the naive matcher wants it.
func words(key string) []string {
	if key == "" {
		return nil
	}
	return strings.Split(key, ".")
}

// naiveTopic matches by trying everything.
func naiveTopic(pattern, key []string) bool {
	if len(pattern) == 0 {
		return len(key) == 0
	}
	if pattern[0] == "#" {
		return naiveTopic(pattern[1:], key) || len(key) > 0 && naiveTopic(pattern, key[1:])
	}
	return len(key) > 0 && (pattern[0] == "*" || pattern[0] == key[0]) && naiveTopic(pattern[1:], key[1:])
}

var headerKeys = strings.Split("a b c x-a x-b", " ")

// someValue has many values that are alike in other types.
func someValue(w *world) any {
	n := w.IntN(3)
	all := []any{n == 1, int8(n), uint8(n), int16(n), uint16(n), int32(n), uint32(n), int64(n), float32(n), float64(n),
		fmt.Sprint(n), []byte{byte(n)}, time.Unix(int64(n), 0), amqp.Decimal{Scale: 1, Value: uint32(n)}, nil,
		amqp.Table{"n": int32(n)}, amqp.Table{"n": int64(n)}, []any{int16(n)}, []any{int64(n)}}
	return all[w.IntN(len(all))]
}

func someHeaders(w *world) amqp.Table {
	t := amqp.Table{}
	for range w.IntN(5) {
		t[headerKeys[w.IntN(len(headerKeys))]] = someValue(w)
	}
	return t
}

func someMatch(w *world) amqp.Table {
	t := someHeaders(w)
	if m := w.IntN(5); m < 4 {
		t["x-match"] = []string{"all", "any", "all-with-x", "any-with-x"}[m]
	}
	return t
}

// naiveHeaders matches as the specification tells it.
func naiveHeaders(arguments, headers amqp.Table) bool {
	how, _ := arguments["x-match"].(string)
	asked, met := 0, 0
	for k, want := range arguments {
		if k == "x-match" || strings.HasPrefix(k, "x-") && !strings.HasSuffix(how, "-with-x") {
			continue
		}
		asked++
		if got, ok := headers[k]; ok && (want == nil || amqp.Equivalent(got, want)) {
			met++
		}
	}
	if strings.HasPrefix(how, "any") {
		return met > 0
	}
	return met == asked
}
