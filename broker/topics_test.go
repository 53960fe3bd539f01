package broker

import (
	"fmt"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// newTopicFixture has a user u who may do everything but on amq.topic only
// what p says.
func newTopicFixture(t testing.TB, p auth.TopicPermission) *fixture {
	f := newFixture(t)
	f.must(f.PutUser("u", "secret"))
	f.must(f.SetPermission("u", "/", auth.Permission{Configure: ".*", Write: ".*", Read: ".*"}))
	f.must(f.SetTopicPermission("u", "/", "amq.topic", p))
	return f
}

// to is a message for a topic.
func to(key string) *message.Message {
	header := amqp.AppendContentHeader(nil, amqp.BasicPublishID.Class(), 0, &amqp.Properties{})
	return &message.Message{Exchange: "amq.topic", RoutingKey: key, Header: header, Expiration: -1}
}

// TestTopicOfAClient: a connection with a client id may use what is written
// for it.
func TestTopicOfAClient(t *testing.T) {
	f := newTopicFixture(t, auth.TopicPermission{Write: `^{vhost}\.{username}\.{client_id}$`})
	for client, keys := range map[string]map[string]bool{
		"s.1": {"/.u.s.1": true, "/.u.sx1": false, "/.u.": false},
		".*":  {"/.u.anything": false, "/.u..*": true},
		"":    {"/.u.anything": false, "/.u.": false},
	} {
		c, err := f.Connect(f.User("u"), "/", Client{ClientID: client})
		f.must(err)
		s, err := c.Open()
		f.must(err)
		x, err := s.Target([]byte("amq.topic"))
		f.must(err)
		for key, want := range keys {
			if err := s.MayPublish(x, to(key)); (err == nil) != want {
				t.Errorf("client %q, key %q: %v", client, key, err)
			}
			if _, err := s.Publish(x, to(key), queue.Receipt{}); (err == nil) != want {
				t.Errorf("client %q, key %q: published: %v", client, key, err)
			}
		}
	}
}

// TestTopicAnswersAreRemembered: a key seen before costs no expression, which
// would allocate, and new ones do not pile up.
func TestTopicAnswersAreRemembered(t *testing.T) {
	f := newTopicFixture(t, auth.TopicPermission{Write: `^(?!secret)`, Read: ".*"})
	s := f.session("u", "/")
	x, err := s.Target([]byte("amq.topic"))
	f.must(err)
	m, secret := to("a.b"), to("secret.plans")
	f.refused(s.MayPublish(x, secret), "ACCESS_REFUSED - write access to topic 'secret.plans' in exchange 'amq.topic' in vhost '/' refused for user 'u'")
	if n := testing.AllocsPerRun(100, func() { f.must(s.MayPublish(x, m)) }); n != 0 {
		t.Errorf("a key that is known allocates %v times", n)
	}
	for i := range 3 * maxRights {
		f.must(s.MayPublish(x, to(fmt.Sprint(i))))
		if n := len(s.topics.answers); n > maxRights {
			t.Fatalf("%d answers are remembered", n)
		}
	}
	f.refused(s.MayPublish(x, secret), "ACCESS_REFUSED - write access to topic 'secret.plans' in exchange 'amq.topic' in vhost '/' refused for user 'u'")
	f.must(f.ClearTopicPermission("u", "/", "amq.topic"))
	f.must(s.MayPublish(x, secret))
	if len(s.topics.answers) != 0 {
		t.Error("answers outlived the permission")
	}
}

// TestTopicsOfOthersCostNothing: who has no topic permission in a vhost keeps
// no answers.
func TestTopicsOfOthersCostNothing(t *testing.T) {
	f := newTopicFixture(t, auth.TopicPermission{})
	s := f.session("guest", "/")
	x, err := s.Target([]byte("amq.topic"))
	f.must(err)
	m := to("a.b")
	if n := testing.AllocsPerRun(100, func() { f.must(s.MayPublish(x, m)) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if s.topics.answers != nil {
		t.Error("answers are kept")
	}
}

func TestSetTopicPermissionRefuses(t *testing.T) {
	f := newFixture(t)
	for _, c := range []struct {
		user, vhost, write, want string
	}{
		{"nobody", "/", "", "no such user"},
		{"guest", "none", "", "NOT_ALLOWED - vhost none not found"},
		{"guest", "/", "[z-{username}]", "write topic permission: invalid pattern"},
	} {
		err := f.SetTopicPermission(c.user, c.vhost, "x", auth.TopicPermission{Write: c.write})
		if err == nil || len(err.Error()) < len(c.want) || err.Error()[:len(c.want)] != c.want {
			t.Errorf("%+v: %v", c, err)
		}
	}
	f.restart()
	if p := f.TopicPermissions(); len(p) != 0 {
		t.Errorf("kept %+v", p)
	}
}

func BenchmarkMayPublish(b *testing.B) {
	for _, user := range []string{"u", "guest"} {
		b.Run(user, func(b *testing.B) {
			f := newTopicFixture(b, auth.TopicPermission{Write: `^[a-z]+\.[a-z]+$`})
			s := f.session(user, "/")
			x, err := s.Target([]byte("amq.topic"))
			f.must(err)
			m := to("orders.eu")
			for b.Loop() {
				if s.MayPublish(x, m) != nil {
					b.Fatal("refused")
				}
			}
		})
	}
}
