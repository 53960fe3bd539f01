package mgmt

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/auth"
)

// TestThrottle: who guesses has to wait, and others do not.
func TestThrottle(t *testing.T) {
	var th throttle
	now := time.Now()
	try := func(addr, user string) time.Duration {
		wait := th.wait(addr, user, now)
		if wait == 0 {
			th.note(addr, user, false, now)
		}
		return wait
	}
	th.note("home", "guest", true, now)
	for i := range maxWrongFrom {
		if wait := try("10.0.0.1", fmt.Sprint("user", i)); wait != 0 {
			t.Fatalf("try %d waits %v", i, wait)
		}
	}
	if wait := try("10.0.0.1", "guest"); wait != forgiveEvery {
		t.Errorf("one too many from an address: waits %v", wait)
	}
	for i := range maxWrongOf {
		if wait := try(fmt.Sprint("10.0.1.", i), "guest"); wait != 0 {
			t.Fatalf("try %d waits %v", i, wait)
		}
	}
	for from, want := range map[string]time.Duration{"10.0.2.1": forgiveEvery, "home": 0} {
		if wait := th.wait(from, "guest", now); wait != want {
			t.Errorf("guest from %s waits %v, want %v", from, wait, want)
		}
	}
	now = now.Add(2 * forgiveEvery)
	if wait := try("10.0.0.1", "somebody"); wait != 0 {
		t.Errorf("waits %v after having waited", wait)
	}
}

// TestThrottleIsBounded: many addresses and users take bounded memory.
func TestThrottleIsBounded(t *testing.T) {
	var th throttle
	now := time.Now()
	for i := range 4 * maxThrottled {
		th.note(fmt.Sprint("a", i), fmt.Sprint("u", i), i%2 == 0, now)
	}
	th.note("a", strings.Repeat("u", 1<<20), false, now)
	for key := range th.wrong {
		if len(key) > maxNameBytes+1 {
			t.Errorf("a name of %d bytes is remembered", len(key))
		}
	}
	if len(th.wrong) > maxThrottled+1 || len(th.trusted) > maxThrottled {
		t.Errorf("%d debts, %d trusted", len(th.wrong), len(th.trusted))
	}
}

// TestLogins: a login ends when it is not used, when its user has gone, and
// when too many others came after it.
func TestLogins(t *testing.T) {
	var l logins
	now := time.Now()
	users := map[string]*auth.User{"guest": {Name: "guest", PasswordHash: "h"}}
	whose := func(id string) string {
		r := httptest.NewRequest("GET", "/", nil)
		r.AddCookie(cookie(r, id, 0))
		today := func(u *auth.User) *auth.User {
			if now := users[u.Name]; !u.Internal() {
				return u
			} else if now.PasswordHash == u.PasswordHash {
				return now
			}
			return nil
		}
		if u := l.user(r, today); u != nil {
			return u.Name
		}
		return ""
	}
	id := l.begin(users["guest"], now)
	if whose(id) != "guest" || whose(id+"x") != "" || whose("") != "" {
		t.Error("the cookie does not tell who it is")
	}
	l.open[id].used = now.Add(-idleLogin - time.Second)
	if whose(id) != "" || len(l.open) != 0 {
		t.Error("a login outlives its time")
	}
	first := l.begin(users["guest"], now)
	for i := range maxLogins {
		l.begin(users["guest"], now.Add(time.Duration(i+1)))
	}
	if len(l.open) != maxLogins || whose(first) != "" {
		t.Errorf("%d logins, the first is of %q", len(l.open), whose(first))
	}
	token := l.begin(&auth.User{Name: "guest", PasswordHash: "h", Authority: &auth.Scopes{}}, now)
	if l.open[token].began = now.Add(-maxRemoteLogin - time.Second); whose(token) != "" {
		t.Error("a login by another system lasts for ever")
	}
	last := l.begin(users["guest"], now)
	users["guest"] = &auth.User{Name: "guest", PasswordHash: "other"}
	if whose(last) != "" {
		t.Error("a login outlives its password")
	}
}
