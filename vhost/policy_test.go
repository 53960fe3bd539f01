package vhost

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/policy"
	"github.com/hutchmq/hutchmq/queue"
)

// followers is a type whose queues write down what they are told of policies.
type followers struct {
	queue.Type
	mu   sync.Mutex
	told map[string][]string // by queue
	on   func(h queue.Host)  // what a queue does before it writes; nil nothing
}

type follower struct {
	queue.Queue
	name string
	host queue.Host
	kind *followers
}

func (k *followers) Open(d queue.Declaration, h queue.Host) (queue.Queue, error) {
	q, err := k.Type.Open(d, h)
	k.tell(d.Name, d.Policy)
	return &follower{q, d.Name, h, k}, err
}

func (q *follower) Reconfigure(p amqp.Table) {
	if q.kind.on != nil {
		q.kind.on(q.host)
	}
	q.kind.tell(q.name, p)
}

func (k *followers) tell(name string, p amqp.Table) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.told[name] = append(k.told[name], write(p))
}

// take says what queues were told since the last time.
func (k *followers) take() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(k.told)) {
		lines = append(lines, name+" "+strings.Join(k.told[name], ", "))
	}
	clear(k.told)
	return strings.Join(lines, "; ")
}

func write(p amqp.Table) string { return strings.TrimPrefix(fmt.Sprint(p), "map") }

// followed has the classic queues of f follow their policies.
func (f *fixture) followed() *followers {
	k := &followers{Type: f.options.QueueTypes["classic"], told: map[string][]string{}}
	f.options.QueueTypes["classic"] = k
	return k
}

// put makes a policy out of "name pattern key=number…"; an operator's has a
// name that begins with "op".
func (f *fixture) put(text string) {
	f.Helper()
	w := strings.Fields(text)
	p := policy.Policy{Name: w[0], Pattern: w[1], ApplyTo: "all", Definition: amqp.Table{}}
	if strings.HasPrefix(p.Name, "op") {
		p.By = policy.Operator
	}
	for _, setting := range w[2:] {
		key, value, _ := strings.Cut(setting, "=")
		p.Definition[key] = value
		var n int64
		if _, err := fmt.Sscan(value, &n); err == nil {
			p.Definition[key] = n
		}
	}
	s, err := f.Policies().With(p)
	f.must(err)
	f.must(f.SetPolicies(s))
}

func (f *fixture) drop(by policy.Author, name string) {
	f.Helper()
	f.must(f.SetPolicies(f.Policies().Without(by, name)))
}

// TestPolicyAtDeclare: a queue opens with what policies say.
func TestPolicyAtDeclare(t *testing.T) {
	f := newFixture(t)
	f.put("p ^q max-length=1")
	f.queues("q", "other")
	for _, name := range []string{"q", "other"} {
		f.publish("", newMessage(t, "", name, "1", nil))
		f.publish("", newMessage(t, "", name, "2", nil))
	}
	f.ready("q", 1)
	f.ready("other", 2)
	q := f.destination("q").(*Queue)
	if e := q.Effective(); e.Policy != "p" || e.Operator != "" || e.Sources["max-length"] != (policy.Source{Name: "p"}) {
		t.Errorf("%+v", e)
	}
	if q.Declaration.Policy != nil || f.destination("other").(*Queue).Effective().Policy != "" {
		t.Error("a policy is somewhere else, too")
	}
	if _, created, err := f.DeclareQueue(queue.Declaration{Name: "q", Durable: true}, 0); created || err != nil {
		t.Errorf("the same declaration: created %v, %v", created, err)
	}
}

// TestPolicyLive: queues are told what changes for them, and only then.
func TestPolicyLive(t *testing.T) {
	f := newFixture(t)
	k := f.followed()
	f.queues("a", "b")
	for _, step := range []struct {
		says string
		do   func()
		want string
	}{
		{"declared", func() {}, "a []; b []"},
		{"put", func() { f.put("p ^a max-length=5") }, "a [max-length:5]"},
		{"again", func() { f.put("p ^a max-length=5") }, ""},
		{"weaker", func() { f.put("q a max-length=3") }, ""},
		{"another key", func() { f.put("r . expires=3") }, "a [expires:3 max-length:5]; b [expires:3]"},
		{"capped", func() { f.put("op a max-length=2 expires=9") }, "a [expires:3 max-length:2]"},
		{"the same from elsewhere", func() { f.drop(policy.User, "p") }, ""},
		{"uncapped", func() { f.drop(policy.Operator, "op") }, "a [expires:3 max-length:3]"},
		{"another pattern", func() { f.put("q b max-length=3") }, "a [expires:3]; b [expires:3 max-length:3]"},
		{"of exchanges", func() { f.put("ae . alternate-exchange=x") }, ""},
		{"gone", func() { f.drop(policy.User, "q"); f.drop(policy.User, "r") }, "a []; b [expires:3], []"},
	} {
		step.do()
		if got := k.take(); got != step.want {
			t.Errorf("%s: told %q, want %q", step.says, got, step.want)
		}
	}
}

// TestPolicyAlternateExchange: the exchange of a policy stands in for the one
// of an argument, and what publishers remember is forgotten.
func TestPolicyAlternateExchange(t *testing.T) {
	f := newFixture(t)
	f.exchanges("in direct", "argued direct alternate=one", "one fanout", "two fanout")
	f.queues("q1", "q2")
	f.binds("one q1", "two q2")
	f.reaches("in", "k", "")
	f.put("p in|argued alternate-exchange=two")
	f.reaches("in", "k", "q2")
	f.reaches("argued", "k", "q1")
	f.reaches("", "k", "")
	f.put("p in|argued alternate-exchange=one")
	f.reaches("in", "k", "q1")
	f.exchanges("into direct")
	f.reaches("into", "k", "q1")
	f.drop(policy.User, "p")
	f.reaches("in", "k", "")
	f.reaches("into", "k", "")
	f.reaches("argued", "k", "q1")

	f.put("all . alternate-exchange=two")
	f.reaches("", "k", "") // the default exchange has none
	if e := f.destination("@in").(*Exchange).Effective(); e.Policy != "all" || e.Definition["alternate-exchange"] != "two" {
		t.Errorf("%+v", e)
	}
	version := f.Version()
	f.put("q . max-length=1")
	if f.Version() != version {
		t.Error("routes are forgotten for a policy of queues")
	}
}

// TestPolicyDeadLetterKey: a key alone is accepted in a policy, and without
// effect; in an argument it is refused even when a policy has the exchange.
func TestPolicyDeadLetterKey(t *testing.T) {
	f := newFixture(t)
	f.put("key ^q dead-letter-routing-key=k")
	f.queues("q", "k")
	f.publish("", newMessage(t, "", "q", "m", nil))
	f.reject(f.destination("q").(*Queue))
	f.ready("k", 0)
	f.put("dlx . dead-letter-exchange=amq.direct")
	_, _, err := f.DeclareQueue(queue.Declaration{Name: "late", Arguments: amqp.Table{"x-dead-letter-routing-key": "k"}}, 0)
	f.refused(err, "PRECONDITION_FAILED - invalid arg 'x-dead-letter-routing-key' for queue 'late' in vhost '/': routing_key_but_no_dlx_defined")
}

// TestPolicySlowQueue: a queue that takes its time to follow holds up neither
// publishers nor declarations, and may ask to be deleted.
func TestPolicySlowQueue(t *testing.T) {
	f := newFixture(t)
	k := f.followed()
	f.queues("slow", "other")
	busy, free := make(chan struct{}), make(chan struct{})
	k.on = func(h queue.Host) {
		close(busy)
		<-free
		h.Gone()
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.put("p slow max-length=1")
	}()
	<-busy
	f.queues("late")
	f.publish("", newMessage(t, "", "late", "m", nil))
	f.ready("late", 1)
	close(free)
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("a queue that is deleted while it follows a policy holds everything up")
	}
	if _, err := f.Queue("slow", 0); !amqp.NoQueue.Is(err) {
		t.Errorf("the queue is not deleted: %v", err)
	}
}

// TestPoliciesInOrder: a queue that is slow to follow one change is not told
// of the next before.
func TestPoliciesInOrder(t *testing.T) {
	f := newFixture(t)
	k := f.followed()
	f.queues("q")
	k.take()
	var second atomic.Bool
	busy, free := make(chan struct{}), make(chan struct{})
	k.on = func(queue.Host) {
		if !second.Swap(true) {
			close(busy)
			<-free
		}
	}
	var wg sync.WaitGroup
	wg.Go(func() { f.put("p q max-length=1") })
	<-busy
	wg.Go(func() { f.put("p q max-length=2") })
	time.Sleep(20 * time.Millisecond) // time to overtake
	close(free)
	wg.Wait()
	if got := k.take(); got != "q [max-length:1], [max-length:2]" {
		t.Errorf("told %s", got)
	}
}

// TestPoliciesConcurrent: whatever is declared and changed meanwhile, in the
// end every queue was last told what holds. Under the race detector.
func TestPoliciesConcurrent(t *testing.T) {
	f := newFixture(t)
	k := f.followed()
	var wg sync.WaitGroup
	for g := range 2 {
		wg.Go(func() {
			for i := range 50 {
				f.queues(fmt.Sprint("q", g, ".", i))
			}
		})
		wg.Go(func() {
			p := f.Publisher()
			x, _ := f.Exchange("")
			for i := range 200 {
				p.Publish(x, newMessage(t, "", fmt.Sprint("q", g, ".", i%50), "m", nil), queue.Receipt{})
				p.Flush()
			}
		})
		wg.Go(func() {
			for i := range 50 {
				f.put(fmt.Sprintf("p%d q max-length=%d", g, i))
			}
		})
	}
	wg.Wait()
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, q := range f.Queues() {
		told := k.told[q.Name]
		if last := told[len(told)-1]; last != write(q.Effective().Definition) {
			t.Errorf("%s was told %s, and %v holds", q.Name, last, q.Effective().Definition)
		}
	}
}

func TestPoliciesOfClosedVhost(t *testing.T) {
	f := newFixture(t)
	f.must(f.Close(false))
	if err := f.SetPolicies(policy.NewSet(true)); !amqp.NoVhost.Is(err) {
		t.Errorf("got %v", err)
	}
}

// BenchmarkSetPolicies changes one of 50 policies, which 200 of 10,000 queues
// follow.
func BenchmarkSetPolicies(b *testing.B) {
	f := newFixture(b)
	for i := range 50 {
		f.put(fmt.Sprintf(`p%d ^team%d\. max-length=5`, i, i))
	}
	for i := range 10_000 {
		f.queues(fmt.Sprintf("team%d.q%d", i%50, i))
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		f.put(fmt.Sprintf(`p7 ^team7\. max-length=%d`, n))
	}
}
