package broker

import (
	"fmt"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/queue"
)

// hear binds a durable queue to the event exchange of a vhost.
func (f *fixture) hear(vhostName, q, key string) *Session {
	f.Helper()
	s := f.session("guest", vhostName)
	_, err := s.DeclareQueue(queue.Declaration{Name: q, Durable: true})
	f.must(err)
	f.must(s.BindQueue(Link{Source: eventExchange, Destination: q, Key: key}))
	return s
}

// heard takes the next message of q, and waits for it.
func (f *fixture) heard(s *Session, q string) (key string, p amqp.Properties) {
	f.Helper()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		_, d, _, ok, err := s.Get(q, true)
		f.must(err)
		if ok {
			p, err := amqp.ParseProperties(d.Message.Header)
			f.must(err)
			return d.Message.RoutingKey, p
		}
	}
	f.Fatalf("nothing in %s", q)
	return
}

// TestEvents: what each event says; those of clients are in the scripts of the
// server.
func TestEvents(t *testing.T) {
	f := newFixture(t)
	s := f.hear("/", "log", "#")
	f.heard(s, "log") // of the binding
	for _, c := range []struct {
		key string
		do  func() error
		say amqp.Table
	}{
		{"user.created", func() error { return f.PutUser("bob", "secret") }, amqp.Table{"name": "bob"}},
		{"user.password.changed", func() error { return f.PutUser("bob", "other") }, amqp.Table{"name": "bob"}},
		{"vhost.created", func() error { return f.CreateVhost("shop") }, amqp.Table{"name": "shop"}},
		{"permission.created", func() error { return f.SetPermission("bob", "shop", auth.Permission{Read: "^q"}) },
			amqp.Table{"user": "bob", "vhost": "shop", "configure": "", "write": "", "read": "^q"}},
		{"permission.deleted", func() error { return f.ClearPermission("bob", "shop") },
			amqp.Table{"user": "bob", "vhost": "shop"}},
		{"user.authentication.success", func() error { _, err := f.Login("bob", "other", true); return err },
			amqp.Table{"name": "bob"}},
		{"alarm.set", func() error { f.SetMemoryWatermark(Watermark{Bytes: 1}); return nil },
			amqp.Table{"source": "memory", "node": "rabbit@test"}},
		{"alarm.cleared", func() error { f.SetMemoryWatermark(Watermark{}); return nil },
			amqp.Table{"source": "memory", "node": "rabbit@test"}},
		{"user.deleted", func() error { return f.DeleteUser("bob") }, amqp.Table{"name": "bob"}},
		{"vhost.deleted", func() error { return f.DeleteVhost("shop") }, amqp.Table{"name": "shop"}},
	} {
		before := time.Now()
		f.must(c.do())
		key, p := f.heard(s, "log")
		if key != c.key || p.DeliveryMode != 2 {
			t.Errorf("heard %s, want %s", key, c.key)
		}
		for k, want := range c.say {
			if p.Headers[k] != want {
				t.Errorf("%s: %s is %v, want %v", key, k, p.Headers[k], want)
			}
		}
		ms, _ := p.Headers["timestamp_in_ms"].(int64)
		if ms < before.UnixMilli() || ms > time.Now().UnixMilli() || p.Timestamp != uint64(ms/1000) {
			t.Errorf("%s: at %d ms, %d s", key, ms, p.Timestamp)
		}
	}
	f.must(f.PutUser("eve", "secret", "monitoring", "policymaker"))
	if key, _ := f.heard(s, "log"); key != "user.created" {
		t.Errorf("heard %s of a new user", key)
	}
	key, p := f.heard(s, "log")
	if tags := fmt.Sprint(p.Headers["tags"]); key != "user.tags.set" || tags != "[monitoring policymaker]" {
		t.Errorf("heard %s of tags %s", key, tags)
	}
	f.must(f.PutUser("eve", "secret", "monitoring", "policymaker")) // another salt
	f.must(f.ClearPermission("eve", "/"))                           // had none
	f.must(f.DeleteUser("nobody"))
	f.must(f.PutUser("eve", "secret"))
	for _, want := range []string{"user.password.changed", "user.password.changed", "user.tags.set"} {
		if key, _ := f.heard(s, "log"); key != want {
			t.Errorf("heard %s, want %s", key, want)
		}
	}
}

// TestEventsAfterRestart: who is bound for good hears again.
func TestEventsAfterRestart(t *testing.T) {
	f := newFixture(t)
	f.hear("/", "log", "user.created")
	f.restart()
	f.must(f.PutUser("bob", "secret"))
	s := f.session("guest", "/")
	f.heard(s, "log")
	f.must(f.PutUser("eve", "secret"))
	f.restart() // what happened before the end is published
	if key, p := f.heard(f.session("guest", "/"), "log"); key != "user.created" || p.Headers["name"] != "eve" {
		t.Errorf("heard %s %v", key, p.Headers)
	}
}

// TestEventsMove: another vhost becomes the default one. The bindings in the
// first are no trouble.
func TestEventsMove(t *testing.T) {
	f := newFixture(t)
	f.must(f.CreateVhost("shop"))
	f.must(f.SetPermission("guest", "shop", auth.Permission{Configure: ".*", Write: ".*", Read: ".*"}))
	s := f.hear("/", "log", "#")
	f.must(s.BindExchange(Link{Source: "amq.topic", Destination: eventExchange, Key: "k"}))
	f.vhost = "shop"
	f.restart()
	s = f.hear("shop", "log", "user.*")
	f.must(f.PutUser("bob", "secret"))
	f.heard(s, "log")
	x, err := f.vhosts["/"].Exchange(eventExchange)
	f.must(err)
	if !x.Bound() {
		t.Error("the old binding is gone")
	}

	f.must(f.DeleteVhost("shop"))
	f.must(f.PutUser("eve", "secret"))
	f.must(f.CreateVhost("shop"))
	f.must(f.SetPermission("guest", "shop", auth.Permission{Configure: ".*", Write: ".*", Read: ".*"}))
	s = f.hear("shop", "log", "user.*")
	f.must(f.DeleteUser("eve"))
	if key, _ := f.heard(s, "log"); key != "user.deleted" {
		t.Errorf("heard %s", key)
	}
}

// wall is a consumer that holds whoever delivers to it, until it falls.
type wall chan struct{}

func (w wall) Deliver([]queue.Delivery) int { <-w; return 0 }
func (w wall) Cancelled()                   {}

// TestEventsAreDropped: nothing that happens waits for those who listen.
func TestEventsAreDropped(t *testing.T) {
	f := newFixture(t)
	s := f.hear("/", "log", "something")
	w := make(wall)
	_, err := s.Consume("log", w, queue.ConsumeOptions{Tag: "wall", NoAck: true})
	f.must(err)
	const n = 3 * maxEvents
	for i := range n {
		f.emit("something", func() amqp.Table { return amqp.Table{"i": int64(i)} })
	}
	dropped := int(f.EventsDropped())
	const others = 2 // of the binding and of the consumer
	if dropped < maxEvents/2 || dropped > n-maxEvents+others {
		t.Errorf("%d of %d dropped", dropped, n)
	}
	close(w)
	last := int64(-1)
	for range n - dropped {
		_, p := f.heard(s, "log")
		i := p.Headers["i"].(int64)
		if i <= last {
			t.Fatalf("heard %d after %d", i, last)
		}
		last = i
	}
	if _, _, _, ok, _ := s.Get("log", true); ok {
		t.Errorf("heard more than %d", n-dropped)
	}
}

// TestSilenceIsFree: while nobody is bound nothing is made.
func TestSilenceIsFree(t *testing.T) {
	f := newFixture(t)
	headers := func() amqp.Table { t.Error("headers were asked for"); return nil }
	if n := testing.AllocsPerRun(100, func() { f.emit("something", headers) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
