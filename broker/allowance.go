package broker

import (
	"sync/atomic"
	"time"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/stats"
	"github.com/hutchmq/hutchmq/vhost"
)

// allowance holds back those who publish in one vhost, or as one user: who is
// faster than they may waits, and nothing is refused. Its methods may be
// called concurrently; no lock is taken.
type allowance struct {
	messages, bytes pace
	maxBytes        atomic.Int64 // that queues may hold; a vhost's. One more than the bound, 0 none
	held            atomic.Int64 // what they did hold when the sampler looked last
	epoch           atomic.Uint64
	waited          stats.Counter // milliseconds that publishers were held back
}

// set puts limits into effect. Who waits for the old ones is to look again.
func (a *allowance) set(l Limits) {
	a.messages.set(l.number(MaxPublishRate))
	a.bytes.set(l.number(MaxPublishByteRate))
	a.maxBytes.Store(int64(l.number(MaxBytes)) + 1)
	a.epoch.Add(1)
}

// number is a limit, -1 when there is none.
func (l Limits) number(name string) int {
	n, ok := l[name]
	if !ok {
		return -1
	}
	return max(n, -1)
}

// Pace reports whether l has a limit that holds publishers back.
func (l Limits) Pace() bool {
	return l.number(MaxPublishRate) >= 0 || l.number(MaxPublishByteRate) >= 0 || l.number(MaxBytes) >= 0
}

// take counts what was published, and says when whoever published it may go
// on; a time that is over is at once.
func (a *allowance) take(messages, bytes uint64, now time.Duration) time.Duration {
	if a == nil {
		return 0
	}
	return max(a.messages.take(messages, now), a.bytes.take(bytes, now))
}

// paces reports whether a bounds a rate.
func (a *allowance) paces() bool {
	return a != nil && (a.messages.perSecond.Load() > 0 || a.bytes.perSecond.Load() > 0)
}

// full reports whether queues hold as much as they may.
func (a *allowance) full() bool {
	if a == nil {
		return false
	}
	most := a.maxBytes.Load()
	return most > 0 && a.held.Load() >= most-1
}

// allowances are those that a connection publishes under.
type allowances struct{ vhost, user *allowance }

func (a *allowances) epoch() (n uint64) {
	if a.vhost != nil {
		n += a.vhost.epoch.Load()
	}
	if a.user != nil {
		n += a.user.epoch.Load()
	}
	return n
}

// Full is why c may not publish for now, or "": its vhost holds as many bytes
// as it may. It may go on after the call of who watches alarms.
func (c *Connection) Full() string {
	if !c.allowances.vhost.full() {
		return ""
	}
	return "vhost '" + c.v.Name + "' is full"
}

// heldNow tells the allowances of vhosts how much their queues hold, and wakes who
// waits for one that was full.
func (b *Broker) heldNow(vhosts map[*vhost.Vhost]*sampled) {
	freed := false
	b.mu.RLock()
	for v, l := range vhosts {
		if a := b.inVhost[v.Name].allowance; a != nil {
			was := a.full()
			a.held.Store(int64(l.sums.bytes))
			freed = freed || was && !a.full()
		}
	}
	b.mu.RUnlock()
	if freed {
		b.alarms.told()
	}
}

// allowancesOf finds those of a connection that is on no list.
func (b *Broker) allowancesOf(u *auth.User, vhostName string) allowances {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return allowances{b.inVhost[vhostName].allowance, b.ofUser[u.Name].allowance}
}

// AllowanceUse is what the limits of a vhost, or of a user, have done.
type AllowanceUse struct {
	Held     int64  // bytes in the queues of a vhost, about a second ago
	Full     bool   // as many as they may be
	WaitedMs uint64 // that publishers were held back
}

func (a *allowance) use() AllowanceUse {
	if a == nil {
		return AllowanceUse{}
	}
	return AllowanceUse{a.held.Load(), a.full(), a.waited.Load()}
}

// VhostAllowance tells what the limits of a vhost have done.
func (b *Broker) VhostAllowance(vhostName string) AllowanceUse {
	return b.allowanceIn(b.inVhost, vhostName).use()
}

// UserAllowance tells what the limits of a user have done.
func (b *Broker) UserAllowance(user string) AllowanceUse { return b.allowanceIn(b.ofUser, user).use() }

func (b *Broker) allowanceIn(ts tallies, name string) *allowance {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return ts[name].allowance
}

// WaitedMs is how many milliseconds publishers were held back by allowances.
func (b *Broker) WaitedMs() uint64 { return b.waited.Load() }
