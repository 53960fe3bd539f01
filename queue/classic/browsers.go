package classic

import "github.com/hutchmq/hutchmq/queue"

// browsers are the consumers of a queue that browse. A nil one has none. The
// queue's lock guards it.
type browsers struct{ list []*browser }

func (s *browsers) len() int {
	if s == nil {
		return 0
	}
	return len(s.list)
}

// each calls f for all of them, in order of arrival.
func (s *browsers) each(f func(*browser)) {
	if s == nil {
		return
	}
	for _, b := range s.list {
		f(b)
	}
}

// of is the one of a consumer, nil if it does not browse.
func (s *browsers) of(c queue.Consumer) (found *browser) {
	s.each(func(b *browser) {
		if b.c == c {
			found = b
		}
	})
	return found
}

// announce tells them that what is before next has come.
func (s *browsers) announce(next uint64) {
	for _, b := range s.list {
		if b.seen < next {
			b.rouse()
		}
	}
}
