package vhost

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/exchange"
	"github.com/hutchmq/hutchmq/queue"
)

// TestExplainIsWhatPublishDoes: over random topologies, the queues at the end of
// the steps are those that a publisher reaches.
func TestExplainIsWhatPublishDoes(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 1))
	for round := range 20 {
		f := newFixture(t)
		kinds := []string{"direct", "fanout", "topic"}
		var xs []string
		for i := range 6 {
			d := ExchangeDeclaration{Name: fmt.Sprint("x", i), Kind: kinds[r.IntN(len(kinds))]}
			if r.IntN(3) == 0 {
				d.Arguments = amqp.Table{"alternate-exchange": fmt.Sprint("x", r.IntN(7))}
			}
			_, _, err := f.DeclareExchange(d)
			f.must(err)
			xs = append(xs, d.Name)
		}
		f.queues("q0", "q1", "q2", "q3")
		keys := []string{"a", "a.b", "#", "*.b", ""}
		for range 14 {
			to := fmt.Sprint("q", r.IntN(4))
			if r.IntN(2) == 0 {
				to = "@" + xs[r.IntN(len(xs))]
			}
			f.must(f.Bind(xs[r.IntN(len(xs))], f.destination(to), keys[r.IntN(len(keys))], nil))
		}
		for range 20 {
			x, err := f.Exchange(xs[r.IntN(len(xs))])
			f.must(err)
			m := newMessage(t, x.Name, keys[r.IntN(len(keys))], "", nil)
			steps, whole, err := f.Explain(x, m, 1000)
			f.must(err)
			p := f.Publisher()
			_, err = p.Publish(x, m, queue.Receipt{})
			f.must(err)
			var want []string
			for _, q := range p.Reached() {
				want = append(want, q.Name)
			}
			p.Drop()
			var got []string
			for _, s := range steps {
				if q, ok := s.To.(*Queue); ok && !slices.Contains(got, q.Name) {
					got = append(got, q.Name)
				}
				if s.Binding == nil && !s.Alternate {
					t.Errorf("seed %d: a step from %s to %s by no binding", seed, s.From.Name, s.To.DestinationName())
				}
			}
			slices.Sort(got)
			slices.Sort(want)
			if !whole || !slices.Equal(got, want) {
				t.Fatalf("seed %d, round %d: %s with key %q: explained %q, published to %q", seed, round, x.Name, m.RoutingKey, got, want)
			}
		}
	}
}

// TestExplainKeepsNothing: an exchange that remembers messages has not seen the
// one that was asked about.
func TestExplainKeepsNothing(t *testing.T) {
	f := newFixture(t)
	f.exchanges("x history")
	f.queues("q")
	f.binds("x q")
	x, err := f.Exchange("x")
	f.must(err)
	steps, _, err := f.Explain(x, newMessage(t, "x", "", "", nil), 10)
	f.must(err)
	if len(steps) != 1 || steps[0].To != f.destination("q") || steps[0].Binding == nil {
		t.Errorf("explained %+v", steps)
	}
	if kept := x.router.(exchange.Recalling).Recall(); len(kept) != 0 {
		t.Errorf("it remembers %d", len(kept))
	}
}

// TestExplainIsBounded: no more steps than asked for, and it says so.
func TestExplainIsBounded(t *testing.T) {
	f := newFixture(t)
	f.exchanges("x fanout")
	for i := range 20 {
		f.queues(fmt.Sprint("q", i))
		f.binds(fmt.Sprint("x q", i))
	}
	x, err := f.Exchange("x")
	f.must(err)
	steps, whole, err := f.Explain(x, newMessage(t, "x", "", "", nil), 7)
	if err != nil || whole || len(steps) != 7 {
		t.Errorf("%d steps, whole %v, %v", len(steps), whole, err)
	}
}
