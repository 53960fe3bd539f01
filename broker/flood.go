package broker

// floods remembers who has changed how much lately: a client that declares and
// deletes by the thousand must not push everything else out of the audit log,
// nor have it cost more than what it records.
type floods struct {
	known map[flood]*stream
}

// flood is what tells streams of changes apart.
type flood struct{ user, from, action, vhost string }

type stream struct {
	sinceMs int64
	n       int // on record since then
	skipped int
}

const (
	maxFloods     = 256
	floodMs       = 1000
	floodsAllowed = 20 // of a kind within floodMs
)

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
	if e.AtMs-s.sinceMs >= floodMs {
		s.sinceMs, s.n = e.AtMs, 0
	}
	if s.n++; s.n > floodsAllowed {
		s.skipped++
		return true
	}
	e.Repeated += s.skipped
	s.skipped = 0
	return false
}
