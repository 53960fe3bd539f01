package broker

import (
	"math"
	"time"

	"github.com/hutchmq/hutchmq/message"
)

// spending is what a session has published since its last Take, and how much
// of that is enough for a Take to be due.
type spending struct {
	messages, bytes         uint64
	mostMessages, mostBytes uint64
}

// share has a Take come due about ten times a second at the rates of a: a
// publisher waits often and for a moment, rather than once and for long.
func (p *spending) share(a *allowances) {
	p.mostMessages, p.mostBytes = math.MaxUint64, math.MaxUint64
	for _, one := range []*allowance{a.vhost, a.user} {
		if one != nil {
			p.mostMessages = min(p.mostMessages, one.messages.share())
			p.mostBytes = min(p.mostBytes, one.bytes.share())
		}
	}
}

// share is how much comes in a tenth of a second; without a bound all there is.
func (p *pace) share() uint64 {
	rate := uint64(p.perSecond.Load())
	if rate == 0 {
		return math.MaxUint64
	}
	return max(1, rate/10)
}

func (s *Session) spend(m *message.Message) {
	s.spending.messages++
	s.spending.bytes += uint64(len(m.Body))
}

// Spent reports whether enough was published for a Take.
func (s *Session) Spent() bool {
	p := &s.spending
	return p.messages >= p.mostMessages || p.bytes >= p.mostBytes
}

// Turn is when somebody who published may go on. The zero Turn is at once.
type Turn struct {
	at    time.Duration // since the process started
	epoch uint64
}

// Take counts what the session has published since the last call against the
// quotas of its vhost and its user, and says when it may publish again.
func (s *Session) Take() Turn {
	p, a := &s.spending, &s.c.allowances
	n, bytes := p.messages, p.bytes
	p.messages, p.bytes = 0, 0
	p.share(a)
	if n == 0 || !a.vhost.paces() && !a.user.paces() {
		return Turn{}
	}
	now := s.c.b.uptime()
	t := Turn{max(a.vhost.take(n, bytes, now), a.user.take(n, bytes, now)), a.epoch()}
	if t.at <= now {
		return Turn{}
	}
	return t
}

// After reports whether t comes later than u.
func (t Turn) After(u Turn) bool { return t.at > u.at }

// Wait is how long it is until t; 0 when it has come, or the allowances of the
// connection have changed since.
func (c *Connection) Wait(t Turn) time.Duration {
	if t.at == 0 || t.epoch != c.allowances.epoch() {
		return 0
	}
	return max(t.at-c.b.uptime(), 0)
}

// Waited counts time that a publisher was held back.
func (c *Connection) Waited(d time.Duration) {
	n := uint64(d.Milliseconds())
	c.b.waited.Add(n)
	for _, a := range []*allowance{c.allowances.vhost, c.allowances.user} {
		if a.paces() {
			a.waited.Add(n)
		}
	}
}
