package mgmt

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
)

// How many wrong passwords an address, or a user, may have been given at once,
// and how soon it may have the next one.
const (
	maxWrongFrom = 30
	maxWrongOf   = 100
	forgiveEvery = time.Second
)

// maxThrottled bounds how many addresses and users are remembered, and how
// many pairs of them that have been right.
const maxThrottled = 8192

// throttle slows down those who guess passwords. What it is told of a user
// does not hold for addresses from which the user has logged in before: nobody
// can lock another out.
type throttle struct {
	mu      sync.Mutex
	wrong   map[string]debt // by address, and by user behind a line feed
	trusted map[string]struct{}
}

// debt is how many wrong passwords are still to be forgiven since then.
type debt struct {
	n    float64
	then time.Time
}

func (d debt) at(now time.Time) float64 {
	return max(0, d.n-float64(now.Sub(d.then))/float64(forgiveEvery))
}

// wait is how long user must not try again from addr; 0 is not at all.
func (t *throttle) wait(addr, user string, now time.Time) time.Duration {
	user = remembered(user)
	t.mu.Lock()
	defer t.mu.Unlock()
	over := t.wrong[addr].at(now) - maxWrongFrom
	if _, ok := t.trusted[addr+"\n"+user]; !ok {
		over = max(over, t.wrong["\n"+user].at(now)-maxWrongOf)
	}
	if over <= -1 {
		return 0
	}
	return time.Duration((over + 1) * float64(forgiveEvery))
}

// remembered is as much of the name that somebody gave as a name can have.
func remembered(user string) string { return strings.Clone(user[:min(len(user), maxNameBytes)]) }

// note remembers how a try ended.
func (t *throttle) note(addr, user string, right bool, now time.Time) {
	user = remembered(user)
	t.mu.Lock()
	defer t.mu.Unlock()
	if right {
		t.trust(addr + "\n" + user)
		return
	}
	for _, key := range []string{addr, "\n" + user} {
		if t.wrong == nil || len(t.wrong) >= maxThrottled {
			t.forgive(now)
		}
		t.wrong[key] = debt{t.wrong[key].at(now) + 1, now}
	}
}

func (t *throttle) trust(pair string) {
	if _, ok := t.trusted[pair]; ok {
		return
	}
	if t.trusted == nil || len(t.trusted) >= maxThrottled {
		t.trusted = map[string]struct{}{}
	}
	t.trusted[pair] = struct{}{}
}

// forgive makes room: for those who waited long enough, or else for everybody
// who has tried little.
func (t *throttle) forgive(now time.Time) {
	left := map[string]debt{}
	for _, least := range []float64{0, maxWrongFrom / 2} {
		clear(left)
		for key, d := range t.wrong {
			if d.at(now) > least {
				left[key] = d
			}
		}
		if len(left) < maxThrottled/2 {
			break
		}
	}
	if len(left) >= maxThrottled {
		clear(left)
	}
	t.wrong = left
}

// check is the user of that name and password. It answers when there is none,
// or too many were tried.
func (a *API) check(w http.ResponseWriter, r *http.Request, name, password string) *auth.User {
	addr, now := peer(r), time.Now()
	if wait := a.attempts.wait(addr, name, now); wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
		fail(w, http.StatusTooManyRequests, "too_many_requests", "Too many failed logins. Try again later.")
		return nil
	}
	u, err := a.broker.LoginFrom(broker.Client{PeerHost: addr, Protocol: "http"}, name, password, loopback(addr))
	a.attempts.note(addr, name, err == nil, now)
	switch {
	case err == nil:
		return u
	case !loopback(addr) && a.broker.LoopbackOnly(name):
		refuse(w, "User can only log in via localhost")
	default:
		fail(w, http.StatusUnauthorized, "not_authorized", "Not_Authorized")
	}
	return nil
}

// checkToken is the user that a token is of. Nobody guesses tokens: there is no
// brake. It answers when the token is not right.
func (a *API) checkToken(w http.ResponseWriter, r *http.Request, token string) *auth.User {
	addr := peer(r)
	u, err := a.broker.LoginByToken(broker.Client{PeerHost: addr, Protocol: "http"}, token, loopback(addr))
	if err != nil {
		w.Header().Set("WWW-Authenticate", `Bearer realm="RabbitMQ Management", error="invalid_token"`)
		fail(w, http.StatusUnauthorized, "not_authorized", "Not_Authorized")
		return nil
	}
	return u
}

// peer is the address that r comes from.
func peer(r *http.Request) string {
	addr, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return addr
}

func loopback(addr string) bool {
	ip := net.ParseIP(addr)
	return addr == localPeer || ip != nil && ip.IsLoopback()
}
