package broker

import "slices"

// floods remembers who has changed how much lately: a client that declares and
// deletes by the thousand, or steadily for hours, must not push everything else
// out of the audit log, nor have it cost more than what it records.
type floods struct {
	known map[flood]*stream
}

// flood is what tells streams of changes apart.
type flood struct{ user, from, action, vhost string }

type stream struct {
	atMs    int64 // of the last change
	fullMs  int64 // how much of a burst is used up
	skipped int
}

const (
	maxFloods = 256
	// A kind of change may have floodBurst entries at once, and one more every
	// floodEveryMs. Operators, who do not come by AMQP, may have more: a script
	// that sets up a vhost shall be on record whole.
	floodBurst    = 20
	operatorBurst = 1000
	floodEveryMs  = 10_000
)

// operators are the ways by which they come.
var operators = []string{"http", "local", "definitions"}

// over reports whether e is one too many: it is counted, and the next entry of
// its kind says how many are not on record.
func (f *floods) over(e *Entry) bool {
	k := flood{e.User, host(e.From), e.Action, e.Vhost}
	s := f.known[k]
	if s == nil {
		if f.known == nil || len(f.known) >= maxFloods {
			f.known = map[flood]*stream{}
		}
		s = &stream{}
		f.known[k] = s
	}
	s.fullMs = max(0, s.fullMs-max(0, e.AtMs-s.atMs))
	s.atMs = e.AtMs
	burst := int64(floodBurst)
	if slices.Contains(operators, e.Via) {
		burst = operatorBurst
	}
	if s.fullMs > (burst-1)*floodEveryMs {
		s.skipped++
		return true
	}
	s.fullMs += floodEveryMs
	e.Repeated += s.skipped
	s.skipped = 0
	return false
}
