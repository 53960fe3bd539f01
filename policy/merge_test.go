package policy

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

// newSet makes a set of policies that apply to all, unless they say otherwise.
func newSet(t testing.TB, merge bool, list ...Policy) *Set {
	t.Helper()
	s := NewSet(merge)
	for _, p := range list {
		p.ApplyTo = cmp.Or(p.ApplyTo, "all")
		var err error
		if s, err = s.With(p); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// show writes an effective policy down: "max-length=5 (p)", an operator's
// policy in brackets; then the names of the first policies.
func show(e *Effective) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(e.Definition)) {
		from := "(%s) "
		if e.Sources[k].By == Operator {
			from = "[%s] "
		}
		fmt.Fprintf(&b, "%s=%v "+from, k, e.Definition[k], e.Sources[k].Name)
	}
	return fmt.Sprintf("%s: %s/%s", strings.TrimSpace(b.String()), e.Policy, e.Operator)
}

func TestMerge(t *testing.T) {
	length := func(n int64) amqp.Table { return amqp.Table{"max-length": n} }
	op := func(name string, d amqp.Table, priority int) Policy {
		return Policy{By: Operator, Name: name, Definition: d, Priority: priority}
	}
	for _, tt := range []struct {
		says      string
		policies  []Policy
		merged    string // of the classic queue "orders"
		unmerged  string
		alternate string // of the exchange "orders", merged
	}{
		{"nothing", nil, ": /", ": /", ": /"},
		{"another name", []Policy{{Name: "p", Pattern: "^bills", Definition: length(1)}}, ": /", ": /", ": /"},
		{"one", []Policy{{Name: "p", Pattern: "^ord", Definition: length(1)}}, "max-length=1 (p): p/", "max-length=1 (p): p/", ": /"},
		{
			"priority", []Policy{{Name: "low", Definition: length(1)}, {Name: "high", Definition: length(2), Priority: 1}},
			"max-length=2 (high): high/", "max-length=2 (high): high/", ": /",
		},
		{
			"equal priority", []Policy{{Name: "b", Definition: length(1)}, {Name: "a", Definition: length(2)}, {Name: "c", Definition: length(3)}},
			"max-length=2 (a): a/", "max-length=2 (a): a/", ": /",
		},
		{
			"other keys",
			[]Policy{{Name: "low", Definition: amqp.Table{"max-length": int64(1), "expires": int64(9)}}, {Name: "high", Definition: length(2), Priority: 1}},
			"expires=9 (low) max-length=2 (high): high/", "max-length=2 (high): high/", ": /",
		},
		{
			"an operator caps", []Policy{{Name: "p", Definition: length(5)}, op("o", length(3), 0)},
			"max-length=3 [o]: p/o", "max-length=3 [o]: p/o", ": /",
		},
		{
			"an operator need not", []Policy{{Name: "p", Definition: length(5)}, op("o", length(7), 0)},
			"max-length=5 (p): p/o", "max-length=5 (p): p/o", ": /",
		},
		{
			"an operator alone", []Policy{op("o", length(7), 0)},
			"max-length=7 [o]: /o", "max-length=7 [o]: /o", ": /",
		},
		{
			"the first operator counts, not the smallest number",
			[]Policy{{Name: "p", Definition: length(9)}, op("low", length(3), 0), op("high", length(5), 1)},
			"max-length=5 [high]: p/high", "max-length=5 [high]: p/high", ": /",
		},
		{
			"no limit is not the least", []Policy{{Name: "p", Definition: amqp.Table{"delivery-limit": int64(-1)}}, op("o", amqp.Table{"delivery-limit": int64(3)}, 0)},
			"delivery-limit=3 [o]: p/o", "delivery-limit=3 [o]: p/o", ": /",
		},
		{
			"an operator's word", []Policy{{Name: "p", Definition: amqp.Table{"overflow": "drop-head"}}, op("o", amqp.Table{"overflow": "reject-publish"}, 0)},
			"overflow=reject-publish [o]: p/o", "overflow=reject-publish [o]: p/o", ": /",
		},
		{
			"exchanges", []Policy{{Name: "p", Definition: amqp.Table{"alternate-exchange": "ae", "max-length": int64(1)}}},
			"max-length=1 (p): p/", "max-length=1 (p): p/", "alternate-exchange=ae (p): p/",
		},
		{
			"apply-to", []Policy{
				{Name: "a", ApplyTo: "quorum_queues", Definition: length(1)}, {Name: "b", ApplyTo: "streams", Definition: length(1)},
				{Name: "c", ApplyTo: "exchanges", Definition: amqp.Table{"alternate-exchange": "ae"}},
				{Name: "d", ApplyTo: "classic_queues", Definition: length(4)}, {Name: "e", ApplyTo: "queues", Definition: length(5)},
			},
			"max-length=4 (d): d/", "max-length=4 (d): d/", "alternate-exchange=ae (c): c/",
		},
		{
			"keys of other kinds", []Policy{
				{Name: "stream", Priority: 2, Definition: amqp.Table{"max-age": "1h"}},
				{Name: "mixed", Priority: 1, Definition: amqp.Table{"max-age": "1h", "max-length": int64(2)}},
				{Name: "plain", Definition: length(1)},
			},
			"max-length=2 (mixed): mixed/", "max-length=1 (plain): plain/", ": /",
		},
	} {
		s := newSet(t, true, tt.policies...)
		if got := show(s.Of(queue.Classic, "orders")); got != tt.merged {
			t.Errorf("%s: merged %s, want %s", tt.says, got, tt.merged)
		}
		if got := show(s.Of(Exchange, "orders")); got != tt.alternate {
			t.Errorf("%s: of the exchange %s, want %s", tt.says, got, tt.alternate)
		}
		if got := show(newSet(t, false, tt.policies...).Of(queue.Classic, "orders")); got != tt.unmerged {
			t.Errorf("%s: not merged %s, want %s", tt.says, got, tt.unmerged)
		}
	}
}

// TestOnePolicyOfExchange: as in RabbitMQ, a policy with nothing for exchanges
// still is the one of an exchange where policies do not merge.
func TestOnePolicyOfExchange(t *testing.T) {
	s := newSet(t, false, Policy{Name: "high", Priority: 1, Definition: ttl(1)}, Policy{Name: "low", Definition: amqp.Table{"alternate-exchange": "ae"}})
	if got := show(s.Of(Exchange, "x")); got != ": high/" {
		t.Errorf("got %s", got)
	}
}

// TestSetNeverChanges: With and Without leave the set they come from as it was.
func TestSetNeverChanges(t *testing.T) {
	a := newSet(t, true, Policy{Name: "p", Definition: ttl(1)}, Policy{Name: "q", Definition: ttl(2), Priority: -1})
	before := a.Policies(User)
	b := must(t)(a.With(Policy{Name: "p", ApplyTo: "all", Definition: ttl(3), Priority: -2}))
	c := b.Without(User, "q")
	if got := a.Policies(User); !reflect.DeepEqual(got, before) {
		t.Errorf("got %v, want %v", got, before)
	}
	if p, ok := b.Policy(User, "p"); !ok || p.Priority != -2 || len(b.Policies(User)) != 2 || b.Policies(User)[0].Name != "q" {
		t.Errorf("changed to %v", b.Policies(User))
	}
	if _, ok := c.Policy(User, "q"); ok || len(c.Policies(User)) != 1 {
		t.Errorf("left %v", c.Policies(User))
	}
	if c.Without(User, "none") != c || c.Without(Operator, "p") != c {
		t.Error("what is not there was removed")
	}
}

func must(t *testing.T) func(*Set, error) *Set {
	return func(s *Set, err error) *Set {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

// TestOracle compares sets that come about step by step with the rules as one
// would say them.
func TestOracle(t *testing.T) {
	const seed = 7
	r := rand.New(rand.NewSource(seed))
	for round := range 300 {
		merge := r.Intn(3) > 0
		set, list := NewSet(merge), map[string]Policy{}
		for range r.Intn(12) {
			p := random(r)
			id := p.By.String() + p.Name
			if r.Intn(5) == 0 {
				set = set.Without(p.By, p.Name)
				delete(list, id)
				continue
			}
			set = must(t)(set.With(p))
			list[id] = p
		}
		for _, name := range []string{"a", "ab", "b"} {
			for _, kind := range []queue.Kinds{Exchange, queue.Classic, queue.Quorum, queue.Stream} {
				if got, want := show(set.Of(kind, name)), show(oracle(list, merge, kind, name)); got != want {
					t.Fatalf("seed %d, round %d, merge %v, kind %d, name %s:\n got %s\nwant %s\n%+v", seed, round, merge, kind, name, got, want, list)
				}
			}
		}
	}
}

func random(r *rand.Rand) Policy {
	p := Policy{
		By: Author(r.Intn(2)), Name: string(rune('a' + r.Intn(4))), Priority: r.Intn(3), Definition: amqp.Table{},
		Pattern: []string{"", "^a", "b$"}[r.Intn(3)],
		ApplyTo: []string{"all", "all", "queues", "exchanges", "classic_queues", "quorum_queues", "streams"}[r.Intn(7)],
	}
	names := []string{"max-length", "message-ttl", "overflow", "delivery-limit", "max-age", "alternate-exchange", "dead-letter-exchange"}
	if p.By == Operator {
		names = names[:4]
	}
	for len(p.Definition) == 0 {
		for _, name := range names {
			if r.Intn(3) > 0 {
				continue
			}
			switch name {
			case "overflow":
				p.Definition[name] = []string{"drop-head", "reject-publish"}[r.Intn(2)]
			case "max-age":
				p.Definition[name] = fmt.Sprint(r.Intn(9), "h")
			case "delivery-limit":
				p.Definition[name] = int64(r.Intn(5) - 1)
			case "alternate-exchange", "dead-letter-exchange":
				p.Definition[name] = fmt.Sprint("x", r.Intn(9))
			default:
				p.Definition[name] = int64(r.Intn(5))
			}
		}
	}
	return p
}

// kindsOf says by its own table which kinds the keys of random are for.
var kindsOf = map[string]queue.Kinds{
	"max-length": queue.Classic | queue.Quorum | queue.Stream, "message-ttl": queue.Classic | queue.Quorum,
	"overflow": queue.Classic | queue.Quorum, "delivery-limit": queue.Classic | queue.Quorum, "max-age": queue.Stream,
	"alternate-exchange": Exchange, "dead-letter-exchange": queue.Classic | queue.Quorum,
}

func oracle(list map[string]Policy, merge bool, kind queue.Kinds, name string) *Effective {
	e := &Effective{Definition: amqp.Table{}, Sources: map[string]Source{}}
	user, op := candidates(list, User, merge, kind, name), candidates(list, Operator, merge, kind, name)
	if len(user) > 0 {
		e.Policy = user[0].Name
	}
	if len(op) > 0 {
		e.Operator = op[0].Name
	}
	for key, kinds := range kindsOf {
		if kinds&kind == 0 {
			continue
		}
		has := func(p Policy) bool { return p.Definition[key] != nil }
		u, o := slices.IndexFunc(user, has), slices.IndexFunc(op, has)
		switch {
		case u < 0 && o < 0:
			continue
		case o < 0 || u >= 0 && o >= 0 && !capped(key, user[u].Definition[key], op[o].Definition[key]):
			e.Definition[key], e.Sources[key] = user[u].Definition[key], Source{User, user[u].Name}
		default:
			e.Definition[key], e.Sources[key] = op[o].Definition[key], Source{Operator, op[o].Name}
		}
	}
	return e
}

// capped: an operator's word goes before a user's, a number only if it is
// smaller; -1 is the largest of all.
func capped(key string, user, op any) bool {
	if key == "overflow" {
		return true
	}
	u, o := uint64(user.(int64)), uint64(op.(int64))
	return o < u
}

func candidates(list map[string]Policy, by Author, merge bool, kind queue.Kinds, name string) []Policy {
	var found []Policy
	for _, p := range list {
		pattern := map[string]bool{"": true, "^a": strings.HasPrefix(name, "a"), "b$": strings.HasSuffix(name, "b")}
		if p.By == by && pattern[p.Pattern] && targets[p.ApplyTo]&kind != 0 && suits(p, merge, kind) {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(a, b Policy) int {
		return cmp.Or(b.Priority-a.Priority, strings.Compare(a.Name, b.Name))
	})
	if !merge && len(found) > 1 {
		found = found[:1]
	}
	return found
}

func suits(p Policy, merge bool, kind queue.Kinds) bool {
	some, all := false, true
	for key := range p.Definition {
		mine := kindsOf[key]&kind != 0
		some = some || mine
		all = all && (mine || kind == Exchange || kindsOf[key] == Exchange)
	}
	return merge && some || !merge && all
}

func BenchmarkOf(b *testing.B) {
	var list []Policy
	for i := range 50 {
		list = append(list, Policy{Name: fmt.Sprint(i), Pattern: fmt.Sprintf(`^team%d\.`, i), Definition: ttl(1)})
	}
	s := newSet(b, true, list...)
	b.ReportAllocs()
	for b.Loop() {
		s.Of(queue.Classic, "team7.orders.eu")
	}
}
