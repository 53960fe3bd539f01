package queue

import (
	"sort"

	"github.com/hutchmq/hutchmq/amqp"
)

// Member is a consumer of a queue with what it asked for.
type Member struct {
	Consumer
	ConsumeOptions
	blocked bool
	group   *group
}

// Consumers is the set of consumers of one queue: it says who is next. Equal
// priorities take turns, message by message; a higher priority gets
// everything until it has no more credit. It is guarded by the queue's lock.
type Consumers struct {
	Single bool // x-single-active-consumer

	members   map[Consumer]*Member
	order     []*Member // by time of arrival
	groups    []*group  // by falling priority
	exclusive bool
	active    *Member // of a single active consumer queue
}

// group holds the consumers of one priority that have credit; the first is
// next.
type group struct {
	priority int
	willing  []*Member
	next     int
	members  int
}

// Add registers c. It refuses with an *amqp.Error when an exclusive consumer
// holds the queue, or c wants to be one and is not alone. where names the
// queue in errors.
func (s *Consumers) Add(c Consumer, o ConsumeOptions, where Declaration) error {
	if s.exclusive || o.Exclusive && (len(s.members) > 0 || s.Single) {
		return amqp.ExclusiveUse.New(where)
	}
	m := &Member{Consumer: c, ConsumeOptions: o, group: s.group(o.Priority)}
	if s.members == nil {
		s.members = map[Consumer]*Member{}
	}
	s.members[c] = m
	s.order = append(s.order, m)
	s.exclusive = o.Exclusive
	m.group.members++
	m.group.willing = append(m.group.willing, m)
	if s.Single && s.active == nil {
		s.active = m
	}
	return nil
}

// Remove takes c out; false when it was not there.
func (s *Consumers) Remove(c Consumer) bool {
	m := s.members[c]
	if m == nil {
		return false
	}
	s.Block(m)
	delete(s.members, c)
	for i, x := range s.order {
		if x == m {
			s.order = append(s.order[:i], s.order[i+1:]...)
			break
		}
	}
	m.group.members--
	if m.group.members == 0 {
		s.dropGroup(m.group)
	}
	s.exclusive = s.exclusive && len(s.members) > 0
	if s.active == m {
		s.active = nil
		if len(s.order) > 0 {
			s.active = s.order[0]
		}
	}
	return true
}

// Len is how many consumers there are.
func (s *Consumers) Len() int { return len(s.members) }

// Exclusive reports whether an exclusive consumer holds the queue.
func (s *Consumers) Exclusive() bool { return s.exclusive }

// Each calls f for every consumer, in order of arrival.
func (s *Consumers) Each(f func(*Member)) {
	for _, m := range s.order {
		f(m)
	}
}

// Next is who gets the next message, nil when nobody wants one. alone tells
// that no other of the same priority waits, so that it may have many.
func (s *Consumers) Next() (m *Member, alone bool) {
	if s.Single {
		if s.active == nil || s.active.blocked {
			return nil, false
		}
		return s.active, true
	}
	for _, g := range s.groups {
		if n := len(g.willing); n > 0 {
			if g.next >= n {
				g.next = 0
			}
			return g.willing[g.next], n == 1
		}
	}
	return nil, false
}

// Served moves the turn on after m got a message.
func (s *Consumers) Served(m *Member) { m.group.next++ }

// Block takes m out of the turn: it has no credit.
func (s *Consumers) Block(m *Member) {
	if m.blocked {
		return
	}
	m.blocked = true
	g := m.group
	for i, x := range g.willing {
		if x == m {
			g.willing = append(g.willing[:i], g.willing[i+1:]...)
			if i < g.next {
				g.next--
			}
			return
		}
	}
}

// Resume puts c back into the turn; false when it was there, or is unknown.
func (s *Consumers) Resume(c Consumer) bool {
	m := s.members[c]
	if m == nil || !m.blocked {
		return false
	}
	m.blocked = false
	m.group.willing = append(m.group.willing, m)
	return true
}

func (s *Consumers) group(priority int) *group {
	i := sort.Search(len(s.groups), func(i int) bool { return s.groups[i].priority <= priority })
	if i < len(s.groups) && s.groups[i].priority == priority {
		return s.groups[i]
	}
	g := &group{priority: priority}
	s.groups = append(s.groups, nil)
	copy(s.groups[i+1:], s.groups[i:])
	s.groups[i] = g
	return g
}

func (s *Consumers) dropGroup(g *group) {
	for i, x := range s.groups {
		if x == g {
			s.groups = append(s.groups[:i], s.groups[i+1:]...)
			return
		}
	}
}
