package broker

import (
	"log/slog"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/exchange"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/classic"
	"github.com/hutchmq/hutchmq/store"
)

// fixture is a broker on a store that outlives it.
type fixture struct {
	testing.TB
	*Broker
	store       store.Store
	types       []*classic.Type
	vhost       string // the default one
	onePolicy   bool
	limits      NodeLimits
	defaultKind string
}

func newFixture(t testing.TB) *fixture {
	f := &fixture{TB: t, store: store.NewMemory(), vhost: "/"}
	f.start()
	t.Cleanup(func() {
		f.stop()
		f.must(f.store.Close())
	})
	return f
}

// start makes a broker from what the store holds.
func (f *fixture) start() {
	f.Helper()
	c, q := classic.New(f.store), classic.NewQuorum(f.store)
	f.types = []*classic.Type{c, q}
	b, err := New(Options{
		Store: f.store, Auth: auth.NewDatabase([]string{"guest"}),
		ExchangeTypes: []exchange.Type{exchange.Direct, exchange.Fanout, exchange.Topic, exchange.Headers},
		QueueTypes:    []queue.Type{c, q},
		OnePolicy:     f.onePolicy,
		Defaults:      Defaults{User: "guest", Password: "guest", Vhost: f.vhost},
		Limits:        f.limits,
		DefaultKind:   f.defaultKind,
		Node:          "rabbit@test",
		Log:           slog.New(slog.DiscardHandler),
	})
	f.must(err)
	f.Broker = b
}

func (f *fixture) stop() {
	f.Helper()
	f.must(f.Close())
	for _, t := range f.types {
		t.Close()
	}
}

func (f *fixture) restart() {
	f.Helper()
	f.stop()
	f.start()
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// session connects and opens a session.
func (f *fixture) session(user, vhostName string) *Session {
	f.Helper()
	c, err := f.connect(user, vhostName)
	f.must(err)
	s, err := c.Open()
	f.must(err)
	return s
}

func (f *fixture) connect(user, vhostName string) (*Connection, error) {
	f.Helper()
	u := f.auth.User(user)
	if u == nil {
		f.Fatalf("no user %s", user)
	}
	return f.Connect(u, vhostName, Client{Channels: func() int { return 1 }})
}

// publish publishes to the default exchange, and waits until it is stored.
func (f *fixture) publish(s *Session, q, body string, persistent bool) {
	f.Helper()
	x, err := s.Target(nil)
	f.must(err)
	p := amqp.Properties{}
	if persistent {
		p.DeliveryMode = 2
	}
	header := amqp.AppendContentHeader(nil, amqp.BasicPublishID.Class(), uint64(len(body)), &p)
	stored := make(stored, 1)
	m := &message.Message{RoutingKey: q, Header: header, Body: []byte(body), Persistent: persistent, Expiration: -1}
	n, err := s.Publish(x, m, queue.Receipt{To: stored})
	f.must(err)
	s.Flush()
	if n != 1 || !<-stored {
		f.Fatalf("%q reached %d queues, or was not stored", body, n)
	}
}

type stored chan bool

func (s stored) Confirm(_ []uint64, ok bool) { s <- ok }

// refused checks an error against the reply it makes.
func (f *fixture) refused(err error, want string) {
	f.Helper()
	if e, ok := err.(*amqp.Error); !ok || e.Text() != want {
		f.Errorf("got  %v\nwant %s", err, want)
	}
}
