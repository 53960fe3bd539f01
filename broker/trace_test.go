package broker

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// TestTracingIsKept: on or off, over restarts, and from a definitions file.
func TestTracingIsKept(t *testing.T) {
	f := newFixture(t)
	if err := f.SetTracing("nowhere", true); !amqp.NoVhost.Is(err) {
		t.Errorf("nowhere: %v", err)
	}
	for _, on := range []bool{true, false, true} {
		f.must(f.SetTracing("/", on))
		for range 2 {
			if got := f.vhosts["/"].Tracing(); got != on {
				t.Errorf("tracing is %v, want %v", got, on)
			}
			f.restart()
		}
	}
	d, err := definitions.Parse("d.yaml", []byte("vhosts:\n- name: shop\n  tracing: true\n- name: /\n"))
	f.must(err)
	f.must(f.Import(d))
	f.restart()
	for _, v := range f.Vhosts() {
		if !v.Tracing() {
			t.Errorf("%s is not traced", v.Name)
		}
	}
}

// published publishes without waiting.
func (f *fixture) published(s *Session, x string, m *message.Message) {
	f.Helper()
	to, err := s.Target([]byte(x))
	f.must(err)
	m.Exchange, m.Expiration = x, -1
	_, err = s.Publish(to, m, queue.Receipt{})
	f.must(err)
	s.Flush()
}

// TestTraceFitsAFrame: a copy does not repeat more than a frame can carry.
func TestTraceFitsAFrame(t *testing.T) {
	f := newFixture(t)
	f.must(f.SetTracing("/", true))
	s := f.session("guest", "/")
	_, err := s.DeclareQueue(queue.Declaration{Name: "log"})
	f.must(err)
	f.must(s.BindQueue(Link{Source: traceExchange, Destination: "log", Key: "#"}))
	for i := range 300 {
		name := fmt.Sprintf("%0250d", i)
		_, err := s.DeclareQueue(queue.Declaration{Name: name})
		f.must(err)
		f.must(s.BindQueue(Link{Source: "amq.fanout", Destination: name}))
	}
	var cc []any
	for i := range 300 {
		cc = append(cc, fmt.Sprintf("%0250d", i))
	}
	header := amqp.AppendContentHeader(nil, amqp.BasicClass, 0, &amqp.Properties{Headers: amqp.Table{"CC": cc}})
	f.published(s, "amq.fanout", &message.Message{RoutingKey: "k", Header: header})
	_, d, _, ok, err := s.Get("log", true)
	f.must(err)
	if !ok || len(d.Message.Header) > 3*maxTraced+1024 {
		t.Fatalf("traced %v, with a header of %d bytes", ok, len(d.Message.Header))
	}
	p, err := amqp.ParseProperties(d.Message.Header)
	f.must(err)
	for _, list := range []string{"routed_queues", "routing_keys"} {
		if n := len(p.Headers[list].([]any)); n < 100 || n == 300 {
			t.Errorf("%d of %s", n, list)
		}
	}
}

// TestTraceKeepsAKeyShort: of the longest names a key becomes too long, and is
// cut; the copy still comes.
func TestTraceKeepsAKeyShort(t *testing.T) {
	f := newFixture(t)
	f.must(f.SetTracing("/", true))
	s := f.session("guest", "/")
	_, err := s.DeclareQueue(queue.Declaration{Name: "log"})
	f.must(err)
	f.must(s.BindQueue(Link{Source: traceExchange, Destination: "log", Key: "publish.#"}))
	long := strings.Repeat("x", 253) + "ä"
	f.must(s.DeclareExchange(ExchangeDeclaration{Name: long, Kind: "fanout"}))
	header := amqp.AppendContentHeader(nil, amqp.BasicClass, 0, &amqp.Properties{})
	f.published(s, long, &message.Message{Header: header})
	_, d, _, ok, err := s.Get("log", true)
	f.must(err)
	if want := "publish." + strings.Repeat("x", 247); !ok || d.Message.RoutingKey != want {
		t.Errorf("traced %v, under %q", ok, d.Message.RoutingKey)
	}
}

// TestUntracedIsFree: a publish that nobody traces allocates nothing for it.
func TestUntracedIsFree(t *testing.T) {
	f := newFixture(t)
	s := f.session("guest", "/")
	x, err := s.Target([]byte("amq.fanout"))
	f.must(err)
	m := &message.Message{Exchange: "amq.fanout", Header: amqp.AppendContentHeader(nil, amqp.BasicClass, 0, &amqp.Properties{}), Expiration: -1}
	if n := testing.AllocsPerRun(100, func() { s.Publish(x, m, queue.Receipt{}); s.Flush() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
