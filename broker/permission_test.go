package broker

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/queue"
)

// operations is what needs rights, and which; "c q" is configure on q.
var operations = []struct {
	name  string
	needs string
	do    func(s *Session) error
}{
	{"declare queue", "c q", func(s *Session) error {
		_, err := s.DeclareQueue(queue.Declaration{Name: "q"})
		return err
	}},
	{"declare dead-lettering queue", "c dq,r dq,w x", func(s *Session) error {
		_, err := s.DeclareQueue(queue.Declaration{Name: "dq", Arguments: amqp.Table{"x-dead-letter-exchange": "x"}})
		return err
	}},
	{"declare exchange", "c x", func(s *Session) error {
		return s.DeclareExchange(ExchangeDeclaration{Name: "x", Kind: "direct"})
	}},
	{"declare exchange with alternate", "c ax,r ax,w x", func(s *Session) error {
		return s.DeclareExchange(ExchangeDeclaration{Name: "ax", Kind: "direct", Arguments: amqp.Table{"alternate-exchange": "x"}})
	}},
	{"bind queue", "w q,r x", func(s *Session) error { return s.BindQueue(Link{Source: "x", Destination: "q"}) }},
	{"unbind queue", "w q,r x", func(s *Session) error { return s.UnbindQueue(Link{Source: "x", Destination: "q"}) }},
	{"bind exchange", "w ax,r x", func(s *Session) error { return s.BindExchange(Link{Source: "x", Destination: "ax"}) }},
	{"unbind exchange", "w ax,r x", func(s *Session) error { return s.UnbindExchange(Link{Source: "x", Destination: "ax"}) }},
	{"publish", "w x", func(s *Session) error { _, err := s.Target([]byte("x")); return err }},
	{"publish to the default exchange", "w amq.default", func(s *Session) error { _, err := s.Target(nil); return err }},
	{"consume", "r q", func(s *Session) error {
		q, err := s.Consume("q", deaf{}, queue.ConsumeOptions{})
		if err == nil {
			q.Cancel(deaf{})
		}
		return err
	}},
	{"get", "r q", func(s *Session) error { _, _, _, _, err := s.Get("q", true); return err }},
	{"purge", "r q", func(s *Session) error { _, err := s.Purge("q"); return err }},
	{"delete queue", "c dq", func(s *Session) error { _, err := s.DeleteQueue("dq", false, false); return err }},
	{"delete exchange", "c ax", func(s *Session) error { return s.DeleteExchange("ax", false) }},
}

type deaf struct{}

func (deaf) Deliver([]queue.Delivery) int { return 0 }
func (deaf) Cancelled()                   {}

// grant turns needs into a permission that holds for just these names.
func grant(needs []string) auth.Permission {
	names := map[string][]string{}
	for _, n := range needs {
		right, name, _ := strings.Cut(n, " ")
		names[right] = append(names[right], name)
	}
	pattern := func(right string) string {
		if len(names[right]) == 0 {
			return ""
		}
		return "^(" + strings.Join(names[right], "|") + ")$"
	}
	return auth.Permission{Configure: pattern("c"), Write: pattern("w"), Read: pattern("r")}
}

// TestPermissions: each operation works with the rights it needs, and with
// none of them missing.
func TestPermissions(t *testing.T) {
	f := newFixture(t)
	f.must(f.PutUser("u", "secret"))
	f.must(f.SetPermission("u", "/", auth.Permission{}))
	s := f.session("u", "/")
	for _, o := range operations {
		needs := strings.Split(o.needs, ",")
		for i := range needs {
			some := append(append([]string{}, needs[:i]...), needs[i+1:]...)
			f.must(f.SetPermission("u", "/", grant(some)))
			if err := o.do(s); !amqp.NoPermission.Is(err) || err.(*amqp.Error).Code != amqp.AccessRefused {
				t.Errorf("%s without %q: %v", o.name, needs[i], err)
			}
		}
		f.must(f.SetPermission("u", "/", grant(needs)))
		if err := o.do(s); err != nil {
			t.Errorf("%s with %s: %v", o.name, o.needs, err)
		}
	}
	f.must(f.SetPermission("u", "/", auth.Permission{}))
	_, err := s.Purge("q")
	f.refused(err, "ACCESS_REFUSED - read access to queue 'q' in vhost '/' refused for user 'u'")
	_, err = s.Target([]byte("x"))
	f.refused(err, "ACCESS_REFUSED - write access to exchange 'x' in vhost '/' refused for user 'u'")
}

// TestPassive: to look needs any right, whichever.
func TestPassive(t *testing.T) {
	f := newFixture(t)
	f.must(f.session("guest", "/").DeclareExchange(ExchangeDeclaration{Name: "x", Kind: "direct"}))
	_, err := f.session("guest", "/").DeclareQueue(queue.Declaration{Name: "q"})
	f.must(err)
	f.must(f.PutUser("u", "secret"))
	for _, right := range []string{"", "c", "w", "r"} {
		f.must(f.SetPermission("u", "/", grant([]string{right + " q", right + " x"})))
		s := f.session("u", "/")
		_, queued := s.FindQueue("q")
		for _, err := range []error{queued, s.FindExchange("x")} {
			if (err == nil) != (right != "") {
				t.Errorf("with %q: %v", right, err)
			}
		}
	}
}

// TestServerNamed: a generated name is a name like any other.
func TestServerNamed(t *testing.T) {
	f := newFixture(t)
	f.must(f.PutUser("u", "secret"))
	for pattern, allowed := range map[string]bool{"^mine": false, "^amq\\.gen-.{22}$": true} {
		f.must(f.SetPermission("u", "/", auth.Permission{Configure: pattern}))
		if _, err := f.session("u", "/").DeclareQueue(queue.Declaration{Exclusive: true}); (err == nil) != allowed {
			t.Errorf("configure %q: %v", pattern, err)
		}
	}
}

func TestConnect(t *testing.T) {
	f := newFixture(t)
	f.must(f.PutUser("u", "secret", "impersonator"))
	u, err := f.Login("u", "secret", false)
	f.must(err)
	_, err = f.Connect(u, "/", Client{})
	f.refused(err, "NOT_ALLOWED - access to vhost '/' refused for user 'u'")
	_, err = f.Connect(u, "nowhere", Client{})
	f.refused(err, "NOT_ALLOWED - vhost nowhere not found")
	for _, c := range []struct {
		name, password string
		loopback, ok   bool
	}{
		{"guest", "guest", true, true}, {"guest", "guest", false, false},
		{"u", "wrong", true, false}, {"nobody", "", true, false}, {"u", "secret", false, true},
	} {
		if _, err := f.Login(c.name, c.password, c.loopback); (err == nil) != c.ok {
			t.Errorf("%+v: %v", c, err)
		}
	}
	f.must(f.SetPermission("u", "/", auth.Permission{}))
	f.must(f.session("u", "/").CheckUserID([]byte("other")))
	f.refused(f.session("guest", "/").CheckUserID([]byte("other")),
		"PRECONDITION_FAILED - user_id property set to 'other' but authenticated user was 'guest'")
}

// TestPreviousQueue: an empty name is the queue declared last.
func TestPreviousQueue(t *testing.T) {
	f := newFixture(t)
	s := f.session("guest", "/")
	_, err := s.Purge("")
	f.refused(err, "NOT_FOUND - no previously declared queue")
	q, err := s.DeclareQueue(queue.Declaration{Name: "a\r\nb"})
	f.must(err)
	if q.Name != "ab" {
		t.Errorf("name %q", q.Name)
	}
	f.must(s.BindQueue(Link{Source: "amq.direct"}))
	x, err := f.vhosts["/"].Exchange("amq.direct")
	f.must(err)
	if b := x.Bindings(); len(b) != 1 || b[0].Key != "ab" {
		t.Errorf("bindings %v", b)
	}
	_, err = s.DeclareQueue(queue.Declaration{Name: "single", Arguments: amqp.Table{"x-single-active-consumer": true}})
	f.must(err)
	_, _, _, _, err = s.Get("", true)
	f.refused(err, "RESOURCE_LOCKED - cannot obtain access to locked queue 'single' in vhost '/'. basic.get operations are not supported by classic queues with single active consumer")
	n, err := s.DeleteQueue("unknown", true, true)
	if n != 0 || err != nil {
		t.Errorf("delete of an unknown queue: %d, %v", n, err)
	}
	_, err = s.Target([]byte("amq.rabbitmq.trace"))
	f.refused(err, "ACCESS_REFUSED - cannot publish to internal exchange 'amq.rabbitmq.trace' in vhost '/'")
}

// TestRightsAreBounded: a session forgets answers before they are too many.
func TestRightsAreBounded(t *testing.T) {
	f := newFixture(t)
	s := f.session("guest", "/")
	for i := range 3 * maxRights {
		s.Target([]byte(fmt.Sprint("x", i)))
	}
	if n := len(s.rights); n > maxRights {
		t.Errorf("%d answers are remembered", n)
	}
}
