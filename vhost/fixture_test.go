package vhost

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/dedup"
	"github.com/hutchmq/hutchmq/exchange"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/classic"
	"github.com/hutchmq/hutchmq/store"
)

// keeper writes down what it is to keep: "+queue q", "-binding a q k".
type keeper struct {
	mu    sync.Mutex
	calls [][]string
	err   error
}

func (k *keeper) Keep(changes []Change) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err != nil {
		return k.err
	}
	var call []string
	for _, c := range changes {
		sign := "+"
		if c.Forget {
			sign = "-"
		}
		switch {
		case c.Exchange != nil:
			call = append(call, sign+"exchange "+c.Exchange.Name)
		case c.Queue != nil:
			call = append(call, sign+"queue "+c.Queue.Name)
		default:
			b := c.Binding
			call = append(call, fmt.Sprintf("%sbinding %s %s %s", sign, b.Source.Name, b.Destination.DestinationName(), b.Key))
		}
	}
	k.calls = append(k.calls, call)
	return nil
}

// take gives the calls since the last one, each sorted and on a line.
func (k *keeper) take() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var lines []string
	for _, call := range k.calls {
		slices.Sort(call)
		lines = append(lines, strings.Join(call, ", "))
	}
	k.calls = nil
	return strings.Join(lines, "\n")
}

var errFull = errors.New("no space left")

// fixture is a vhost "/" with all that is below it.
type fixture struct {
	testing.TB
	*Vhost
	keeper    keeper
	publisher *Publisher
	notices   []string // taken by noticed
	sent      int
}

func newFixture(t testing.TB) *fixture {
	st := store.NewMemory()
	c, q := classic.New(st), classic.NewQuorum(st)
	f := &fixture{TB: t}
	shelf, err := dedup.Open(st)
	f.must(err)
	var id atomic.Uint64
	v, err := New("/", Options{
		ExchangeTypes: map[string]exchange.Type{
			"direct": exchange.Direct, "fanout": exchange.Fanout, "topic": exchange.Topic, "headers": exchange.Headers,
			"hash": exchange.ConsistentHash, "modulus": exchange.ModulusHash, "random": exchange.Random,
			"history": exchange.RecentHistory, "x-message-deduplication": exchange.Deduplicating,
		},
		QueueTypes: map[string]queue.Type{"classic": c, "quorum": q},
		Keeper:     &f.keeper,
		Notify:     f.notice,
		Begin:      func() queue.Unit { return st.Begin() },
		Dedup:      shelf,
		NextID:     func(bool) (uint64, error) { return id.Add(1), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	f.Vhost, f.publisher = v, v.Publisher()
	t.Cleanup(func() {
		v.Close(false)
		shelf.Close()
		c.Close()
		q.Close()
		st.Close()
	})
	return f
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// exchanges declares each of "name kind": durable, with the marks "auto",
// "transient" and "alternate=x" behind.
func (f *fixture) exchanges(list ...string) {
	f.Helper()
	for _, s := range list {
		w := strings.Fields(s)
		d := ExchangeDeclaration{Name: w[0], Kind: w[1], Durable: true}
		for _, mark := range w[2:] {
			alternate, ok := strings.CutPrefix(mark, "alternate=")
			if ok {
				d.Arguments = amqp.Table{"alternate-exchange": alternate}
			}
			d.AutoDelete = d.AutoDelete || mark == "auto"
			d.Durable = d.Durable && mark != "transient"
		}
		_, _, err := f.DeclareExchange(d)
		f.must(err)
	}
}

// queues declares durable queues.
func (f *fixture) queues(names ...string) {
	f.Helper()
	for _, name := range names {
		_, _, err := f.DeclareQueue(queue.Declaration{Name: name, Durable: true}, 0)
		f.must(err)
	}
}

// destination is the queue of that name, or the exchange of "@name".
func (f *fixture) destination(name string) exchange.Destination {
	f.Helper()
	if x, ok := strings.CutPrefix(name, "@"); ok {
		d, err := f.Exchange(x)
		f.must(err)
		return d
	}
	q, err := f.Queue(name, 0)
	f.must(err)
	return q
}

// binds binds each of "source destination key".
func (f *fixture) binds(list ...string) {
	f.Helper()
	for _, s := range list {
		w := append(strings.Fields(s), "")
		f.must(f.Bind(w[0], f.destination(w[1]), w[2], nil))
	}
}

func (f *fixture) unbind(s string) {
	f.Helper()
	w := append(strings.Fields(s), "")
	f.must(f.Unbind(w[0], f.destination(w[1]), w[2], nil))
}

// message makes a message with these headers.
func newMessage(t testing.TB, exchangeName, key, body string, headers amqp.Table) *message.Message {
	t.Helper()
	header := amqp.AppendContentHeader(nil, amqp.BasicPublishID.Class(), uint64(len(body)), &amqp.Properties{Headers: headers})
	var h amqp.ContentHeader
	if err := amqp.ParseContentHeader(header, &h); err != nil {
		t.Fatal(err)
	}
	m, err := message.New(exchangeName, key, header, []byte(body), &h)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// reach publishes, and tells the queues that got the message, sorted.
func (f *fixture) reach(exchangeName, key string, headers amqp.Table) string {
	f.Helper()
	x, err := f.Exchange(exchangeName)
	f.must(err)
	f.sent++
	n, err := f.publisher.Publish(x, newMessage(f.TB, exchangeName, key, fmt.Sprint(f.sent), headers), queue.Receipt{})
	f.must(err)
	f.publisher.Flush()
	var names []string
	for _, q := range f.Queues() {
		for {
			if _, _, ok := q.Get(true); !ok {
				break
			}
			names = append(names, q.Name)
		}
	}
	if len(names) != n {
		f.Errorf("%s, %s: %d queues, and %v got it", exchangeName, key, n, names)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// reaches checks reach.
func (f *fixture) reaches(exchangeName, key, want string) {
	f.Helper()
	if got := f.reach(exchangeName, key, nil); got != want {
		f.Errorf("%s, key %q: reached %q, want %q", exchangeName, key, got, want)
	}
}

// refused checks an error against the reply it makes.
func (f *fixture) refused(err error, want string) {
	f.Helper()
	e, ok := err.(*amqp.Error)
	if !ok || e.Text() != want {
		f.Errorf("got  %v\nwant %s", err, want)
	}
}
