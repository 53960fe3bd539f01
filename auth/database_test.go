package auth

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
)

var everything = Permission{Configure: ".*", Write: ".*", Read: ".*"}

func newDatabase(t *testing.T) *Database {
	t.Helper()
	hash, err := Hash(SHA256, "secret")
	if err != nil {
		t.Fatal(err)
	}
	d := NewDatabase([]string{"guest"})
	d.PutUser(User{Name: "alice", PasswordHash: hash, Tags: []string{"administrator"}})
	d.PutUser(User{Name: "nologin"})
	return d
}

func TestAuthenticate(t *testing.T) {
	d := newDatabase(t)
	u, err := d.Authenticate("alice", "secret")
	if err != nil || u.Name != "alice" || !u.HasTag("administrator") || u.HasTag("management") {
		t.Errorf("Authenticate = %+v, %v", u, err)
	}
	for _, c := range []Credentials{{"alice", "wrong"}, {"alice", ""}, {"bob", "secret"}, {"nologin", ""}, {"", ""}} {
		if u, err := d.Authenticate(c.User, c.Password); u != nil || !errors.Is(err, ErrRefused) {
			t.Errorf("Authenticate(%q, %q) = %v, %v", c.User, c.Password, u, err)
		}
	}
}

func TestPermissionsFollowTheUser(t *testing.T) {
	d := newDatabase(t)
	alice := d.User("alice")
	if d.Reachable(alice, "/") {
		t.Error("a vhost without permission is reachable")
	}
	if err := d.SetPermission("alice", "/", Permission{}); err != nil {
		t.Fatal(err)
	}
	if !d.Reachable(alice, "/") || d.Allowed(alice, "/", Read, "q") {
		t.Error("a permission that grants nothing should open the vhost and no more")
	}
	if err := d.SetPermission("alice", "/", everything); err != nil {
		t.Fatal(err)
	}
	if !d.Allowed(alice, "/", Read, "q") || d.Allowed(alice, "other", Read, "q") {
		t.Error("a permission should hold in its vhost and no other")
	}
	d.PutUser(User{Name: "alice"})
	if !d.Allowed(alice, "/", Read, "q") {
		t.Error("changing the user lost its permissions")
	}
	d.DeleteUser("alice")
	d.PutUser(User{Name: "alice"})
	if d.Reachable(alice, "/") {
		t.Error("a new user inherited the permissions of a deleted one")
	}
}

func TestSetPermissionRefuses(t *testing.T) {
	d := newDatabase(t)
	if err := d.SetPermission("bob", "/", everything); !errors.Is(err, ErrNoUser) {
		t.Errorf("unknown user: error %v", err)
	}
	if err := d.SetPermission("alice", "/", Permission{Write: "("}); err == nil {
		t.Error("an invalid pattern was taken")
	}
}

func TestUserIsCopied(t *testing.T) {
	d := NewDatabase(nil)
	tags := []string{"management"}
	d.PutUser(User{Name: "alice", Tags: tags})
	tags[0] = "administrator"
	if d.User("alice").HasTag("administrator") {
		t.Error("the caller's slice is still in use")
	}
}

func TestLoopbackOnly(t *testing.T) {
	d := newDatabase(t)
	if !d.LoopbackOnly("guest") || d.LoopbackOnly("alice") || NewDatabase(nil).LoopbackOnly("guest") {
		t.Error("LoopbackOnly does not follow the list")
	}
}

// TestAgainstOracle does random changes to a Database and to plain maps, and
// wants the same contents and a version that grows exactly with changes.
func TestAgainstOracle(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	d := NewDatabase(nil)
	users := map[string]bool{}
	grants := map[string]Permission{} // "user vhost"
	for step := range 2000 {
		user, vhost := fmt.Sprint("u", r.IntN(4)), fmt.Sprint("v", r.IntN(3))
		before, changed := d.Version(), true
		switch r.IntN(5) {
		case 0:
			d.PutUser(User{Name: user})
			users[user] = true
		case 1:
			changed = users[user]
			d.DeleteUser(user)
			delete(users, user)
			maps.DeleteFunc(grants, func(k string, _ Permission) bool { return strings.HasPrefix(k, user+" ") })
		case 2:
			p := Permission{Read: fmt.Sprint(step)}
			changed = users[user]
			if err := d.SetPermission(user, vhost, p); err == nil {
				grants[user+" "+vhost] = p
			}
		case 3:
			_, changed = grants[user+" "+vhost]
			d.ClearPermission(user, vhost)
			delete(grants, user+" "+vhost)
		case 4:
			n := len(grants)
			d.DropVhost(vhost)
			maps.DeleteFunc(grants, func(k string, _ Permission) bool { return strings.HasSuffix(k, " "+vhost) })
			changed = len(grants) != n
		}
		if grew := d.Version() != before; grew != changed {
			t.Fatalf("seed %d, step %d: version grew: %v, contents changed: %v", seed, step, grew, changed)
		}
		if got, want := contents(d), oracle(users, grants); got != want {
			t.Fatalf("seed %d, step %d: got\n%swant\n%s", seed, step, got, want)
		}
	}
}

func contents(d *Database) string {
	var b strings.Builder
	for _, u := range d.Users() {
		fmt.Fprintln(&b, u.Name)
	}
	for _, p := range d.Permissions() {
		fmt.Fprintln(&b, p.User, p.Vhost, p.Read)
	}
	return b.String()
}

func oracle(users map[string]bool, grants map[string]Permission) string {
	var b strings.Builder
	for _, u := range slices.Sorted(maps.Keys(users)) {
		fmt.Fprintln(&b, u)
	}
	for _, k := range slices.Sorted(maps.Keys(grants)) {
		fmt.Fprintln(&b, k, grants[k].Read)
	}
	return b.String()
}

// TestConcurrent is for the race detector: checks go on while everything
// changes.
func TestConcurrent(t *testing.T) {
	d := newDatabase(t)
	alice := d.User("alice")
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 100 {
				if err := d.SetPermission("alice", fmt.Sprint(i), everything); err != nil {
					t.Error(err)
				}
				if !d.Allowed(alice, fmt.Sprint(i), Write, "q") {
					t.Error("a permission was lost to another change")
				}
				d.DropVhost(fmt.Sprint(i))
			}
		})
	}
	wg.Wait()
	if n := len(d.Permissions()); n != 0 {
		t.Errorf("%d permissions left", n)
	}
}

func TestAllowedAllocatesNothing(t *testing.T) {
	d := newDatabase(t)
	alice := d.User("alice")
	if err := d.SetPermission("alice", "/", Permission{Write: "^orders\\."}); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { d.Allowed(alice, "/", Write, "orders.eu") }); n != 0 {
		t.Errorf("Allowed allocates %v times", n)
	}
}
