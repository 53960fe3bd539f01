package broker

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/policy"
	"github.com/hutchmq/hutchmq/store"
)

func people(t testing.TB, text string) *definitions.Definitions {
	t.Helper()
	d, err := definitions.Parse("d.yaml", []byte("version: 1\n"+text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// apply applies definitions that people wrote, and counts what was done.
func (f *fixture) apply(text string, o ApplyOptions) (map[Deed]int, error) {
	f.Helper()
	list, err := f.As("").Apply([]*definitions.Definitions{people(f.TB, text)}, o)
	return deeds(list), err
}

const orders = `owner: orders
vhosts:
  shop:
    exchanges: {orders: {type: topic}, late: {type: fanout, bind: orders}}
    queues: {eu: {bind: {to: orders, key: "eu.#"}, dead_letter: late, max_length: 5}, us: {type: quorum, bind: orders}}
    policies: {cap: {pattern: "^eu", definition: {expires: 1h}}}
    operator_policies: {roof: {pattern: ".*", definition: {max-length: 100}}}
    parameters: {shovel: {s: {src-uri: "amqp://", dest-uri: "amqp://"}}}
    permissions: {guest: full}
    topic_permissions: {guest: {orders: {write: a, read: b}}}
users: {amy: {password: secret, permissions: {shop: full}}}
global_parameters: {motto: onwards}
`

// TestApplyTwice: what was applied is there, after a restart as well, and to
// apply it once more changes nothing.
func TestApplyTwice(t *testing.T) {
	f := newFixture(t)
	n, err := f.apply(orders, ApplyOptions{})
	f.must(err)
	if n[Create] != 16 || len(n) != 1 {
		t.Errorf("did %v", n)
	}
	for range 2 {
		n, err = f.apply(orders, ApplyOptions{Prune: true, Replace: true})
		f.must(err)
		if n[Keep] != 16 || len(n) != 1 {
			t.Errorf("once more did %v", n)
		}
		if got := f.Owner(&definitions.Queue{Vhost: "shop", Name: "eu"}); got != "orders" {
			t.Errorf("the queue belongs to %q", got)
		}
		f.restart()
	}
}

// TestNothingHalf: with one thing wrong, nothing is done, whatever it is.
func TestNothingHalf(t *testing.T) {
	for wrong, want := range map[string]string{
		"queues: {eu: {}, zz: {bind: nowhere}}":                      "no exchange 'nowhere'",
		"queues: {eu: {}, zz: {type: stream}}":                       "stream",
		"exchanges: {zz: {type: odd}}\n    queues: {eu: {}}":         "odd",
		"queues: {eu: {}}\n    permissions: {nobody: full}":          "no such user",
		"policies: {p: {pattern: '(', definition: {max-length: 5}}}": "regular expression",
		"queues: {eu: {}, zz: {arguments: {x-expires: soon}}}":       "x-expires",
	} {
		f := newFixture(t)
		before := f.export()
		n, err := f.apply("vhosts:\n  shop:\n    "+wrong, ApplyOptions{})
		if c, ok := errors.AsType[*ConflictError](err); !ok || n[Conflict] != 1 || len(c.Intents) != 1 || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v", wrong, n, err)
		}
		if got := f.export(); got != before {
			t.Errorf("%s: half is there\n%s", wrong, got)
		}
	}
}

// burning is a store of which one commit fails.
type burning struct {
	store.Store
	left atomic.Int64
}

var errBurning = errors.New("the disk is on fire")

// Commit implements store.Store.
func (s *burning) Commit(b *store.Batch) error {
	if s.left.Add(-1) == 0 {
		return errBurning
	}
	return s.Store.Commit(b)
}

// TestUndone: whatever fails on the way, all that was done is taken back.
func TestUndone(t *testing.T) {
	changed := strings.NewReplacer("max_length: 5", "max_length: 6", "type: topic", "type: direct", "expires: 1h", "expires: 2h",
		"onwards", "back", "secret", "other", "us: {type: quorum, bind: orders}", "no: {bind: late}", "read: b", "read: c").Replace(orders)
	failed := 0
	for at := range int64(40) { // the audit log commits as well
		s := &burning{Store: store.NewMemory()}
		f := &fixture{TB: t, store: s, vhost: "/"}
		f.start()
		_, err := f.apply(orders, ApplyOptions{})
		f.must(err)
		before := f.export()
		s.left.Store(at + 1)
		_, err = f.apply(changed, ApplyOptions{Replace: true, Prune: true})
		s.left.Store(0)
		if err != nil {
			failed++
			if !strings.Contains(err.Error(), errBurning.Error()) || strings.Contains(err.Error(), "could not be undone") {
				t.Errorf("commit %d: %v", at, err)
			}
			if got := f.export(); got != before {
				t.Fatalf("commit %d: left\n%s\nwant\n%s\nafter %v", at, got, before, err)
			}
			n, err := f.apply(orders, ApplyOptions{Prune: true})
			f.must(err)
			if n[Keep] != 16 || len(n) != 1 {
				t.Errorf("commit %d: then did %v", at, n)
			}
		}
		f.stop()
		f.must(f.store.Close())
	}
	if failed < 10 {
		t.Errorf("only %d commits failed", failed)
	}
}

// TestReplace: arguments that can be are changed where they are; else a queue is
// made anew and keeps its bindings, but not over its messages.
func TestReplace(t *testing.T) {
	f := newFixture(t)
	_, err := f.apply("vhosts: {/: {exchanges: {x: {type: topic}}, queues: {q: {bind: x, max_length: 5, message_ttl: 1m}}}}", ApplyOptions{})
	f.must(err)
	s := f.session("guest", "/")
	f.must(s.BindQueue(Link{"x", "q", "mine", amqp.Table{"n": int8(5)}}))
	f.publish(s, "q", "m", true)

	amended := "vhosts: {/: {queues: {q: {max_length: 9}}}}"
	if n, err := f.apply(amended, ApplyOptions{}); err == nil || n[Conflict] != 1 {
		t.Errorf("without leave: %v, %v", n, err)
	}
	if n, err := f.apply(amended, ApplyOptions{Replace: true}); err != nil || n[Change] != 1 {
		t.Errorf("amended: %v, %v", n, err)
	}
	v, err := f.Vhost("/")
	f.must(err)
	q, err := v.Queue("q", 0)
	f.must(err)
	if got := q.Current(); got["x-max-length"] != int64(9) || got["x-message-ttl"] != nil || q.Stat().Ready != 1 {
		t.Errorf("arguments %v, %d messages", got, q.Stat().Ready)
	}

	anew := "owner: me\nvhosts: {/: {queues: {q: {type: quorum}}}}"
	n, err := f.apply(anew, ApplyOptions{Replace: true})
	if n[Conflict] != 1 || err == nil || !strings.HasSuffix(err.Error(), "it holds messages, which would be lost: 1") {
		t.Errorf("over messages: %v, %v", n, err)
	}
	n, err = f.apply(anew, ApplyOptions{Replace: true, Discard: true})
	if err != nil || n[Recreate] != 1 {
		t.Errorf("made anew: %v, %v", n, err)
	}
	if q, err = v.Queue("q", 0); err != nil || q.Kind != "quorum" || len(q.Inbound()) != 2 || f.Owner(queueRecord(q)) != "me" {
		t.Errorf("%v, %v", q, err)
	}
	for _, b := range q.Inbound() {
		if b.Key == "mine" && b.Arguments["n"] != int8(5) {
			t.Errorf("the arguments of a binding are %#v", b.Arguments)
		}
	}
	n, err = f.apply("vhosts: {/: {exchanges: {x: {type: fanout}}}}", ApplyOptions{Replace: true})
	if x, missing := v.Exchange("x"); missing != nil || err != nil || n[Recreate] != 1 || x.Kind != "fanout" || len(x.Bindings()) != 2 {
		t.Errorf("exchange: %v, %v", n, err)
	}
}

// TestPrune: what the owner made and does not describe any more goes; what
// others made stays, and so does what holds messages or things of others.
func TestPrune(t *testing.T) {
	f := newFixture(t)
	_, err := f.apply(orders, ApplyOptions{})
	f.must(err)
	_, err = f.apply("owner: other\nvhosts: {shop: {queues: {theirs: {}}}}", ApplyOptions{})
	f.must(err)
	f.must(f.PutUser("by-hand", "x"))

	if n, err := f.apply("owner: orders", ApplyOptions{}); err != nil || len(n) != 0 {
		t.Errorf("without pruning: %v, %v", n, err)
	}
	if n, err := f.apply("owner: orders", ApplyOptions{Prune: true}); err == nil || n[Conflict] != 1 || !strings.Contains(err.Error(), "queue 'theirs' in it is not of 'orders'") {
		t.Errorf("with things of others in it: %v, %v", n, err)
	}
	keep := "owner: orders\nvhosts: {shop: {permissions: {guest: full}, exchanges: {orders: {type: topic}}, queues: {eu: {bind: {to: orders, key: eu.#}, dead_letter: late, max_length: 5}}}}"
	f.must(f.SetPermission("guest", "shop", permissionOf(&definitions.Permission{Configure: ".*", Write: ".*", Read: ".*"})))
	f.publish(f.session("guest", "shop"), "eu", "m", true)
	drop := strings.Replace(keep, "eu: {bind: {to: orders, key: eu.#}, dead_letter: late, max_length: 5}", "", 1)
	if n, err := f.apply(drop, ApplyOptions{Prune: true}); err == nil || n[Conflict] != 1 || !strings.Contains(err.Error(), "would be lost: 1") {
		t.Errorf("with messages: %v, %v", n, err)
	}
	n, err := f.apply(keep, ApplyOptions{Prune: true})
	if err != nil || n[Remove] != 11 || n[Keep] != 5 {
		t.Errorf("%v, %v", n, err)
	}
	if n, err = f.apply(keep, ApplyOptions{Prune: true}); err != nil || n[Keep] != 5 || len(n) != 1 {
		t.Errorf("once more: %v, %v", n, err)
	}
	if f.User("amy") != nil || f.User("by-hand") == nil {
		t.Error("users of somebody else went, or ours stayed")
	}
	n, err = f.apply(drop, ApplyOptions{Prune: true, Discard: true})
	if err != nil || n[Remove] != 2 {
		t.Errorf("with leave: %v, %v", n, err)
	}
}

// TestOwners: what is another's is not changed, unless to take it over; what was
// deleted by hand is nobody's when it is there again.
func TestOwners(t *testing.T) {
	f := newFixture(t)
	capped := func(owner, priority string) string {
		return "owner: " + owner + "\nvhosts: {/: {policies: {p: {pattern: a, priority: " + priority + ", definition: {expires: 1h}}}}}"
	}
	_, err := f.apply(capped("a", "1"), ApplyOptions{})
	f.must(err)
	if n, err := f.apply(capped("b", "1"), ApplyOptions{}); err != nil || n[Keep] != 2 {
		t.Errorf("the same: %v, %v", n, err)
	}
	if n, err := f.apply(capped("b", "2"), ApplyOptions{}); err == nil || n[Conflict] != 1 || !strings.Contains(err.Error(), "belongs to 'a'") {
		t.Errorf("changed: %v, %v", n, err)
	}
	_, err = f.apply(capped("b", "2"), ApplyOptions{Replace: true})
	f.must(err)
	p := &definitions.Policy{Vhost: "/", Name: "p"}
	if got := f.Owner(p); got != "b" {
		t.Errorf("it belongs to %q", got)
	}
	list, err := f.Policies(policy.User, "/")
	f.must(err)
	_, err = f.DeletePolicy(policy.User, "/", "p")
	f.must(err)
	_, err = f.PutPolicy(policy.User, list[0])
	f.must(err)
	if got := f.Owner(p); got != "" {
		t.Errorf("what was made by hand belongs to %q", got)
	}
}

// TestSeveral: definitions of several owners are one whole.
func TestSeveral(t *testing.T) {
	f := newFixture(t)
	a := people(t, "owner: a\nvhosts: {/: {queues: {q: {bind: x}}}}")
	b := people(t, "owner: b\nvhosts: {/: {exchanges: {x: {}}}}")
	_, err := f.As("").Apply([]*definitions.Definitions{a, b}, ApplyOptions{})
	f.must(err)
	if f.Owner(&a.Queues[0]) != "a" || f.Owner(&b.Exchanges[0]) != "b" {
		t.Errorf("owners %q %q", f.Owner(&a.Queues[0]), f.Owner(&b.Exchanges[0]))
	}
}
