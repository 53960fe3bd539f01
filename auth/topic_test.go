package auth

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestTopics(t *testing.T) {
	tests := []struct {
		pattern, clientID, key string
		want                   bool
	}{
		{"^orders\\.", "", "orders.eu", true},
		{"^orders\\.", "", "my.orders.eu", false},
		{"orders", "", "my.orders.eu", true}, // unanchored
		{"", "", "orders", false},
		{"", "", "", true},
		{"^(?!secret)", "", "secret.plans", false}, // the backtracking engine
		{"^{username}\\.", "", "a.b.x", true},
		{"^{username}\\.", "", "aXb.x", false}, // a name is text, no expression
		{"^{vhost}{username}$", "", "/a.b", true},
		{"^{client_id}$", "sensor-1", "sensor-1", true},
		{"^{client_id}$", "sensor-1", "sensor-2", false},
		{"^{client_id}$", ".*", "sensor-2", false}, // chosen by the client
		{"^{client_id}$", ".*", ".*", true},
		{"^{client_id}$", "(", "(", true},
		{"^{client_id}$", "{username}", "a.b", false},
		{"^{client_id}$", "", "", false},
		{"^{client_id}$", "", "{client_id}", true},
		{"^[a-{client_id}]$", "0", "0", false}, // the id makes the expression invalid
	}
	for _, tt := range tests {
		d := NewDatabase(nil)
		d.PutUser(User{Name: "a.b"})
		for _, p := range []TopicPermission{{Write: tt.pattern, Read: "^no$"}, {Write: "^no$", Read: tt.pattern}} {
			if err := d.SetTopicPermission("a.b", "/", "x", p); err != nil {
				t.Fatal(err)
			}
			right, other := Write, Read
			if p.Read == tt.pattern {
				right, other = Read, Write
			}
			topics := d.Topics(d.User("a.b"), "/", tt.clientID)
			if got := topics.Allowed(right, "x", tt.key); got != tt.want {
				t.Errorf("%s of %q for client %q: key %q: %v", right, tt.pattern, tt.clientID, tt.key, got)
			}
			if topics.Allowed(other, "x", tt.key) {
				t.Errorf("%q: the pattern for %s holds for %s", tt.pattern, right, other)
			}
		}
	}
}

// TestTopicsSayNothing: without a topic permission on the exchange every key
// is allowed.
func TestTopicsSayNothing(t *testing.T) {
	d := newDatabase(t)
	alice := d.User("alice")
	none := d.Topics(alice, "/", "")
	if none != nil || none.Restricts("x") || !none.Allowed(Write, "x", "k") {
		t.Errorf("no topic permission, and yet %+v", none)
	}
	if err := d.SetTopicPermission("alice", "/", "x", TopicPermission{}); err != nil {
		t.Fatal(err)
	}
	topics := d.Topics(alice, "/", "")
	if !topics.Restricts("x") || topics.Restricts("y") || topics.Allowed(Write, "x", "k") || !topics.Allowed(Write, "y", "k") {
		t.Error("a topic permission should hold for its exchange and no other")
	}
	if d.Topics(alice, "other", "") != nil || d.Topics(&User{Name: "bob"}, "/", "") != nil {
		t.Error("a topic permission should hold in its vhost, and for its user")
	}
	if topics.Allowed(Configure, "x", "") {
		t.Error("a topic is not configured")
	}
}

func TestSetTopicPermissionRefuses(t *testing.T) {
	d := newDatabase(t)
	if err := d.SetTopicPermission("bob", "/", "x", TopicPermission{}); !errors.Is(err, ErrNoUser) {
		t.Errorf("unknown user: error %v", err)
	}
	for _, p := range []TopicPermission{{Write: "("}, {Read: "("}, {Read: "[z-{username}]"}} {
		if d.SetTopicPermission("alice", "/", "x", p) == nil || p.Check("alice", "/") == nil {
			t.Errorf("%+v was taken", p)
		}
	}
}

// TestTopicPermissionsAgainstOracle does random changes to a Database and to a
// plain map, and wants the same contents, and a version that grows exactly
// with changes.
func TestTopicPermissionsAgainstOracle(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	d := NewDatabase(nil)
	users := map[string]bool{}
	want := map[[3]string]TopicPermission{}
	drop := func(index int, name string) {
		for k := range want {
			if k[index] == name {
				delete(want, k)
			}
		}
	}
	for step := range 2000 {
		user, vhost, exchange := fmt.Sprint("u", r.IntN(3)), fmt.Sprint("v", r.IntN(2)), fmt.Sprint("x", r.IntN(3))
		k := [3]string{user, vhost, exchange}
		before, size, changed := d.Version(), len(want), true
		switch r.IntN(6) {
		case 0:
			d.PutUser(User{Name: user})
			users[user] = true
		case 1:
			changed = d.DeleteUser(user)
			delete(users, user)
			drop(0, user)
		case 2, 3:
			p := TopicPermission{Write: fmt.Sprint(step), Read: "{username}"}
			changed = users[user]
			if d.SetTopicPermission(user, vhost, exchange, p) == nil {
				want[k] = p
			}
		case 4:
			_, changed = want[k]
			d.ClearTopicPermission(user, vhost, exchange)
			delete(want, k)
		case 5:
			d.DropVhost(vhost)
			drop(1, vhost)
			changed = len(want) != size
		}
		if grew := d.Version() != before; grew != changed {
			t.Fatalf("seed %d, step %d: version grew: %v, contents changed: %v", seed, step, grew, changed)
		}
		if err := compare(d, want); err != nil {
			t.Fatalf("seed %d, step %d: %v", seed, step, err)
		}
	}
}

func compare(d *Database, want map[[3]string]TopicPermission) error {
	got := d.TopicPermissions()
	sorted := slices.IsSortedFunc(got, func(a, b UserTopicPermission) int {
		return slices.Compare([]string{a.User, a.Vhost, a.Exchange}, []string{b.User, b.Vhost, b.Exchange})
	})
	if len(got) != len(want) || !sorted {
		return fmt.Errorf("%d topic permissions, want %d, in order", len(got), len(want))
	}
	for _, p := range got {
		if want[[3]string{p.User, p.Vhost, p.Exchange}] != p.TopicPermission {
			return fmt.Errorf("%+v is not as it was set", p)
		}
		if d.Topics(d.User(p.User), p.Vhost, "").Allowed(Write, p.Exchange, p.Write+"1") == false {
			return fmt.Errorf("%+v does not hold", p)
		}
	}
	return nil
}

func TestTopicsAllowedAllocatesNothing(t *testing.T) {
	d := newDatabase(t)
	if err := d.SetTopicPermission("alice", "/", "x", TopicPermission{Write: "^{username}\\."}); err != nil {
		t.Fatal(err)
	}
	topics := d.Topics(d.User("alice"), "/", "")
	if n := testing.AllocsPerRun(100, func() { topics.Allowed(Write, "x", "alice.eu") }); n != 0 {
		t.Errorf("Allowed allocates %v times", n)
	}
}
