package broker

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// delayed publishes a message to the default exchange, due after so many
// milliseconds.
func (f *fixture) delayed(s *Session, q, body string, ms int64) {
	f.Helper()
	x, err := s.Target(nil)
	f.must(err)
	p := amqp.Properties{DeliveryMode: 2, Headers: amqp.Table{"x-delay": ms}}
	header := amqp.AppendContentHeader(nil, amqp.BasicClass, uint64(len(body)), &p)
	confirmed := make(stored, 1)
	_, err = s.Publish(x, &message.Message{RoutingKey: q, Header: header, Body: []byte(body), Persistent: true, Expiration: -1}, queue.Receipt{To: confirmed})
	f.must(err)
	s.Flush()
	if !<-confirmed {
		f.Fatal("not held")
	}
}

// TestDelayedOutlivesRestart: and comes when it is due, not when it was
// published anew.
func TestDelayedOutlivesRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		s := f.session("guest", "/")
		_, err := s.DeclareQueue(queue.Declaration{Name: "q", Durable: true})
		f.must(err)
		f.delayed(s, "q", "a", 60_000)
		time.Sleep(30 * time.Second)
		f.restart()
		v, err := f.Vhost("/")
		f.must(err)
		if c := DelayedIn(v); c.Messages != 1 || c.Bytes != 1 {
			t.Fatalf("%+v", c)
		}
		time.Sleep(29 * time.Second)
		if got := take(f, "q"); len(got) != 0 {
			t.Fatalf("a second too early: %q", got)
		}
		time.Sleep(2 * time.Second)
		if got := take(f, "q"); len(got) != 1 {
			t.Fatalf("when it is due: %q", got)
		}
		if c := DelayedIn(v); c.Messages != 0 {
			t.Fatalf("%+v", c)
		}
	})
}

// TestDelayedGoesWithVhost: and leaves nothing to a vhost of the same name.
func TestDelayedGoesWithVhost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		f.must(f.CreateVhost("v"))
		f.must(f.SetPermission("guest", "v", auth.Permission{Configure: ".*", Write: ".*", Read: ".*"}))
		f.delayed(f.session("guest", "v"), "q", "a", 60_000)
		f.must(f.DeleteVhost("v"))
		f.must(f.CreateVhost("v"))
		f.must(f.SetPermission("guest", "v", auth.Permission{Configure: ".*", Write: ".*", Read: ".*"}))
		time.Sleep(5 * time.Second)
		left := 0
		f.must(f.store.Scan([]byte("delay/"), func(_, _ []byte) bool { left++; return true }))
		if left != 0 || len(f.store.Logs()) != 0 {
			t.Errorf("%d records and the logs %v are left", left, f.store.Logs())
		}
		s := f.session("guest", "v")
		_, err := s.DeclareQueue(queue.Declaration{Name: "q", Durable: true})
		f.must(err)
		f.delayed(s, "q", "b", 1000)
		if p, err := s.Delayed(&DelayedFilter{}, DelayedCursor{}, 10); err != nil || len(p.List) != 1 {
			t.Errorf("%+v, %v", p, err)
		}
		f.restart()
		time.Sleep(time.Minute)
		v, err := f.Vhost("v")
		f.must(err)
		if c := DelayedIn(v); c.Messages != 0 || c.Fired != 1 {
			t.Errorf("%+v", c)
		}
	})
}

// TestMovedIsNotDelayed: who moves a message wants it there now.
func TestMovedIsNotDelayed(t *testing.T) {
	f := newFixture(t)
	s := f.session("guest", "/")
	for _, q := range []string{"from", "to"} {
		_, err := s.DeclareQueue(queue.Declaration{Name: q, Durable: true})
		f.must(err)
	}
	f.delayed(s, "from", "a", 3_600_000)
	v, err := f.Vhost("/")
	f.must(err)
	from, err := v.Queue("from", 0)
	f.must(err)
	header := amqp.AppendContentHeader(nil, amqp.BasicClass, 1, &amqp.Properties{DeliveryMode: 2, Headers: amqp.Table{"x-delay": int64(3_600_000)}})
	from.Publish([]queue.Publication{{Message: &message.Message{RoutingKey: "from", Header: header, Body: []byte("b"), Persistent: true, Expiration: -1}}})
	key := "to"
	m, err := f.StartMove(f.auth.User("guest"), MoveOptions{Verb: MoveAway, Vhost: "/", Queue: "from", To: Target{Exchange: "", Key: &key}})
	f.must(err)
	m.Wait(10 * time.Second)
	if got := take(f, "to"); len(got) != 1 || got[0] != "b" {
		t.Errorf("moved: %q, %+v", got, m.Status())
	}
	if c := DelayedIn(v); c.Messages != 1 || c.Delayed != 1 {
		t.Errorf("%+v", c)
	}
}
