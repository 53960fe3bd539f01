package classic

import "github.com/hutchmq/hutchmq/queue"

// maxLimiters is how many keys of a queue have a limiter of their own.
const maxLimiters = 10_000

// limiters are those of a queue, by key.
type limiters struct {
	rates   []queue.Rate
	byKey   map[string]*limiter
	shared  *limiter // of messages without a key, and of those there is no room for
	use     limiter  // the list by use, oldest first
	emptyAt int64    // a key that is not known may have used up everything then
}

func newLimiters(rates []queue.Rate, emptyAt int64) *limiters {
	s := &limiters{rates: rates, byKey: map[string]*limiter{}, emptyAt: emptyAt}
	s.use.older, s.use.newer = &s.use, &s.use
	s.shared = s.make("")
	return s
}

func (s *limiters) make(key string) *limiter {
	m := &limiter{key: key}
	for _, r := range s.rates {
		m.buckets = append(m.buckets, newBucket(r, s.emptyAt))
	}
	return m
}

// of is the limiter of a key.
func (s *limiters) of(key []byte, now int64) *limiter {
	if m := s.byKey[string(key)]; m != nil {
		return m
	}
	if len(s.byKey) >= maxLimiters && !s.evict(now) {
		return s.shared
	}
	m := s.make(string(key))
	s.byKey[m.key] = m
	s.used(m)
	return m
}

// used makes m the last that is evicted.
func (s *limiters) used(m *limiter) {
	if m == s.shared {
		return
	}
	if m.older != nil {
		m.unlink()
	}
	m.older, m.newer = s.use.older, &s.use
	m.older.newer, m.newer.older = m, m
}

func (m *limiter) unlink() {
	m.older.newer, m.newer.older = m.newer, m.older
	m.older, m.newer = nil, nil
}

// evictLooks is how many limiters are looked at for one to forget.
const evictLooks = 16

// evict makes room: of the limiters that let nothing go for the longest time,
// one for which nothing waits goes.
func (s *limiters) evict(now int64) bool {
	m := s.use.newer
	for range evictLooks {
		if m == &s.use {
			return false
		}
		if m.items == 0 && m.until == 0 {
			if !m.full(now) {
				s.emptyAt = now
			}
			m.unlink()
			delete(s.byKey, m.key)
			return true
		}
		m = m.newer
	}
	return false
}
