package broker

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/policy"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/store"
)

func (f *fixture) put(by policy.Author, name, pattern string, d definitions.Object) (created bool) {
	f.Helper()
	created, err := f.PutPolicy(by, &definitions.Policy{Vhost: "/", Name: name, Pattern: pattern, Definition: d})
	f.must(err)
	return created
}

// effective is what holds for a queue of "/".
func (f *fixture) effective(name string) string {
	f.Helper()
	v, err := f.Vhost("/")
	f.must(err)
	q, err := v.Queue(name, 0)
	f.must(err)
	e := q.Effective()
	return strings.TrimPrefix(fmt.Sprintf("%v %s/%s", e.Definition, e.Policy, e.Operator), "map")
}

// TestPolicies: they are there after a restart, before the queues, and what was
// deleted is not.
func TestPolicies(t *testing.T) {
	f := newFixture(t)
	_, err := f.session("guest", "/").DeclareQueue(queue.Declaration{Name: "q", Durable: true})
	f.must(err)
	if !f.put(policy.User, "p", "^q", definitions.Object{"max-length": int64(9)}) || f.put(policy.User, "p", "^q", definitions.Object{"max-length": int64(5)}) {
		t.Error("created tells the wrong thing")
	}
	f.put(policy.User, "gone", "^q", definitions.Object{"expires": int64(600_000)})
	f.put(policy.Operator, "p", "^q", definitions.Object{"max-length": int64(2)})
	f.put(policy.Operator, "gone", "^q", definitions.Object{"message-ttl": int64(600_000)})
	for _, by := range []policy.Author{policy.User, policy.Operator} {
		if there, err := f.DeletePolicy(by, "/", "gone"); !there || err != nil {
			t.Errorf("deleting: %v, %v", there, err)
		}
		if there, err := f.DeletePolicy(by, "/", "gone"); there || err != nil {
			t.Errorf("deleting again: %v, %v", there, err)
		}
	}
	want := f.topology()
	for range 2 {
		if got := f.effective("q"); got != "[max-length:2] p/p" {
			t.Errorf("effective %s", got)
		}
		f.restart()
		if got := f.topology(); got != want {
			t.Fatalf("recovered\n%s\nwant\n%s", got, want)
		}
	}
	s := f.session("guest", "/")
	for _, body := range []string{"1", "2", "3"} {
		f.publish(s, "q", body, true)
	}
	if _, d, left, _, err := s.Get("q", true); err != nil || string(d.Message.Body) != "2" || left != 1 {
		t.Errorf("got %v, %d left, %v: the queue did not open with its policy", d.Message, left, err)
	}
}

// TestOnePolicy: policies do not merge where that is turned off.
func TestOnePolicy(t *testing.T) {
	f := newFixture(t)
	f.stop()
	f.onePolicy = true
	f.start()
	_, err := f.session("guest", "/").DeclareQueue(queue.Declaration{Name: "q"})
	f.must(err)
	f.put(policy.User, "a", "", definitions.Object{"max-length": int64(1)})
	f.put(policy.User, "b", "", definitions.Object{"expires": int64(5)})
	if got := f.effective("q"); got != "[max-length:1] a/" {
		t.Errorf("effective %s", got)
	}
}

func TestPoliciesRefuse(t *testing.T) {
	f := newFixture(t)
	_, err := f.PutPolicy(policy.Operator, &definitions.Policy{Vhost: "/", Name: "p", Definition: definitions.Object{"dead-letter-exchange": "x"}})
	if _, ok := errors.AsType[*policy.Invalid](err); !ok {
		t.Errorf("got %v", err)
	}
	_, err = f.PutPolicy(policy.User, &definitions.Policy{Vhost: "no", Name: "p", Definition: definitions.Object{"expires": int64(1)}})
	if !amqp.NoVhost.Is(err) {
		t.Errorf("got %v", err)
	}
	if _, err := f.DeletePolicy(policy.User, "no", "p"); !amqp.NoVhost.Is(err) {
		t.Errorf("got %v", err)
	}
	if _, err := f.Policies(policy.User, "no"); !amqp.NoVhost.Is(err) {
		t.Errorf("got %v", err)
	}
	if list, err := f.Policies(policy.User, "/"); err != nil || len(list) != 0 {
		t.Errorf("left %v, %v", list, err)
	}
}

// TestPoliciesGoWithTheirVhost: a vhost of the same name begins anew.
func TestPoliciesGoWithTheirVhost(t *testing.T) {
	f := newFixture(t)
	f.must(f.CreateVhost("shop"))
	for _, by := range []policy.Author{policy.User, policy.Operator} {
		_, err := f.PutPolicy(by, &definitions.Policy{Vhost: "shop", Name: "p", Definition: definitions.Object{"expires": int64(1)}})
		f.must(err)
	}
	f.put(policy.User, "stays", "", definitions.Object{"expires": int64(1)})
	f.must(f.DeleteVhost("shop"))
	f.must(f.CreateVhost("shop"))
	for range 2 {
		for _, by := range []policy.Author{policy.User, policy.Operator} {
			if list, err := f.Policies(by, "shop"); err != nil || len(list) != 0 {
				t.Errorf("left %v, %v", list, err)
			}
		}
		f.restart()
	}
	if list, err := f.Policies(policy.User, "/"); err != nil || len(list) != 1 {
		t.Errorf("left %v, %v", list, err)
	}
}

// TestPoliciesExport: what is stored is what a definitions file of RabbitMQ
// says, and can be imported from it.
func TestPoliciesExport(t *testing.T) {
	f := newFixture(t)
	f.put(policy.User, "p", "^q", definitions.Object{"overflow": "reject-publish"})
	f.put(policy.Operator, "o", "^q", definitions.Object{"max-length": int64(2)})
	var d definitions.Definitions
	f.must(each(f.store, definitions.KindPolicy, func(r *definitions.Policy) error {
		d.Policies = append(d.Policies, *r)
		return nil
	}))
	f.must(each(f.store, definitions.KindParameter, func(r *definitions.Parameter) error {
		d.Parameters = append(d.Parameters, *r)
		return nil
	}))
	text, err := d.JSON()
	f.must(err)
	for _, name := range []string{"d.json", "d.yaml"} {
		parsed, err := definitions.Parse(name, text)
		f.must(err)
		g := newFixture(t)
		g.must(g.Import(parsed))
		_, err = g.session("guest", "/").DeclareQueue(queue.Declaration{Name: "q"})
		g.must(err)
		if got := g.effective("q"); got != "[max-length:2 overflow:reject-publish] p/o" {
			t.Errorf("%s: effective %s", name, got)
		}
	}
}

// TestPolicyNotStored: what cannot be stored does not come into effect, and
// what is there already is not stored again.
func TestPolicyNotStored(t *testing.T) {
	f := newFixture(t)
	f.put(policy.User, "p", "", definitions.Object{"expires": int64(5), "overflow": "drop-head"})
	f.restart()
	f.Broker.store = full{f.store}
	f.put(policy.User, "p", "", definitions.Object{"expires": int64(5), "overflow": "drop-head"})
	_, err := f.PutPolicy(policy.User, &definitions.Policy{Vhost: "/", Name: "p", Definition: definitions.Object{"expires": int64(1)}})
	if !errors.Is(err, errFull) {
		t.Errorf("changing: %v", err)
	}
	if _, err := f.DeletePolicy(policy.User, "/", "p"); !errors.Is(err, errFull) {
		t.Errorf("deleting: %v", err)
	}
	if list, _ := f.Policies(policy.User, "/"); len(list) != 1 || list[0].Definition["expires"] != int64(5) {
		t.Errorf("left %v", list)
	}
}

var errFull = errors.New("no space left")

// full is a store that takes no more records.
type full struct{ store.Store }

func (full) Commit(*store.Batch) error { return errFull }

// TestPolicyEvents: whoever listens hears of every change.
func TestPolicyEvents(t *testing.T) {
	f := newFixture(t)
	s := f.session("guest", "/")
	_, err := s.DeclareQueue(queue.Declaration{Name: "heard"})
	f.must(err)
	for _, key := range []string{"policy.*", "operator.#"} {
		f.must(s.BindQueue(Link{Source: eventExchange, Destination: "heard", Key: key}))
	}
	f.put(policy.User, "p", "^q", definitions.Object{"expires": int64(5)})
	f.put(policy.User, "p", "^q", definitions.Object{"expires": int64(5)}) // no change
	f.put(policy.Operator, "o", "^q", definitions.Object{"max-length": int64(5)})
	for _, by := range []policy.Author{policy.User, policy.Operator} {
		_, err := f.DeletePolicy(by, "/", []string{"p", "o"}[by])
		f.must(err)
	}
	for _, want := range []string{
		"policy.set p ^q map[expires:5]", "policy.set o ^q map[max-length:5]",
		"policy.cleared p <nil> <nil>", "operator.policy.cleared o <nil> <nil>",
	} {
		m := f.await(s, "heard")
		p, err := amqp.ParseProperties(m.Header)
		f.must(err)
		h := p.Headers
		if got := fmt.Sprintf("%s %v %v %v", m.RoutingKey, h["name"], h["pattern"], h["definition"]); got != want || h["vhost"] != "/" {
			t.Errorf("heard %s, want %s", got, want)
		}
	}
}

// await gets the next message of a queue.
func (f *fixture) await(s *Session, name string) *message.Message {
	f.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if _, d, _, ok, err := s.Get(name, true); err != nil {
			f.Fatal(err)
		} else if ok {
			return d.Message
		}
	}
	f.Fatalf("nothing comes into %s", name)
	return nil
}
