package broker

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// maxAttemptSources bounds how many sources of logins are told apart. Beyond
// that all count as one that has no address and no user.
const maxAttemptSources = 1000

// maxUserBytes is how much is remembered of the name that somebody gave.
const maxUserBytes = 255

// Attempts counts logins.
type Attempts struct {
	Protocol          string // "amqp091" or "http"
	PeerHost, User    string // where they came from; "" all together
	Succeeded, Failed uint64
}

// attempts counts logins by where they come from.
type attempts struct {
	mu     sync.Mutex
	counts map[Attempts]*Attempts // by the fields that tell them apart
}

func (a *attempts) note(protocol, host, user string, failed bool) {
	if protocol != "http" {
		protocol = "amqp091"
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.count(Attempts{Protocol: protocol}, failed)
	source := Attempts{Protocol: protocol, PeerHost: host, User: strings.Clone(user[:min(len(user), maxUserBytes)])}
	if source.PeerHost == "" || len(a.counts) >= maxAttemptSources && a.counts[source] == nil {
		return
	}
	a.count(source, failed)
}

func (a *attempts) count(of Attempts, failed bool) {
	if a.counts == nil {
		a.counts = map[Attempts]*Attempts{}
	}
	n := a.counts[of]
	if n == nil {
		n = &of
		a.counts[of] = n
	}
	if failed {
		n.Failed++
	} else {
		n.Succeeded++
	}
}

// Attempts counts the logins since the start, or since they were forgotten: by
// protocol, or by source as well.
func (b *Broker) Attempts(bySource bool) []Attempts {
	a := &b.attempts
	a.mu.Lock()
	defer a.mu.Unlock()
	list := []Attempts{}
	for key, n := range a.counts {
		if (key.PeerHost != "") == bySource {
			list = append(list, *n)
		}
	}
	slices.SortFunc(list, func(x, y Attempts) int {
		return cmp.Or(cmp.Compare(x.Protocol, y.Protocol), cmp.Compare(x.PeerHost, y.PeerHost), cmp.Compare(x.User, y.User))
	})
	return list
}

// ForgetAttempts begins to count anew.
func (b *Broker) ForgetAttempts() {
	b.attempts.mu.Lock()
	b.attempts.counts = nil
	b.attempts.mu.Unlock()
}
