package broker

import (
	"sync"
	"time"

	"github.com/hutchmq/hutchmq/auth"
)

// expiry ends a connection whose credential is valid for a time only.
type expiry struct {
	mu      sync.Mutex
	timer   *time.Timer
	stopped bool
}

// set has f run at a time, instead of what was set before; zero is never.
func (e *expiry) set(at time.Time, f func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.timer != nil {
		e.timer.Stop()
		e.timer = nil
	}
	if !at.IsZero() && !e.stopped {
		e.timer = time.AfterFunc(time.Until(at), f)
	}
}

func (e *expiry) stop() {
	e.set(time.Time{}, nil)
	e.mu.Lock()
	e.stopped = true
	e.mu.Unlock()
}

// expire closes c when the login of u ends.
func (c *Connection) expire(u *auth.User) {
	c.expiry.set(u.Expires, func() {
		// Renew may have come in between.
		if c.Kick != nil && c.user.Load().Expired(time.Now()) {
			c.Kick("credential expired")
		}
	})
}

// Renew puts a new secret in the place of the one that c logged in with. It
// means nothing where secrets do not expire; a secret that is refused changes
// nothing.
func (c *Connection) Renew(secret string) error {
	was := c.user.Load()
	u, err := c.b.chain.Renew(was, secret)
	if err != nil || u == was {
		return err
	}
	c.user.Store(u)
	c.renewals.Add(1)
	c.expire(u)
	return nil
}
