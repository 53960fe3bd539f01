package vhost

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

// TestChosenOnce: one queue gets a message, whatever CC and BCC say, and the
// way there is remembered only where the key decides.
func TestChosenOnce(t *testing.T) {
	f := newFixture(t)
	for _, kind := range []string{"hash", "modulus", "random"} {
		f.exchanges("in-" + kind + " " + kind)
		for i := range 5 {
			q := fmt.Sprint(kind, i)
			f.queues(q)
			f.binds(fmt.Sprintf("in-%s %s 1", kind, q))
		}
		went := map[string]bool{}
		for i := range 100 {
			q := f.reach("in-"+kind, "key", amqp.Table{"CC": []any{"a", "b", fmt.Sprint(i)}, "BCC": []any{"c"}})
			if strings.Contains(q, " ") || q == "" {
				t.Fatalf("%s: went to %q", kind, q)
			}
			went[q] = true
		}
		if random := kind == "random"; random != (len(went) > 1) {
			t.Errorf("%s: one key went to %d queues", kind, len(went))
		}
	}
}

// TestChoiceOutlivesReleases: queues are told apart by more than their names,
// and that must not change, or messages change their queue with an upgrade.
func TestChoiceOutlivesReleases(t *testing.T) {
	f := newFixture(t)
	f.exchanges("in hash", "a fanout")
	f.queues("a", "b", "c", "behind")
	f.binds("in a 1", "in b 2", "in c 1", "in @a 1", "a behind")
	var went []string
	for i := range 12 {
		went = append(went, f.reach("in", fmt.Sprint("key", i), nil))
	}
	if got, want := strings.Join(went, " "), "b b a c a b a c c a behind c"; got != want {
		t.Errorf("went to %s\nwant    %s", got, want)
	}
}

// TestHashedHeaderIsNotRemembered: one key, other headers, other queues.
func TestHashedHeaderIsNotRemembered(t *testing.T) {
	f := newFixture(t)
	_, _, err := f.DeclareExchange(ExchangeDeclaration{Name: "in", Kind: "hash", Arguments: amqp.Table{"hash-header": "id"}})
	f.must(err)
	for i := range 5 {
		f.queues(fmt.Sprint("q", i))
		f.binds(fmt.Sprintf("in q%d 1", i))
	}
	went := map[string]bool{}
	for i := range 50 {
		q := f.reach("in", "key", amqp.Table{"id": int32(i)})
		if again := f.reach("in", "other", amqp.Table{"id": int64(i)}); again != q {
			t.Errorf("id %d went to %s and %s", i, q, again)
		}
		went[q] = true
	}
	if len(went) != 5 {
		t.Errorf("went to %d queues of 5", len(went))
	}
}

// bodies takes what is in a queue.
func (f *fixture) bodies(name string) string {
	f.Helper()
	q := f.destination(name).(*Queue)
	var all []string
	for d, _, ok := q.Get(true); ok; d, _, ok = q.Get(true) {
		all = append(all, string(d.Message.Body))
	}
	return strings.Join(all, " ")
}

func TestRecall(t *testing.T) {
	f := newFixture(t)
	f.exchanges("h history", "far fanout", "direct direct alternate=far", "loop history")
	f.queues("early", "late", "keyed", "behind", "other")
	f.binds("h early", "direct keyed 2", "far behind")
	for i := range 3 {
		f.reach("h", fmt.Sprint(i), nil) // 1 to 3
	}
	f.binds("h late", "h late")
	if got := f.bodies("late"); got != "1 2 3" {
		t.Errorf("a queue bound late got %q", got)
	}
	f.must(f.Bind("h", f.destination("late"), "another key", nil))
	if got := f.bodies("late"); got != "1 2 3" {
		t.Errorf("by another binding it got %q", got)
	}
	f.binds("h @direct")
	if k, b := f.bodies("keyed"), f.bodies("behind"); k != "3" || b != "1 2" {
		t.Errorf("through an exchange came %q, and by its alternate %q", k, b)
	}
	f.binds("loop @h", "h @loop") // the history of one becomes that of the other
	f.binds("loop other")
	if got := f.bodies("other"); got != "1 2 3" {
		t.Errorf("through two histories came %q", got)
	}
	if got := f.bodies("early"); got != "" {
		t.Errorf("who was bound before got %q again", got)
	}
}

// TestRecallWhilePublishing: who is bound in the middle of it misses nothing.
func TestRecallWhilePublishing(t *testing.T) {
	f := newFixture(t)
	_, _, err := f.DeclareExchange(ExchangeDeclaration{Name: "h", Kind: "history",
		Arguments: amqp.Table{"x-recent-history-length": int32(5000)}})
	f.must(err)
	f.queues("late")
	x, err := f.Exchange("h")
	f.must(err)
	const n = 4000
	half, done := make(chan bool), make(chan bool)
	go func() {
		defer close(done)
		p := f.Publisher()
		for i := range n {
			p.Publish(x, newMessage(t, "h", "k", fmt.Sprint(i), nil), queue.Receipt{})
			p.Flush()
			if i == n/2 {
				close(half)
			}
		}
	}()
	<-half
	f.binds("h late")
	<-done
	got := strings.Fields(f.bodies("late"))
	slices.Sort(got)
	if got = slices.Compact(got); len(got) != n {
		t.Errorf("%d messages of %d", len(got), n)
	}
}

// TestChoosingAllocations: to choose costs nothing, remembered or not.
func TestChoosingAllocations(t *testing.T) {
	f := newFixture(t)
	for _, kind := range []string{"hash", "modulus", "random", "history"} {
		f.exchanges("in-" + kind + " " + kind)
		for i := range 3 {
			f.queues(fmt.Sprint(kind, i))
			f.binds(fmt.Sprintf("in-%s %s%d 1", kind, kind, i))
		}
		x, err := f.Exchange("in-" + kind)
		f.must(err)
		m := newMessage(t, x.Name, "k", "body", nil)
		publish := func() {
			f.publisher.Publish(x, m, queue.Receipt{})
			f.publisher.Flush()
			for _, q := range f.publisher.Reached() {
				q.Get(true)
			}
		}
		for range 20 {
			publish() // every queue has been chosen
		}
		if n := testing.AllocsPerRun(100, publish); n > 0 {
			t.Errorf("%s: %v allocations", kind, n)
		}
	}
}

// TestTraced: a publisher learns with its next message.
func TestTraced(t *testing.T) {
	f := newFixture(t)
	f.queues("q")
	for _, on := range []bool{false, true, true, false} {
		f.SetTracing(on)
		f.reaches("", "q", "q")
		if f.publisher.Traced() != on || f.Tracing() != on {
			t.Errorf("traced is %v, want %v", f.publisher.Traced(), on)
		}
		if r := f.publisher.Reached(); len(r) != 1 || r[0].Name != "q" {
			t.Errorf("reached %v", r)
		}
	}
}
