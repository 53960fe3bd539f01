package queue

import (
	"slices"
	"sort"

	"github.com/hutchmq/hutchmq/amqp"
)

// Member is a consumer of a queue with what it asked for.
type Member struct {
	Consumer
	ConsumeOptions
	Own        any    // what the queue knows of it
	sender     Sender // the consumer, if it is one
	group      *group
	blocked    bool
	next, prev *Member // in the group's turn; not while blocked
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

// group holds the consumers of one priority. Those that have credit stand in a
// ring, so that thousands come and go at no cost.
type group struct {
	priority int
	members  int
	turn     *Member // whose turn it is; nil when nobody has credit
}

// enter puts m into the ring, behind all others.
func (g *group) enter(m *Member) {
	if g.turn == nil {
		m.next, m.prev, g.turn = m, m, m
		return
	}
	m.next, m.prev = g.turn, g.turn.prev
	m.prev.next, m.next.prev = m, m
}

// leave takes m out of the ring.
func (g *group) leave(m *Member) {
	m.prev.next, m.next.prev = m.next, m.prev
	switch {
	case m.next == m:
		g.turn = nil
	case g.turn == m:
		g.turn = m.next
	}
	m.next, m.prev = nil, nil
}

// Add registers c. It refuses with an *amqp.Error when an exclusive consumer
// holds the queue, or c wants to be one and is not alone. where names the
// queue in errors.
func (s *Consumers) Add(c Consumer, o ConsumeOptions, where Declaration) error {
	if s.exclusive || o.Exclusive && (len(s.members) > 0 || s.Single) {
		return amqp.ExclusiveUse.New(where)
	}
	m := &Member{Consumer: c, ConsumeOptions: o, group: s.group(o.Priority)}
	m.sender, _ = c.(Sender)
	if s.members == nil {
		s.members = map[Consumer]*Member{}
	}
	s.members[c] = m
	s.order = append(s.order, m)
	s.exclusive = o.Exclusive
	m.group.members++
	m.group.enter(m)
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
	i := slices.Index(s.order, m)
	s.order = slices.Delete(s.order, i, i+1)
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

// ExclusiveTag is the tag of the exclusive consumer, "" if there is none.
func (s *Consumers) ExclusiveTag() string {
	if !s.exclusive || len(s.order) == 0 {
		return ""
	}
	return s.order[0].Tag
}

// ActiveTag is the tag of the single active consumer, "" if there is none.
func (s *Consumers) ActiveTag() string {
	if !s.Single || s.active == nil {
		return ""
	}
	return s.active.Tag
}

// Attendance lists the consumers, in order of arrival.
func (s *Consumers) Attendance() []Attendant {
	list := make([]Attendant, 0, len(s.order))
	for _, m := range s.order {
		list = append(list, Attendant{m.Consumer, m.ConsumeOptions, !s.Single || s.active == m})
	}
	return list
}

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
		if m := g.turn; m != nil {
			return m, m.next == m
		}
	}
	return nil, false
}

// First is the first of those that would take a message, as Next says; nil when
// there is none.
func (s *Consumers) First() *Member {
	m, _ := s.Next()
	return m
}

// After is who would be next if there were nothing for m; nil when all were
// asked. Nobody may be served or blocked in between.
func (s *Consumers) After(m *Member) *Member {
	if s.Single {
		return nil
	}
	if m.next != m.group.turn {
		return m.next
	}
	for _, g := range s.groups[slices.Index(s.groups, m.group)+1:] {
		if g.turn != nil {
			return g.turn
		}
	}
	return nil
}

// Member is c as the set knows it, nil if it does not.
func (s *Consumers) Member(c Consumer) *Member { return s.members[c] }

// Served moves the turn on after m got a message.
func (s *Consumers) Served(m *Member) {
	if !m.blocked {
		m.group.turn = m.next
	}
}

// Block takes m out of the turn: it has no credit.
func (s *Consumers) Block(m *Member) {
	if !m.blocked {
		m.blocked = true
		m.group.leave(m)
	}
}

// Resume puts c back into the turn, behind the others; false when it was
// there, or is unknown.
func (s *Consumers) Resume(c Consumer) bool {
	m := s.members[c]
	if m == nil || !m.blocked {
		return false
	}
	m.blocked = false
	m.group.enter(m)
	return true
}

func (s *Consumers) group(priority int) *group {
	i := sort.Search(len(s.groups), func(i int) bool { return s.groups[i].priority <= priority })
	if i < len(s.groups) && s.groups[i].priority == priority {
		return s.groups[i]
	}
	g := &group{priority: priority}
	s.groups = slices.Insert(s.groups, i, g)
	return g
}

func (s *Consumers) dropGroup(g *group) {
	i := slices.Index(s.groups, g)
	s.groups = slices.Delete(s.groups, i, i+1)
}
