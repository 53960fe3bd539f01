package vhost

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/queuetest"
)

// left names the exchanges that are not there from the start.
func (f *fixture) left() string {
	var names []string
	for _, x := range f.Exchanges() {
		if !x.system() {
			names = append(names, x.Name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func TestAutoDeleteCascade(t *testing.T) {
	for _, c := range []struct {
		name      string
		exchanges []string
		binds     []string
		what      func(f *fixture)
		left      string
	}{
		{"unbind", []string{"a fanout auto"}, []string{"a q"}, func(f *fixture) { f.unbind("a q") }, ""},
		{"one of two", []string{"a fanout auto"}, []string{"a q", "a q k"}, func(f *fixture) { f.unbind("a q") }, "a"},
		{"delete the queue", []string{"a fanout auto", "b fanout"}, []string{"a q", "a q k", "b q"},
			func(f *fixture) { f.DeleteQueue(f.destination("q").(*Queue), false, false) }, "b"},
		{"a chain", []string{"a fanout auto", "b fanout auto", "c fanout auto"}, []string{"a @b", "b @c", "c q"},
			func(f *fixture) { f.unbind("c q") }, ""},
		{"a chain with a stop", []string{"a fanout auto", "b fanout", "c fanout auto"}, []string{"a @b", "b @c", "c q"},
			func(f *fixture) { f.unbind("c q") }, "a b"},
		{"from the front", []string{"a fanout auto", "b fanout auto", "c fanout auto"}, []string{"a @b", "b @c", "c q"},
			func(f *fixture) { f.DeleteExchange("a", false) }, "b c"},
		{"a ring", []string{"a fanout auto", "b fanout auto"}, []string{"a @b", "b @a", "b q"},
			func(f *fixture) { f.DeleteExchange("b", false) }, ""},
		{"never bound", []string{"a fanout auto"}, nil, func(f *fixture) { f.unbind("a q") }, "a"},
		{"itself", []string{"a fanout auto"}, []string{"a @a", "a q"}, func(f *fixture) { f.DeleteExchange("a", false) }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			f.exchanges(c.exchanges...)
			f.queues("q")
			f.binds(c.binds...)
			c.what(f)
			if got := f.left(); got != c.left {
				t.Errorf("%q are left, want %q", got, c.left)
			}
			for _, x := range f.Exchanges() {
				for b := range x.inbound {
					if f.exchange[b.Source.Name] != b.Source || b.Source.bindings[b.id] != b {
						t.Errorf("%s knows a binding that is gone", x.Name)
					}
				}
			}
		})
	}
}

// TestKept: what is durable is stored before it takes effect, a removal with
// all that goes along at once.
func TestKept(t *testing.T) {
	f := newFixture(t)
	f.exchanges("d direct", "t direct transient", "auto topic auto")
	f.queues("q")
	_, _, err := f.DeclareQueue(queue.Declaration{Name: "tq"}, 0)
	f.must(err)
	f.binds("d q 1", "d q 1", "d q 2", "d tq 1", "t q 1", "auto @d a", "amq.topic q #")
	f.unbind("d q 2")
	f.unbind("d tq 1")
	_, err = f.DeleteQueue(f.destination("q").(*Queue), false, false)
	f.must(err)
	f.must(f.DeleteExchange("d", false))
	f.must(f.DeleteExchange("t", false))
	want := strings.Join([]string{
		"+exchange d", "+exchange auto", "+queue q",
		"+binding d q 1", "+binding d q 2", "+binding auto d a", "+binding amq.topic q #",
		"-binding d q 2",
		"-binding amq.topic q #, -binding d q 1, -queue q",
		"-binding auto d a, -exchange auto, -exchange d",
	}, "\n")
	if got := f.keeper.take(); got != want {
		t.Errorf("kept\n%s\nwant\n%s", got, want)
	}
}

// TestNotKept: what cannot be stored does not happen.
func TestNotKept(t *testing.T) {
	f := newFixture(t)
	f.exchanges("x direct")
	f.queues("q", "p")
	f.binds("x q k")
	f.keeper.err = errFull
	_, _, declared := f.DeclareExchange(ExchangeDeclaration{Name: "y", Kind: "direct", Durable: true})
	_, _, queued := f.DeclareQueue(queue.Declaration{Name: "r", Durable: true}, 0)
	_, deleted := f.DeleteQueue(f.destination("q").(*Queue), false, false)
	for name, err := range map[string]error{
		"declare exchange": declared, "declare queue": queued, "delete queue": deleted,
		"delete exchange": f.DeleteExchange("x", false),
		"bind":            f.Bind("x", f.destination("p"), "k", nil), "unbind": f.Unbind("x", f.destination("q"), "k", nil),
	} {
		if !amqp.StorageFailure.Is(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	f.keeper.err = nil
	f.reaches("x", "k", "q")
	if got := f.left(); got != "x" || len(f.Queues()) != 2 {
		t.Errorf("exchanges %s, %d queues", got, len(f.Queues()))
	}
	f.queues("r")
}

func TestConditionalDelete(t *testing.T) {
	f := newFixture(t)
	f.exchanges("x fanout")
	f.queues("q")
	f.binds("x q")
	f.refused(f.DeleteExchange("x", true), "PRECONDITION_FAILED - exchange 'x' in vhost '/' in use")
	q := f.destination("q").(*Queue)
	c := &queuetest.Consumer{}
	f.must(q.Consume(c, queue.ConsumeOptions{}))
	q.Publish([]queue.Publication{{Message: newMessage(t, "", "q", "m", nil)}})
	_, err := f.DeleteQueue(q, true, false)
	f.refused(err, "PRECONDITION_FAILED - queue 'q' in vhost '/' in use")
	_, err = f.DeleteQueue(q, false, true)
	f.refused(err, "PRECONDITION_FAILED - queue 'q' in vhost '/' not empty")
	n, err := f.DeleteQueue(q, false, false)
	if err != nil || n != 1 || c.WasCancelled() != 1 {
		t.Errorf("%d messages, %v, cancelled %d times", n, err, c.WasCancelled())
	}
	if n, err := f.DeleteQueue(q, true, true); n != 0 || err != nil {
		t.Errorf("again: %d, %v", n, err)
	}
	f.must(f.DeleteExchange("x", true))
	quorum, _, err := f.DeclareQueue(queue.Declaration{Name: "quorum", Durable: true, Arguments: amqp.Table{"x-queue-type": "quorum"}}, 0)
	f.must(err)
	_, err = f.DeleteQueue(quorum, true, false)
	f.refused(err, "NOT_IMPLEMENTED - cannot delete queue 'quorum' in vhost '/'. queue.delete operations with if-unused flag set are not supported by quorum queues")
}

func TestAutoDeleteQueue(t *testing.T) {
	f := newFixture(t)
	q, _, err := f.DeclareQueue(queue.Declaration{Name: "q", AutoDelete: true}, 0)
	f.must(err)
	f.exchanges("x fanout auto")
	f.binds("x q")
	c := &queuetest.Consumer{}
	f.must(q.Consume(c, queue.ConsumeOptions{}))
	q.Cancel(c)
	if _, err := f.Queue("q", 0); !amqp.NoQueue.Is(err) || f.left() != "" {
		t.Errorf("queue: %v, exchanges %q", err, f.left())
	}
}

// TestClosed: a closed vhost takes no change, for it would be stored for ever.
func TestClosed(t *testing.T) {
	for _, forget := range []bool{true, false} {
		f := newFixture(t)
		f.exchanges("x direct")
		f.queues("q")
		f.binds("x q k")
		q := f.destination("q").(*Queue)
		f.keeper.take()
		f.must(f.Close(forget))
		if got, want := f.keeper.take(), "-binding x q k, -exchange x, -queue q"; (got == want) != forget {
			t.Errorf("forget %v: kept %q", forget, got)
		}
		_, _, declared := f.DeclareExchange(ExchangeDeclaration{Name: "y", Kind: "direct", Durable: true})
		_, _, queued := f.DeclareQueue(queue.Declaration{Name: "r", Durable: true}, 0)
		_, deleted := f.DeleteQueue(q, false, false)
		for _, err := range []error{declared, queued, deleted, f.Bind("x", q, "2", nil), f.Unbind("x", q, "k", nil), f.DeleteExchange("x", false)} {
			if !amqp.NoVhost.Is(err) {
				t.Errorf("forget %v: %v", forget, err)
			}
		}
		host{q}.Gone()
		if (host{q}).DeadLetter(nil, newMessage(t, "", "q", "m", nil), "", nil, queue.Expired) {
			t.Error("a letter was taken for delivered")
		}
		if got := f.keeper.take(); got != "" {
			t.Errorf("forget %v: kept %q", forget, got)
		}
	}
}

// TestManyBindings: to remove a queue costs no more than its bindings.
func TestManyBindings(t *testing.T) {
	f := newFixture(t)
	f.queues("many", "other")
	f.exchanges("x topic")
	const n = 10_000
	for i := range n {
		f.binds(fmt.Sprintf("x many key.%d.#", i), fmt.Sprintf("amq.fanout many %d", i))
	}
	f.binds("x other #", "amq.fanout other")
	began := time.Now()
	_, err := f.DeleteQueue(f.destination("many").(*Queue), false, false)
	f.must(err)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	f.reaches("x", "key.5.a", "other")
	f.reaches("amq.fanout", "5", "other")
}
