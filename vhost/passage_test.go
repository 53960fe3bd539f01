package vhost

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/queue"
)

// flows prints the passages of both ends, which must agree, and the traffic of
// exchanges.
func (f *fixture) flows() string {
	f.Helper()
	var out, in []string
	for _, x := range f.Exchanges() {
		for _, p := range x.Outgoing() {
			out = append(out, fmt.Sprintf("%s>%s=%d", p.Exchange.Name, p.Queue.Name, p.Count()))
		}
	}
	for _, q := range f.Queues() {
		for _, p := range q.Incoming() {
			in = append(in, fmt.Sprintf("%s>%s=%d", p.Exchange.Name, p.Queue.Name, p.Count()))
		}
	}
	slices.Sort(out)
	slices.Sort(in)
	if !slices.Equal(in, out) {
		f.Errorf("passages of exchanges %v, of queues %v", out, in)
	}
	return strings.Join(out, " ")
}

// TestPassages: what is published is counted at the exchange it was published
// to, whatever lies between; the passages of what goes go with it.
func TestPassages(t *testing.T) {
	f := newFixture(t)
	f.exchanges("a fanout", "b fanout", "h headers")
	f.queues("q", "r")
	f.binds("a @b", "b q", "a r", "h q")
	publish := func(times int, exchangeName, key string) {
		t.Helper()
		x, err := f.Exchange(exchangeName)
		f.must(err)
		for range times {
			_, err := f.publisher.Publish(x, newMessage(t, exchangeName, key, "m", nil), queue.Receipt{})
			f.must(err)
		}
	}
	check := func(want string) {
		t.Helper()
		if got := f.flows(); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
	publish(3, "a", "")
	publish(2, "h", "")
	publish(1, "", "q")
	publish(1, "h", "")
	publish(1, "", "nobody")
	check(">q=0 a>q=0 a>r=0") // nothing is in the queues yet
	f.publisher.Flush()
	check(">q=1 a>q=3 a>r=3 h>q=3")
	publish(5, "a", "")
	publish(5, "h", "")
	f.publisher.Drop()
	f.publisher.Flush()
	check(">q=1 a>q=3 a>r=3 h>q=3")
	x, err := f.Exchange("a")
	f.must(err)
	if got := x.Traffic(); got[queue.PublishedIn] != 3 || got[queue.PublishedOut] != 6 {
		t.Errorf("traffic of a: %v", got)
	}
	if got := f.publisher.Traffic(); got[queue.Published] != 8 || got[queue.PublishedOut] != 10 {
		t.Errorf("traffic of the publisher: %v", got)
	}
	f.must(f.publisher.Copy(x, newMessage(t, "a", "", "m", nil)))
	f.publisher.Flush()
	check(">q=1 a>q=3 a>r=3 h>q=3")

	q, err := f.Queue("q", 0)
	f.must(err)
	_, err = f.DeleteQueue(q, false, false)
	f.must(err)
	check("a>r=3")
	publish(1, "a", "")
	f.publisher.Flush()
	check("a>r=4")
	f.must(f.DeleteExchange("a", false))
	check("")
	p := f.passages.between(x, q)
	if p == nil || len(x.to) != 0 || len(q.from) != 0 {
		t.Error("what is gone has passages")
	}
}

// TestPublishedIsBounded: a publisher to many exchanges counts some apart, and
// all together.
func TestPublishedIsBounded(t *testing.T) {
	f := newFixture(t)
	const many = maxPublished + 10
	for i := range many {
		name := fmt.Sprint("x", i)
		f.exchanges(name + " fanout transient")
		x, err := f.Exchange(name)
		f.must(err)
		for range 2 {
			_, err = f.publisher.Publish(x, newMessage(t, name, "", "m", nil), queue.Receipt{})
			f.must(err)
		}
		f.publisher.Flush()
	}
	if n := len(f.publisher.Published()); n != maxPublished {
		t.Errorf("%d exchanges are counted apart, want %d", n, maxPublished)
	}
	if got := f.publisher.Traffic()[queue.Published]; got != 2*many {
		t.Errorf("%d published, want %d", got, 2*many)
	}
	x, err := f.Exchange("x0")
	f.must(err)
	f.must(f.DeleteExchange("x0", false))
	f.exchanges("new fanout")
	n, err := f.Exchange("new")
	f.must(err)
	f.publisher.To(n).Count(queue.Dropped, 1)
	if f.publisher.PublishedTo(x) != nil || f.publisher.PublishedTo(n) == nil {
		t.Error("an exchange that is gone takes the place of one that is there")
	}
}
