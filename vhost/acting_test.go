package vhost

import (
	"slices"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

// notice writes down what the vhost tells: "bob +queue q".
func (f *fixture) notice(n Notice) {
	what := []string{n.User, "+"}
	if n.Forget {
		what[1] = "-"
	}
	switch {
	case n.Exchange != nil:
		what[1] += "exchange"
		what = append(what, n.Exchange.Name)
	case n.Queue != nil:
		what[1] += "queue"
		what = append(what, n.Queue.Name)
	default:
		what[1] += "binding"
		what = append(what, n.Binding.Source.Name, n.Binding.Destination.DestinationName())
	}
	f.notices = append(f.notices, strings.Join(what, " "))
}

// noticed checks what was told since the last time, in any order.
func (f *fixture) noticed(want ...string) {
	f.Helper()
	slices.Sort(f.notices)
	slices.Sort(want)
	if !slices.Equal(f.notices, want) {
		f.Errorf("noticed %q\nwant %q", f.notices, want)
	}
	f.notices = nil
}

// TestNotices: every change is told once, transient or durable, with all that
// goes along and who did it; what changes nothing is not.
func TestNotices(t *testing.T) {
	f := newFixture(t)
	f.noticed()
	bob := f.As("bob")
	for range 2 {
		_, _, err := bob.DeclareExchange(ExchangeDeclaration{Name: "x", Kind: "topic", AutoDelete: true})
		f.must(err)
		_, _, err = bob.DeclareQueue(queue.Declaration{Name: "q"}, 0)
		f.must(err)
		f.must(bob.Bind("x", f.destination("q"), "a.#", nil))
	}
	f.noticed("bob +exchange x", "bob +queue q", "bob +binding x q")
	f.must(f.Bind("x", f.destination("q"), "a.#", amqp.Table{"n": int32(1)}))
	f.noticed(" +binding x q")
	for range 2 {
		f.must(bob.Unbind("x", f.destination("q"), "a.#", nil))
	}
	f.noticed("bob -binding x q")
	_, err := f.As("eve").DeleteQueue(f.destination("q").(*Queue), false, false)
	f.must(err)
	f.noticed("eve -queue q", "eve -binding x q", "eve -exchange x")

	_, _, err = bob.DeclareQueue(queue.Declaration{Name: "mine", Exclusive: true}, 7)
	f.must(err)
	f.exchanges("d fanout")
	f.binds("d mine")
	f.notices = nil
	f.must(bob.DeleteExchange("d", false))
	f.noticed("bob -exchange d", "bob -binding d mine")
	f.must(bob.DeleteOwned(7))
	f.noticed("bob -queue mine")

	f.keeper.err = errFull
	if _, _, err := bob.DeclareQueue(queue.Declaration{Name: "q", Durable: true}, 0); err == nil {
		t.Error("declared though it was not stored")
	}
	f.noticed()
	f.keeper.err = nil
	f.queues("q")
	f.binds("amq.topic q #")
	f.notices = nil
	f.must(f.Close(true))
	f.noticed(" -queue q", " -binding amq.topic q")
}

// TestBound: an exchange knows whether anything is bound to it.
func TestBound(t *testing.T) {
	f := newFixture(t)
	f.queues("a", "b")
	x, err := f.Exchange("amq.topic")
	f.must(err)
	step := func(want bool) {
		t.Helper()
		if x.Bound() != want {
			t.Errorf("bound is %v", x.Bound())
		}
	}
	step(false)
	f.binds("amq.topic a 1", "amq.topic a 1", "amq.topic b 2")
	step(true)
	f.unbind("amq.topic a 1")
	f.unbind("amq.topic a 1")
	step(true)
	_, err = f.DeleteQueue(f.destination("b").(*Queue), false, false)
	f.must(err)
	step(false)
}
