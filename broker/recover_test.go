package broker

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/policy"
	"github.com/hutchmq/hutchmq/queue"
)

// topology writes down what is in all vhosts but what always is.
func (f *fixture) topology() string {
	var lines []string
	for _, v := range f.Vhosts() {
		m, err := f.VhostMetadata(v.Name)
		f.must(err)
		lines = append(lines, fmt.Sprintf("vhost %s %+v %v", v.Name, m, f.VhostLimits(v.Name)))
		for _, x := range v.Exchanges() {
			if x.Name != "" && !strings.HasPrefix(x.Name, "amq.") {
				lines = append(lines, fmt.Sprintf("%s exchange %s %s %v %v %v %v", v.Name, x.Name, x.Kind, x.Durable, x.AutoDelete, x.Internal, x.Arguments))
			}
			for _, b := range x.Bindings() {
				lines = append(lines, fmt.Sprintf("%s binding %s %s %q %v", v.Name, x.Name, b.Destination.DestinationName(), b.Key, b.Arguments))
			}
		}
		for _, q := range v.Queues() {
			lines = append(lines, fmt.Sprintf("%s queue %s %s %d %v %v %v %v %+v", v.Name, q.Name, q.Kind, q.ID, q.Durable, q.AutoDelete, q.Arguments, q.Effective(), q.Marks()))
		}
		for _, p := range append(v.Policies().Policies(policy.User), v.Policies().Policies(policy.Operator)...) {
			lines = append(lines, fmt.Sprintf("policy %+v", p))
		}
	}
	for _, p := range f.auth.Permissions() {
		lines = append(lines, fmt.Sprintf("permission %+v", p))
	}
	for _, p := range f.auth.TopicPermissions() {
		lines = append(lines, fmt.Sprintf("topic permission %+v", p))
	}
	for _, u := range f.auth.Users() {
		lines = append(lines, fmt.Sprintf("user %s %s %v %v", u.Name, u.PasswordHash, u.Tags, f.UserLimits(u.Name)))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// TestRecover: all that is durable is there again, and nothing else.
func TestRecover(t *testing.T) {
	f := newFixture(t)
	f.must(f.CreateVhost("shop"))
	f.must(f.PutUser("u", "secret", "management"))
	f.must(f.SetPermission("u", "shop", auth.Permission{Configure: "^a", Write: "^b", Read: "^c"}))
	s := f.session("guest", "/")
	f.must(s.DeclareExchange(ExchangeDeclaration{Name: "x", Kind: "headers", Durable: true, Internal: true, AutoDelete: true,
		Arguments: amqp.Table{"alternate-exchange": "y", "n": int16(3)}}))
	f.must(s.DeclareExchange(ExchangeDeclaration{Name: "y", Kind: "topic", Durable: true}))
	for name, args := range map[string]amqp.Table{
		"q":      {"x-max-priority": int32(4), "x-odd": amqp.Table{"a": []any{int8(1), 2.5, true, nil}}},
		"quorum": {"x-queue-type": "quorum"},
	} {
		_, err := s.DeclareQueue(queue.Declaration{Name: name, Durable: true, Arguments: args})
		f.must(err)
	}
	f.must(s.BindQueue(Link{"x", "q", "", amqp.Table{"x-match": "any", "n": int64(7)}}))
	f.must(s.BindQueue(Link{"amq.topic", "quorum", "a.#", nil}))
	f.must(s.BindExchange(Link{"y", "x", "k", nil}))
	f.publish(s, "q", "kept", true)
	f.publish(s, "quorum", "kept too", true)
	want := f.topology()

	f.must(s.DeclareExchange(ExchangeDeclaration{Name: "t", Kind: "fanout"}))
	for _, d := range []queue.Declaration{{Name: "t"}, {Name: "e", Exclusive: true, Durable: true}} {
		_, err := s.DeclareQueue(d)
		f.must(err)
		f.must(s.BindQueue(Link{"amq.fanout", d.Name, "", nil}))
		f.must(s.BindQueue(Link{"t", "q", "", nil}))
	}
	f.publish(s, "e", "lost", true)
	for range 2 {
		f.restart()
		if got := f.topology(); got != want {
			t.Fatalf("recovered\n%s\nwant\n%s", got, want)
		}
	}
	s = f.session("guest", "/")
	for name, want := range map[string]string{"q": "kept", "quorum": "kept too"} {
		_, d, left, ok, err := s.Get(name, false)
		if err != nil || !ok || left != 0 || string(d.Message.Body) != want {
			t.Errorf("%s: %v, %v, %d left", name, ok, err, left)
		}
	}
	if _, err := f.Login("u", "secret", false); err != nil {
		t.Error(err)
	}
}

// TestRemovedStaysRemoved: what was deleted does not come back.
func TestRemovedStaysRemoved(t *testing.T) {
	f := newFixture(t)
	want := f.topology()
	f.must(f.CreateVhost("shop"))
	f.must(f.PutUser("u", "secret"))
	f.must(f.SetPermission("u", "/", auth.Permission{}))
	f.must(f.SetPermission("guest", "shop", auth.Permission{Configure: ".*", Write: ".*", Read: ".*"}))
	f.must(f.SetTopicPermission("u", "/", "x", auth.TopicPermission{}))
	f.must(f.SetTopicPermission("guest", "shop", "x", auth.TopicPermission{Write: ".*", Read: ".*"}))
	f.must(f.SetTopicPermission("guest", "/", "x", auth.TopicPermission{}))
	f.must(f.ClearTopicPermission("guest", "/", "x"))
	f.must(f.SetVhostLimit("shop", MaxQueues, 2))
	f.must(f.SetUserLimit("u", MaxChannels, 2))
	for _, name := range []string{"/", "shop"} {
		s := f.session("guest", name)
		f.must(s.DeclareExchange(ExchangeDeclaration{Name: "x", Kind: "topic", Durable: true}))
		_, err := s.DeclareQueue(queue.Declaration{Name: "q", Durable: true})
		f.must(err)
		f.must(s.BindQueue(Link{"x", "q", "#", nil}))
		f.publish(s, "q", "m", true)
	}
	s := f.session("guest", "/")
	_, err := s.DeleteQueue("q", false, false)
	f.must(err)
	f.must(s.DeleteExchange("x", false))
	late := f.session("guest", "shop")
	f.must(f.DeleteVhost("shop"))
	_, err = late.DeclareQueue(queue.Declaration{Name: "late", Durable: true})
	if err == nil {
		t.Error("a queue was declared in a vhost that is gone")
	}
	f.must(f.DeleteUser("u"))
	for range 2 {
		if got := f.topology(); got != want {
			t.Errorf("left\n%s\nwant\n%s", got, want)
		}
		if logs := f.store.Logs(); len(logs) != 0 {
			t.Errorf("logs %v", logs)
		}
		f.restart()
	}
	if err := f.DeleteVhost("shop"); !amqp.NoVhost.Is(err) {
		t.Errorf("again: %v", err)
	}
	f.must(f.CreateVhost("shop"))
	if f.auth.Reachable(f.auth.User("guest"), "shop") {
		t.Error("a permission outlived its vhost")
	}
}

// TestIDs: a number is not given out twice, not even by a broker that starts
// after a crash.
func TestIDs(t *testing.T) {
	f := newFixture(t)
	seen := map[uint64]bool{}
	for range 3 {
		s := ids{store: f.store}
		for i := range 2*idBlock + 10 {
			id, err := s.next(i%3 > 0)
			f.must(err)
			if durable := id&transientBit == 0; durable != (i%3 > 0) || durable && seen[id] || id == 0 {
				t.Fatalf("number %d (%d), seen %v", id, i, seen[id])
			}
			seen[id] = true
		}
	}
}

func TestImport(t *testing.T) {
	for _, file := range []string{"cluster.yaml", "cluster.json"} {
		f := newFixture(t)
		text, err := os.ReadFile(filepath.Join("../definitions/testdata", file))
		f.must(err)
		d, err := definitions.Parse(file, text)
		f.must(err)
		for i := range d.Policies {
			delete(d.Policies[i].Definition, "ratio") // no policy has such a key
			d.Policies[i].Definition["message-ttl"] = int64(60000)
		}
		for range 2 { // what is there already is fine
			f.must(f.Import(d))
		}
		want := f.topology()
		f.restart()
		if got := f.topology(); file == "cluster.json" && got != want {
			t.Errorf("%s: recovered\n%s\nwant\n%s", file, got, want)
		}
		for _, line := range map[string][]string{
			"cluster.yaml": {
				"queue 2024-01-01 classic", "x-message-ttl:60000", "exchange shop topic true",
				`binding shop 2024-01-01 "order.#"`, "user shop",
			},
			"cluster.json": {
				"queue shop.orders classic", "map[max-length:50 message-ttl:60000]",
				"Name:ttl Pattern:^shop\\. ApplyTo:queues Priority:3", "By:operator_policy Vhost:shop Name:cap",
				"queue shop.dead quorum", "x-max-priority:9", "alternate-exchange:shop",
				"exchange shop.inner fanout true true true", `binding shop shop.inner ""`, "user nologin",
			},
		}[file] {
			if !strings.Contains(f.topology(), line) {
				t.Errorf("%s: nothing like %q in\n%s", file, line, f.topology())
			}
		}
	}
}

// TestImportRefuses: an object that differs is an error that names it.
func TestImportRefuses(t *testing.T) {
	f := newFixture(t)
	_, err := f.session("guest", "/").DeclareQueue(queue.Declaration{Name: "q", Durable: true})
	f.must(err)
	for text, want := range map[string]string{
		`{"queues": [{"vhost": "/", "name": "q", "durable": false}]}`:                                                                               "queue q in /: PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'q' in vhost '/': received 'false' but current is 'true'",
		`{"queues": [{"vhost": "no", "name": "q"}]}`:                                                                                                "queue q in no: NOT_ALLOWED - vhost no not found",
		`{"bindings": [{"vhost": "/", "source": "amq.direct", "destination": "none", "routing_key": ""}]}`:                                          "binding of none to amq.direct in /: NOT_FOUND - no queue 'none' in vhost '/'",
		`{"permissions": [{"vhost": "/", "user": "guest", "configure": "(", "write": "", "read": ""}]}`:                                             "permission of guest in /: configure permission: ",
		`{"policies": [{"vhost": "/", "name": "p", "pattern": ".*", "apply-to": "queues", "definition": {}}]}`:                                      "policy p in /: Validation failed\n\nno policy provided\n",
		`{"policies": [{"vhost": "no", "name": "p", "pattern": ".*", "definition": {"max-length": 1}}]}`:                                            "policy p in no: NOT_ALLOWED - vhost no not found",
		`{"parameters": [{"vhost": "/", "component": "operator_policy", "name": "o", "value": {"pattern": "(", "definition": {"max-length": 1}}}]}`: "parameter operator_policy o in /: Validation failed\n\npattern should be regular expression but is invalid: ",
		`{"parameters": [{"vhost": "/", "component": "operator_policy", "name": "o", "value": {"pattern": 5}}]}`:                                    "parameter operator_policy o in /: value: pattern: a number cannot stand here",
		`{"topic_permissions": [{"vhost": "/", "user": "guest", "exchange": "x", "write": "(", "read": ""}]}`:                                       "topic permission of guest on x in /: write topic permission: ",
		`{"topic_permissions": [{"vhost": "/", "user": "none", "exchange": "x", "write": "", "read": ""}]}`:                                         "topic permission of none on x in /: no such user",
		`{"vhosts": [{"name": "v", "metadata": {"default_queue_type": "odd"}}]}`:                                                                    "vhost v: queue type 'odd' is not available",
		`{"vhosts": [{"name": "v", "limits": {"max-queues": 1.5}}]}`:                                                                                "vhost v: limit 'max-queues' is no whole number",
		`{"users": [{"name": "u", "password": "u", "limits": {"max-queues": 1}}]}`:                                                                  "user u: unknown limit 'max-queues'",
		`{"parameters": [{"vhost": "/", "component": "vhost-limits", "name": "limits", "value": {"odd": 1}}]}`:                                      "parameter vhost-limits limits in /: unknown limit 'odd'",
		`{"parameters": [{"vhost": "/", "component": "vhost-limits", "name": "odd", "value": {}}]}`:                                                 "parameter vhost-limits odd in /: the limits of a vhost are named 'limits'",
		`{"parameters": [{"vhost": "no", "component": "vhost-limits", "name": "limits", "value": {}}]}`:                                             "parameter vhost-limits limits in no: NOT_ALLOWED - vhost no not found",
	} {
		d, err := definitions.Parse("d.json", []byte(text))
		f.must(err)
		if err := f.Import(d); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s:\n got %v\nwant %s", text, err, want)
		}
	}
}

// TestAmendedAfterRestart: arguments that were changed hold, those declared
// are accepted still, and an export tells what holds.
func TestAmendedAfterRestart(t *testing.T) {
	f := newFixture(t)
	s := f.session("guest", "/")
	old := queue.Declaration{Name: "q", Durable: true}
	_, err := s.DeclareQueue(old)
	f.must(err)
	f.must(s.AmendQueue("q", amqp.Table{"x-max-length": int64(2), "x-message-ttl": int64(60_000)}))
	f.must(s.AmendQueue("q", amqp.Table{"x-message-ttl": nil, "x-expires": int64(600_000)}))
	for range 2 {
		f.restart()
		s = f.session("guest", "/")
		q, err := s.FindQueue("q")
		f.must(err)
		want := amqp.Table{"x-max-length": int64(2), "x-expires": int64(600_000)}
		if !reflect.DeepEqual(q.Current(), want) || len(q.Arguments) > 0 {
			t.Errorf("%v, declared %v", q.Current(), q.Arguments)
		}
		for i := range 3 {
			f.publish(s, "q", fmt.Sprint(i), true)
		}
		// What was recovered has to be read before it is dropped.
		for end := time.Now().Add(10 * time.Second); q.Stat().Ready != 2 && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		if n := q.Stat().Ready; n != 2 {
			t.Errorf("%d messages", n)
		}
		_, err = s.DeclareQueue(old)
		f.must(err)
		_, err = s.DeclareQueue(queue.Declaration{Name: "q", Durable: true, Arguments: want})
		f.must(err)
		_, err = s.DeclareQueue(queue.Declaration{Name: "q", Durable: true, Arguments: amqp.Table{"x-max-length": int64(3)}})
		f.refused(err, "PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue 'q' in vhost '/': received '3' but current is '2'")
	}
	d, err := f.Export()
	f.must(err)
	if q := d.Queues[0]; len(q.Arguments) != 2 {
		t.Errorf("exported %+v", q)
	}
}

// TestDeclaredBy: who declared an exchange is remembered, and is no part of
// definitions.
func TestDeclaredBy(t *testing.T) {
	f := newFixture(t)
	f.must(f.session("guest", "/").DeclareExchange(ExchangeDeclaration{Name: "x", Kind: "direct", Durable: true}))
	for range 2 {
		v, err := f.Vhost("/")
		f.must(err)
		for name, by := range map[string]string{"x": "guest", "amq.direct": "", "": ""} {
			if x, err := v.Exchange(name); err != nil || x.DeclaredBy != by {
				t.Errorf("%q: %v, by %+v", name, err, x)
			}
		}
		f.restart()
	}
	d, err := f.Export()
	f.must(err)
	text, err := d.JSON()
	f.must(err)
	if len(d.Exchanges) != 1 || strings.Contains(string(text), "declared_by") {
		t.Errorf("exported %s", text)
	}
}
