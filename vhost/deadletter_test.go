package vhost

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// dying declares a queue that dead-letters to an exchange, by key if any.
func (f *fixture) dying(name, to, key string, args amqp.Table) *Queue {
	f.Helper()
	if args == nil {
		args = amqp.Table{}
	}
	args["x-dead-letter-exchange"] = to
	if key != "" {
		args["x-dead-letter-routing-key"] = key
	}
	q, _, err := f.DeclareQueue(queue.Declaration{Name: name, Arguments: args}, 0)
	f.must(err)
	return q
}

// reject gets the message of q and rejects it.
func (f *fixture) reject(q *Queue) {
	f.Helper()
	d, _, ok := q.Get(false)
	if !ok {
		f.Fatalf("%s is empty", q.Name)
	}
	q.Settle(nil, []queue.Delivery{d}, queue.Discard)
}

func (f *fixture) publish(exchangeName string, m *message.Message) {
	f.Helper()
	x, err := f.Exchange(exchangeName)
	f.must(err)
	_, err = f.publisher.Publish(x, m, queue.Receipt{})
	f.must(err)
	f.publisher.Flush()
}

func (f *fixture) ready(name string, want int) {
	f.Helper()
	if got := f.destination(name).(*Queue).Stat().Ready; got != want {
		f.Errorf("%d ready in %s, want %d", got, name, want)
	}
}

func TestDeadLetter(t *testing.T) {
	f := newFixture(t)
	f.exchanges("dlx topic")
	f.queues("by-key", "own", "copy")
	f.binds("dlx by-key dead", "dlx own a", "dlx copy c")
	a, b := f.dying("a", "dlx", "", nil), f.dying("b", "dlx", "dead", nil)
	f.publish("", newMessage(t, "", "a", "1", amqp.Table{"CC": []any{"c"}}))
	f.reject(a)
	f.ready("own", 1)
	f.ready("copy", 1)
	f.publish("", newMessage(t, "", "b", "2", amqp.Table{"CC": []any{"c"}}))
	f.reject(b)
	f.ready("by-key", 1)
	f.ready("copy", 1)
	d, _, _ := f.destination("by-key").(*Queue).Get(true)
	p, err := amqp.ParseProperties(d.Message.Header)
	f.must(err)
	death := p.Headers["x-death"].([]any)[0].(amqp.Table)
	if death["queue"] != "b" || death["reason"] != "rejected" || death["count"] != int64(1) || d.Message.Exchange != "dlx" || d.Message.RoutingKey != "dead" {
		t.Errorf("death %v of %+v", death, d.Message)
	}
	f.must(f.DeleteExchange("dlx", false))
	f.publish("", newMessage(t, "", "b", "3", nil))
	f.reject(b) // into nothing
	f.ready("b", 0)
}

// TestDeadLetterCycles: a message that dies of itself does not go round; one
// that somebody rejects does.
func TestDeadLetterCycles(t *testing.T) {
	f := newFixture(t)
	full := func() amqp.Table { return amqp.Table{"x-max-length": int32(0)} }
	f.dying("a", "", "b", full())
	f.dying("b", "", "c", full())
	f.dying("c", "", "a", full())
	f.dying("self", "", "self", full())
	for _, name := range []string{"a", "b", "c", "self"} {
		f.publish("", newMessage(t, "", name, "m", nil))
		f.publish("", newMessage(t, "", name, "m", amqp.Table{"x-death": []any{
			amqp.Table{"queue": "a", "reason": "rejected"}, amqp.Table{"queue": "zzz", "reason": "rejected"},
		}}))
		f.ready(name, 0)
	}
	work := f.dying("work", "", "work", nil)
	f.publish("", newMessage(t, "", "work", "m", nil))
	for range 5 {
		f.reject(work)
		f.ready("work", 1)
	}
}

// TestDeadLetterChain: a message dies in a bounded number of queues.
func TestDeadLetterChain(t *testing.T) {
	f := newFixture(t)
	const n = maxDeaths + 20
	for i := range n {
		f.dying(fmt.Sprint("q", i), "", fmt.Sprint("q", i+1), amqp.Table{"x-max-length": int32(0)})
	}
	f.queues(fmt.Sprint("q", n), "end")
	f.publish("", newMessage(t, "", "q0", "m", nil))
	f.ready(fmt.Sprint("q", n), 0)
	f.publish("", newMessage(t, "", fmt.Sprint("q", n-maxDeaths), "m", nil))
	f.ready(fmt.Sprint("q", n), 1)
}

// TestConcurrent publishes while everything comes and goes; under the race
// detector. Each receipt comes once for each queue the message went to.
func TestConcurrent(t *testing.T) {
	f := newFixture(t)
	f.exchanges("in topic", "mid fanout")
	f.binds("in @mid #")
	f.dying("dead", "in", "x.dead", amqp.Table{"x-max-length": int32(1)})
	const rounds = 200
	var changes, publishers sync.WaitGroup
	for g := range 3 {
		changes.Go(func() {
			for i := range rounds {
				name := fmt.Sprint("q", (g+i)%4)
				q, _, err := f.DeclareQueue(queue.Declaration{Name: name, Durable: i%2 == 0}, 0)
				if err != nil && !strings.Contains(err.Error(), "inequivalent") {
					t.Error(err)
				}
				f.Bind("in", q, "x.#", nil)
				f.Bind("mid", q, "", nil)
				if i%3 == 0 {
					f.Unbind("in", q, "x.#", nil)
				}
				if i%2 == 0 {
					f.DeleteQueue(q, false, false)
				}
			}
		})
	}
	for range 2 {
		publishers.Go(func() {
			var c counter
			p, want := f.Publisher(), 0
			for i := range rounds * 5 {
				x, err := f.Exchange([]string{"in", "mid", ""}[i%3])
				if err != nil {
					t.Error(err)
					return
				}
				m := newMessage(t, x.Name, []string{"x.1", "q1", "dead"}[i%3], "m", nil)
				n, err := p.Publish(x, m, queue.Receipt{To: &c, Seq: 1})
				if err != nil {
					t.Error(err)
				}
				want += n
				if i%10 == 0 {
					p.Flush()
				}
			}
			p.Flush()
			f.settled(&c, want)
		})
	}
	changes.Wait()
	publishers.Wait()
}

// counter counts confirms.
type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) Confirm(seqs []uint64, _ bool) {
	c.mu.Lock()
	c.n += len(seqs)
	c.mu.Unlock()
}

// settled checks that all confirms came; the messages are transient, so that
// none waits for a disk.
func (f *fixture) settled(c *counter, want int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n != want {
		f.Errorf("%d confirms, want %d", c.n, want)
	}
}

// TestDeadLettersWaitForRestore: what expires while the node starts goes to a
// queue that is restored later.
func TestDeadLettersWaitForRestore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		f.queues("dead")
		q, _, err := f.DeclareQueue(queue.Declaration{Name: "short", Durable: true, Arguments: amqp.Table{
			"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead", "x-message-ttl": int32(10),
		}}, 0)
		f.must(err)
		m := newMessage(t, "", "short", "m", nil)
		m.Persistent = true
		f.publish("", m)
		synctest.Wait()
		f.must(f.Close(false))
		time.Sleep(time.Second)

		dead := f.destination("dead").(*Queue)
		again, err := New("/", f.options)
		f.must(err)
		f.must(again.RestoreQueue(q.Declaration, q.Kind, Marks{}))
		time.Sleep(time.Second)
		f.must(again.RestoreQueue(dead.Declaration, dead.Kind, Marks{}))
		again.Restored()
		synctest.Wait()
		f.Vhost = again
		f.ready("short", 0)
		f.ready("dead", 1)
		f.must(again.Close(false))
	})
}
