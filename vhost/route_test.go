package vhost

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

func TestDefaultExchange(t *testing.T) {
	f := newFixture(t)
	f.reaches("", "a", "")
	f.queues("a", "b")
	f.reaches("", "a", "a")
	f.reaches("", "c", "")
	q, err := f.Queue("a", 0)
	f.must(err)
	_, err = f.DeleteQueue(q, false, false)
	f.must(err)
	f.reaches("", "a", "")
	f.queues("a")
	f.reaches("", "a", "a")
}

// TestOneCopy: several bindings of one queue, and several ways to it, are one
// copy.
func TestOneCopy(t *testing.T) {
	f := newFixture(t)
	f.exchanges("in topic", "all fanout")
	f.queues("a", "b")
	f.binds("in a x.#", "in a #.y", "in a x.y", "in @all #", "all a", "all b")
	f.reaches("in", "x.y", "a b")
}

func TestCycle(t *testing.T) {
	f := newFixture(t)
	f.exchanges("a fanout", "b topic", "c direct")
	f.queues("qa", "qb", "qc")
	f.binds("a @b", "b @c #", "c @a k", "a @a", "a qa", "b qb k", "c qc k")
	f.reaches("a", "k", "qa qb qc")
	f.reaches("c", "k", "qa qb qc")
	f.reaches("b", "other", "")
}

func TestAlternateExchange(t *testing.T) {
	f := newFixture(t)
	f.exchanges("a direct alternate=b", "b topic alternate=c", "c fanout alternate=a", "lost direct alternate=nowhere")
	f.queues("qa", "qb", "qc")
	f.binds("a qa k", "b qb x.#", "c qc")
	f.reaches("a", "k", "qa")
	f.reaches("a", "x.1", "qb")
	f.reaches("a", "other", "qc")
	f.reaches("lost", "k", "")
	f.unbind("c qc")
	f.reaches("a", "other", "") // round and round
	f.exchanges("nowhere fanout")
	f.binds("nowhere qc")
	f.reaches("lost", "k", "qc")
	f.must(f.DeleteExchange("nowhere", false))
	f.reaches("lost", "k", "")
}

// TestAlternateOfDestination: what an exchange on the way cannot route goes to
// its own alternate, even when others could.
func TestAlternateOfDestination(t *testing.T) {
	f := newFixture(t)
	f.exchanges("in fanout", "dead direct alternate=spare", "spare fanout")
	f.queues("a", "b")
	f.binds("in @dead", "in a", "spare b")
	f.reaches("in", "k", "a b")
}

func TestCopies(t *testing.T) {
	f := newFixture(t)
	f.exchanges("d direct", "h headers")
	f.queues("a", "b", "c", "h")
	f.binds("d a a", "d b b", "d c c", "d @h h")
	f.must(f.Bind("h", f.destination("h"), "", amqp.Table{"x-match": "all", "n": int32(5)}))
	for _, c := range []struct {
		exchange, key string
		headers       amqp.Table
		want          string
	}{
		{"d", "a", amqp.Table{"CC": []any{"b"}}, "a b"},
		{"d", "none", amqp.Table{"CC": []any{"b", "b", "a"}}, "a b"},
		{"d", "a", amqp.Table{"BCC": []any{"c"}, "CC": []any{"b"}}, "a b c"},
		{"d", "x", amqp.Table{"CC": []any{"h"}, "n": int64(5)}, "h"},
		{"d", "x", amqp.Table{"BCC": []any{"h", "a"}, "n": int32(6)}, "a"},
		{"", "a", amqp.Table{"CC": []any{"b", "nobody"}}, "a b"},
	} {
		if got := f.reach(c.exchange, c.key, c.headers); got != c.want {
			t.Errorf("%q %q %v: reached %q, want %q", c.exchange, c.key, c.headers, got, c.want)
		}
	}
	x, err := f.Exchange("d")
	f.must(err)
	_, err = f.publisher.Publish(x, newMessage(t, "d", "a", "", amqp.Table{"CC": "b"}), queue.Receipt{})
	f.refused(err, `PRECONDITION_FAILED - invalid message: {unacceptable_type_in_header,<<"CC">>,longstr}`)
}

// TestBlindCopies: nobody sees the BCC header, and CC stays.
func TestBlindCopies(t *testing.T) {
	f := newFixture(t)
	f.queues("a", "b")
	m := newMessage(t, "", "a", "body", amqp.Table{"CC": []any{"b"}, "BCC": []any{"b"}, "n": int32(1)})
	x, err := f.Exchange("")
	f.must(err)
	_, err = f.publisher.Publish(x, m, queue.Receipt{})
	f.must(err)
	f.publisher.Flush()
	q, err := f.Queue("b", 0)
	f.must(err)
	d, _, ok := q.Get(true)
	if !ok {
		t.Fatal("nothing in b")
	}
	p, err := amqp.ParseProperties(d.Message.Header)
	f.must(err)
	if _, there := p.Headers["BCC"]; there || len(p.Headers) != 2 {
		t.Errorf("headers %v", p.Headers)
	}
}

// TestHeadersAreNotRemembered: two messages with one key and other headers go
// different ways, even behind other exchanges.
func TestHeadersAreNotRemembered(t *testing.T) {
	f := newFixture(t)
	f.exchanges("in fanout", "h headers")
	f.queues("one", "two")
	f.binds("in @h")
	for i, name := range []string{"one", "two"} {
		f.must(f.Bind("h", f.destination(name), "", amqp.Table{"x-match": "any", "n": int32(i + 1)}))
	}
	for i, want := range []string{"", "one", "two", "one"} {
		if got := f.reach("in", "k", amqp.Table{"n": int32([]int{0, 1, 2, 1}[i])}); got != want {
			t.Errorf("message %d reached %q, want %q", i, got, want)
		}
	}
}

// TestRoutesAreForgotten changes the topology at random; a publisher that has
// remembered routes must agree with one that begins anew.
func TestRoutesAreForgotten(t *testing.T) {
	const seed = 3
	r := rand.New(rand.NewSource(seed))
	f := newFixture(t)
	names := []string{"a", "b", "c"}
	for step := range 400 {
		name := names[r.Intn(len(names))]
		x := ExchangeDeclaration{Name: "x" + name, Kind: "topic"}
		if name == "c" {
			x.Arguments = amqp.Table{"alternate-exchange": "xa"}
		}
		switch r.Intn(7) {
		case 0:
			f.queues(name)
		case 1:
			_, _, err := f.DeclareExchange(x)
			f.must(err)
		case 2:
			if q, err := f.Queue(name, 0); err == nil {
				_, err := f.DeleteQueue(q, false, false)
				f.must(err)
			}
		case 3:
			f.must(f.DeleteExchange(x.Name, false))
		default:
			f.change(r, x.Name, names[r.Intn(len(names))])
		}
		for _, key := range names {
			for _, from := range []string{"", "xa", "xb", "xc"} {
				if _, err := f.Exchange(from); err != nil {
					continue
				}
				got := f.reach(from, key, nil)
				old := f.publisher
				f.publisher = f.Publisher()
				want := f.reach(from, key, nil)
				f.publisher = old
				if got != want {
					t.Fatalf("seed %d, step %d: %q %q reached %q, want %q", seed, step, from, key, got, want)
				}
			}
		}
	}
}

// change binds or unbinds to, as a queue or exchange, if all that is there.
func (f *fixture) change(r *rand.Rand, source, to string) {
	if _, err := f.Exchange(source); err != nil {
		return
	}
	key := []string{"a", "b", "#", "c"}[r.Intn(4)]
	do := f.Bind
	if r.Intn(3) == 0 {
		do = f.Unbind
	}
	if q, err := f.Queue(to, 0); err == nil && r.Intn(2) == 0 {
		f.must(do(source, q, key, nil))
	} else if x, err := f.Exchange("x" + to); err == nil {
		f.must(do(source, x, key, nil))
	}
}

// TestBursts: what is published between two flushes is in each queue in order,
// however many queues there are.
func TestBursts(t *testing.T) {
	f := newFixture(t)
	f.exchanges("in topic")
	const queues, messages = 3 * manyBursts, 500
	for i := range queues {
		f.queues(fmt.Sprint("q", i))
		f.binds(fmt.Sprintf("in q%d %d.#", i, i), fmt.Sprintf("in q%d *.%d", i, i%7))
	}
	r := rand.New(rand.NewSource(4))
	x, err := f.Exchange("in")
	f.must(err)
	want := map[string][]string{}
	for i := range messages {
		a, b := r.Intn(queues), r.Intn(9)
		body := fmt.Sprint(i)
		n, err := f.publisher.Publish(x, newMessage(t, "in", fmt.Sprintf("%d.%d", a, b), body, nil), queue.Receipt{})
		f.must(err)
		before := n
		for j := range queues {
			if j == a || j%7 == b {
				want[fmt.Sprint("q", j)] = append(want[fmt.Sprint("q", j)], body)
				n--
			}
		}
		if n != 0 {
			t.Fatalf("message %d went to %d queues", i, before)
		}
		if r.Intn(100) == 0 {
			f.publisher.Flush()
		}
	}
	f.publisher.Flush()
	for _, q := range f.Queues() {
		var got []string
		for d, _, ok := q.Get(true); ok; d, _, ok = q.Get(true) {
			got = append(got, string(d.Message.Body))
		}
		if !slices.Equal(got, want[q.Name]) {
			t.Errorf("%s has %s\nwant %s", q.Name, strings.Join(got, " "), strings.Join(want[q.Name], " "))
		}
	}
}

// TestPublishAllocations: a remembered route costs nothing.
func TestPublishAllocations(t *testing.T) {
	f := newFixture(t)
	f.exchanges("in fanout")
	f.queues("a", "b")
	f.binds("in a", "in b")
	x, err := f.Exchange("in")
	f.must(err)
	m := newMessage(t, "in", "k", "body", nil)
	publish := func() {
		f.publisher.Publish(x, m, queue.Receipt{})
		f.publisher.Flush()
		for _, q := range f.publisher.last.queues {
			q.Get(true)
		}
	}
	publish()
	if n := testing.AllocsPerRun(100, publish); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestManyKeys: a publisher of more keys than it remembers routes them all, and
// comes to remember those that are in use later.
func TestManyKeys(t *testing.T) {
	f := newFixture(t)
	f.queues("even", "odd")
	f.exchanges("in topic")
	f.binds("in even #.0", "in odd #.1")
	x, err := f.Exchange("in")
	f.must(err)
	p := f.Publisher()
	publish := func(prefix string, n int) {
		for i := range n {
			m := newMessage(t, "in", fmt.Sprint(prefix, i, ".", i%2), "", nil)
			if n, err := p.Publish(x, m, queue.Receipt{}); n != 1 || err != nil || p.Reached()[0].Name != []string{"even", "odd"}[i%2] {
				t.Fatalf("%s: reached %d, %v", m.RoutingKey, n, err)
			}
			if i%1000 == 0 {
				p.Flush()
			}
		}
		p.Flush()
	}
	publish("old", 3*maxRoutes)
	if len(p.routes) > maxRoutes {
		t.Errorf("%d routes are remembered", len(p.routes))
	}
	for range maxMissed / 10 {
		publish("new", 10)
	}
	if p.routes[routeKey{x, "new3.1"}] == nil {
		t.Error("a key that is in use for long is not remembered")
	}
}
