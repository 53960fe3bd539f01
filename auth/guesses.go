package auth

import (
	"net/netip"
	"sync"
	"time"
)

// How many wrong passwords may come from an address at once, and how soon it
// may try the next one.
const (
	maxGuesses   = 100
	forgiveEvery = 100 * time.Millisecond
)

// maxGuessers bounds how many addresses are remembered, and how many right
// passwords.
const (
	maxGuessers = 16384
	rightFor    = 24 * time.Hour
)

// Guesses slows down who guesses passwords. A password that was right before
// is never slowed down, so that clients come back as fast as they like after a
// restart, whoever guesses from their address.
type Guesses struct {
	marks *marker
	right *recent[mark, struct{}]

	mu    sync.Mutex
	wrong *recent[string, debt] // by address
}

// debt is how many wrong passwords were to be forgiven at a time.
type debt struct {
	n    float64
	then time.Time
}

func (d debt) at(now time.Time) float64 {
	return max(0, d.n-float64(now.Sub(d.then))/float64(forgiveEvery))
}

// NewGuesses knows of no guess.
func NewGuesses() *Guesses {
	return &Guesses{
		marks: newMarker(), right: newRecent[mark, struct{}](rightFor, maxGuessers),
		wrong: newRecent[string, debt](2*maxGuesses*forgiveEvery, maxGuessers),
	}
}

// TooMany reports whether so many wrong passwords came from host that this one
// is not to be looked at.
func (g *Guesses) TooMany(host, user, password string) bool {
	d, ok := g.wrong.get(network(host))
	if !ok || d.at(time.Now()) < maxGuesses {
		return false
	}
	_, wasRight := g.right.get(g.marks.of(user, password))
	return !wasRight
}

// Note remembers how a try from host ended.
func (g *Guesses) Note(host, user, password string, right bool) {
	if right {
		g.right.put(g.marks.of(user, password), struct{}{})
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now, from := time.Now(), network(host)
	d, _ := g.wrong.get(from)
	g.wrong.put(from, debt{d.at(now) + 1, now})
}

// network is what one guesser has: an address, or all of IPv6's /64.
func network(host string) string {
	a, err := netip.ParseAddr(host)
	if err != nil || a.Unmap().Is4() {
		return host
	}
	p, _ := a.WithZone("").Prefix(64)
	return p.String()
}
