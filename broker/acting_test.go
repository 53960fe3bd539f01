package broker

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/policy"
	"github.com/hutchmq/hutchmq/queue"
)

// TestActing: every change of what is not topology tells who made it.
func TestActing(t *testing.T) {
	f := newFixture(t)
	s := f.hear("/", "log", "#")
	f.heard(s, "log") // of the binding
	b := f.As("alice")
	all := auth.Permission{Configure: ".*", Write: ".*", Read: ".*"}
	rule := &definitions.Policy{Vhost: "shop", Name: "p", Definition: definitions.Object{"max-length": int64(5)}}
	for _, c := range []struct {
		key string
		do  func() error
	}{
		{"vhost.created", func() error { return b.CreateVhost("shop") }},
		{"user.created", func() error { return b.PutUser("bob", "x") }},
		{"user.tags.set", func() error {
			return b.SetUser(&definitions.User{Name: "bob", Password: "x", Tags: definitions.Tags{"t"}})
		}},
		{"permission.created", func() error { return b.SetPermission("bob", "shop", all) }},
		{"permission.deleted", func() error { return b.ClearPermission("bob", "shop") }},
		{"topic.permission.created", func() error { return b.SetTopicPermission("bob", "shop", "x", auth.TopicPermission{}) }},
		{"topic.permission.deleted", func() error { return b.ClearTopicPermission("bob", "shop", "x") }},
		{"policy.set", func() error { _, err := b.PutPolicy(policy.User, rule); return err }},
		{"policy.cleared", func() error { _, err := b.DeletePolicy(policy.User, "shop", "p"); return err }},
		{"vhost.limits.set", func() error { return b.SetVhostLimit("shop", MaxQueues, 1) }},
		{"vhost.limits.cleared", func() error { return b.ClearVhostLimit("shop", MaxQueues) }},
		{"user.limits.set", func() error { return b.SetUserLimit("bob", MaxChannels, 1) }},
		{"user.limits.cleared", func() error { return b.ClearUserLimit("bob", MaxChannels) }},
		{"parameter.set", func() error { _, err := b.SetParameter(shovel("s")); return err }},
		{"parameter.cleared", func() error { _, err := b.DeleteParameter("shovel", "shop", "s"); return err }},
		{"user.deleted", func() error { return b.DeleteUser("bob") }},
		{"vhost.deleted", func() error { return b.DeleteVhost("shop") }},
	} {
		f.must(c.do())
		for key := ""; key != c.key; { // a change may cause more than one event
			var p amqp.Properties
			key, p = f.heard(s, "log")
			if p.Headers[actor] != "alice" {
				t.Errorf("%s was made by %v", key, p.Headers[actor])
			}
		}
	}
}

func shovel(name string) *definitions.Parameter {
	return &definitions.Parameter{
		Vhost: "shop", Component: "shovel", Name: name, Value: json.RawMessage(`{"src-uri":"amqp://","dest-uri":"amqp://"}`),
	}
}

// TestParametersStay: parameters and global parameters survive a restart, and
// go with their vhost.
func TestParametersStay(t *testing.T) {
	f := newFixture(t)
	if name := f.ClusterName(); name != "rabbit@test" {
		t.Errorf("the cluster is called %q", name)
	}
	f.must(f.CreateVhost("shop"))
	b := f.As("alice")
	_, err := b.SetParameter(shovel("s"))
	f.must(err)
	_, err = b.SetGlobalParameter(&definitions.GlobalParameter{Name: "cluster_name", Value: json.RawMessage(`"warren"`)})
	f.must(err)
	f.restart()
	p, ok := f.Parameter("shovel", "shop", "s")
	if !ok || string(p.Value) != `{"src-uri":"amqp://","dest-uri":"amqp://"}` || f.ClusterName() != "warren" {
		t.Errorf("after a restart: %+v in %q", p, f.ClusterName())
	}
	f.must(f.DeleteVhost("shop"))
	if _, ok := f.Parameter("shovel", "shop", "s"); ok {
		t.Error("the parameter outlives its vhost")
	}
	_, err = f.As("").SetParameter(&definitions.Parameter{Vhost: "/", Component: "odd", Name: "x", Value: json.RawMessage(`{}`)})
	if _, ok := errors.AsType[ParameterError](err); !ok {
		t.Errorf("an unknown component: %v", err)
	}
}

// TestOpen: a session without a connection is on no list and counts against no
// limit, but has no more rights than its user.
func TestOpen(t *testing.T) {
	f := newFixture(t)
	f.must(f.CreateVhost("shop"))
	f.must(f.PutUser("bob", "x"))
	f.must(f.SetUserLimit("bob", MaxConnections, 0))
	f.must(f.SetUserLimit("bob", MaxChannels, 0))
	f.must(f.SetVhostLimit("/", MaxConnections, 0))
	f.must(f.SetPermission("bob", "/", auth.Permission{Configure: "^q$", Write: ".*", Read: "^q$"}))
	bob := f.User("bob")
	if _, err := f.Open(bob, "shop", Client{}); !amqp.NoVhostAccess.Is(err) {
		t.Errorf("a vhost of others: %v", err)
	}
	s, err := f.Open(bob, "/", Client{})
	f.must(err)
	_, err = s.DeclareQueue(queue.Declaration{Name: "q", Durable: true})
	f.must(err)
	_, err = s.DeclareQueue(queue.Declaration{Name: "p", Durable: true})
	f.refused(err, "ACCESS_REFUSED - configure access to queue 'p' in vhost '/' refused for user 'bob'")
	m := func(to string) *message.Message {
		return &message.Message{RoutingKey: to, Header: amqp.AppendContentHeader(nil, amqp.BasicClass, 1, &amqp.Properties{DeliveryMode: 2}),
			Body: []byte("x"), Persistent: true, Expiration: -1}
	}
	for to, want := range map[string]int{"q": 1, "none": 0} {
		if n, stored, err := s.PublishStored(context.Background(), "", m(to)); n != want || !stored || err != nil {
			t.Errorf("published to %s: %d queues, stored %v, %v", to, n, stored, err)
		}
	}
	if len(f.Connections()) != 0 || f.Totals().Ready != 1 {
		t.Errorf("%d connections, %+v", len(f.Connections()), f.Totals())
	}
	s.Close()
	s.Close()
}

// TestDeletionCloses: with a vhost or a user its connections go.
func TestDeletionCloses(t *testing.T) {
	f := newFixture(t)
	f.must(f.CreateVhost("shop"))
	f.must(f.PutUser("bob", "x"))
	all := auth.Permission{Configure: ".*", Write: ".*", Read: ".*"}
	f.must(f.SetPermission("guest", "shop", all))
	f.must(f.SetPermission("bob", "/", all))
	kicked := map[string]string{}
	for _, at := range []struct{ user, vhost string }{{"guest", "shop"}, {"bob", "/"}, {"guest", "/"}} {
		_, err := f.Connect(f.User(at.user), at.vhost, Client{
			Kick: func(reason string) { kicked[at.user+at.vhost] = reason }, Channels: func() int { return 0 },
		})
		f.must(err)
	}
	f.must(f.DeleteVhost("shop"))
	f.must(f.DeleteUser("bob"))
	if len(kicked) != 2 || kicked["guestshop"] != "vhost 'shop' is deleted" || kicked["bob/"] != "user 'bob' was deleted" {
		t.Errorf("kicked: %v", kicked)
	}
}

// TestAttempts: logins are counted by protocol and by source.
func TestAttempts(t *testing.T) {
	f := newFixture(t)
	f.LoginFrom(Client{Protocol: "AMQP 0-9-1", PeerHost: "10.0.0.1"}, "guest", "wrong", true)
	f.LoginFrom(Client{Protocol: "AMQP 0-9-1", PeerHost: "10.0.0.1"}, "guest", "guest", true)
	f.LoginFrom(Client{Protocol: "http", PeerHost: "10.0.0.2"}, "guest", "guest", false) // may only come from here
	all, sources := f.Attempts(false), f.Attempts(true)
	if len(all) != 2 || all[0] != (Attempts{Protocol: "amqp091", Succeeded: 1, Failed: 1}) || all[1].Failed != 1 {
		t.Errorf("all: %+v", all)
	}
	if len(sources) != 2 || sources[1] != (Attempts{Protocol: "http", PeerHost: "10.0.0.2", User: "guest", Failed: 1}) {
		t.Errorf("by source: %+v", sources)
	}
	for range 2 * maxAttemptSources {
		f.LoginFrom(Client{Protocol: "http", PeerHost: rand.Text()}, "guest", "x", true)
	}
	if n := len(f.Attempts(true)); n > maxAttemptSources {
		t.Errorf("%d sources are remembered", n)
	}
	f.ForgetAttempts()
	if n := len(f.Attempts(false)); n != 0 {
		t.Errorf("%d after they were forgotten", n)
	}
}
