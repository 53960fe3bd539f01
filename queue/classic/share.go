package classic

// A queue may promise its lower priorities, all together, a share of the
// deliveries while they wait (x-priority-min-share), so that a flood of higher
// ones does not starve them. Each delivery of the highest priority makes the
// queue owe them a little, until one of theirs is due: the oldest message of
// them all.
type share struct {
	owed  int  // to the lower priorities, in hundredths of a delivery
	lower bool // front has given one of them its turn
}

// fairly is top, the highest lane where something waits, or a lower one if that
// is due.
func (q *Queue) fairly(top *lane) *lane {
	s := &q.share
	if s.lower = false; q.ready == top.ready() {
		s.owed = 0
		return top
	}
	if s.owed < 100-q.options.MinShare {
		return top
	}
	s.lower = true
	return q.eldest(int(top.number))
}

// eldest is the lane below number whose first message came first. Something
// waits there.
func (q *Queue) eldest(number int) (eldest *lane) {
	for i := range number {
		if l := &q.lanes[i]; l.waiting() && (eldest == nil || l.first() < eldest.first()) {
			eldest = l
		}
	}
	return eldest
}

// first is the number of the first message of l, which is not empty.
func (l *lane) first() uint64 {
	if l.head.len() > 0 {
		return l.head.at(0).seq
	}
	return l.gap.first
}

// waiting reports whether something waits in l: in its head, or in its gap.
func (l *lane) waiting() bool {
	if l.head.len() == 0 {
		l.surface()
	}
	return l.head.len() > 0 || l.deep()
}

// inTurn is how many messages the lane that front gave may deliver before it is
// another's turn.
func (q *Queue) inTurn() int {
	s, least := &q.share, q.options.MinShare
	if s.lower {
		return max(s.owed/(100-least), 1)
	}
	return max((100-least-s.owed+least-1)/least, 1)
}

// served notes that the lane that front gave has delivered n messages. Once
// only one priority waits nothing is owed any more.
func (q *Queue) served(n int) {
	if q.share.lower {
		q.share.owed -= n * (100 - q.options.MinShare)
	} else {
		q.share.owed += n * q.options.MinShare
	}
	for i := len(q.lanes) - 1; i >= 0; i-- {
		if n := q.lanes[i].ready(); n > 0 || i == 0 {
			if n == q.ready {
				q.share.owed = 0
			}
			return
		}
	}
}
