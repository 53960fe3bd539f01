package classic

// stall measures for how long messages wait though there are consumers, since
// none of them has credit.
type stall struct {
	since   int64 // when it began, Unix milliseconds; 0: it is over
	totalMs int64 // of those that are over
}

func (s *stall) note(stalled bool, now int64) {
	switch {
	case stalled && s.since == 0:
		s.since = now
	case !stalled && s.since != 0:
		s.totalMs += now - s.since
		s.since = 0
	}
}

func (s *stall) ms(now int64) int64 {
	if s.since == 0 {
		return s.totalMs
	}
	return s.totalMs + now - s.since
}

// stalled reports whether messages wait for consumers without credit.
func (q *Queue) stalled() bool {
	if q.ready == 0 || q.paused || q.consumers.Len() == 0 {
		return false
	}
	m, _ := q.consumers.Next()
	return m == nil
}
