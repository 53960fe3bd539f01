package broker

import "strings"

// refusals remembers what was refused lately, so that a client which tries
// again and again fills no log.
type refusals struct {
	known map[refusal]*repeats
}

// refusal is what tells refused changes apart.
type refusal struct{ user, from, action, vhost, name, result string }

type repeats struct {
	sinceMs int64
	n       int
}

const (
	maxRefusals    = 256
	refusedAgainMs = 60_000
)

// again reports whether e was refused within the last minute: it is counted,
// and the next entry of its kind says how often that was.
func (r *refusals) again(e *Entry) bool {
	if e.Result == ResultOK {
		return false
	}
	k := refusal{e.User, host(e.From), e.Action, e.Vhost, e.Name, e.Result}
	seen := r.known[k]
	if seen != nil && e.AtMs-seen.sinceMs < refusedAgainMs {
		seen.n++
		return true
	}
	if seen != nil {
		e.Repeated = seen.n
	} else if r.known == nil || len(r.known) >= maxRefusals {
		r.known = map[refusal]*repeats{}
	}
	r.known[k] = &repeats{sinceMs: e.AtMs}
	return false
}

// host is a connection or address without the port of the client, which is
// another one each time it comes back.
func host(from string) string {
	peer, _, _ := strings.Cut(from, " ")
	if at := strings.LastIndexByte(peer, ':'); at >= 0 {
		return peer[:at]
	}
	return peer
}
