package queue

import (
	"math/rand"
	"slices"
	"testing"
)

// named is a consumer that nothing is delivered to.
type named struct{ n int }

func (*named) Deliver([]Delivery) int { return 0 }
func (*named) Cancelled()             {}

// naive is Consumers as one would write it down: a list of those that have
// credit, in turn, searched from the front.
type naive struct {
	turn    []*named // the first with the highest priority is next
	blocked []*named
	arrived []*named
	asked   map[*named]ConsumeOptions
}

func (s *naive) next() (next *named, alone bool) {
	for _, c := range s.turn {
		switch {
		case next == nil || s.asked[c].Priority > s.asked[next].Priority:
			next, alone = c, true
		case s.asked[c].Priority == s.asked[next].Priority:
			alone = false
		}
	}
	return next, alone
}

func without(list []*named, c *named) []*named {
	return slices.DeleteFunc(list, func(x *named) bool { return x == c })
}

// TestConsumersAtRandom compares with naive.
func TestConsumersAtRandom(t *testing.T) {
	for seed := range int64(50) {
		r := rand.New(rand.NewSource(seed))
		single := seed%5 == 0
		s, want := Consumers{Single: single}, naive{asked: map[*named]ConsumeOptions{}}
		for step := range 400 {
			pick := func(list []*named) *named {
				if len(list) == 0 {
					return &named{-1}
				}
				return list[r.Intn(len(list))]
			}
			switch r.Intn(6) {
			case 0:
				c, o := &named{step}, ConsumeOptions{Priority: r.Intn(3)}
				if err := s.Add(c, o, Declaration{}); err != nil {
					t.Fatal(err)
				}
				want.turn, want.arrived, want.asked[c] = append(want.turn, c), append(want.arrived, c), o
			case 1:
				if r.Intn(2) == 0 {
					c := pick(want.arrived)
					if got := s.Remove(c); got != slices.Contains(want.arrived, c) {
						t.Fatalf("seed %d, step %d: remove %v", seed, step, got)
					}
					want.turn, want.blocked, want.arrived = without(want.turn, c), without(want.blocked, c), without(want.arrived, c)
				}
			case 2:
				c := pick(want.turn)
				if m := s.members[c]; m != nil {
					s.Block(m)
					s.Block(m)
					s.Served(m) // of what it took before it had enough
					want.turn, want.blocked = without(want.turn, c), append(want.blocked, c)
				}
			case 3:
				c := pick(want.arrived)
				waits := slices.Contains(want.blocked, c)
				if got := s.Resume(c); got != waits {
					t.Fatalf("seed %d, step %d: resume %v", seed, step, got)
				}
				if waits {
					want.turn, want.blocked = append(want.turn, c), without(want.blocked, c)
				}
			default:
				if m, _ := s.Next(); m != nil {
					s.Served(m)
					c := m.Consumer.(*named)
					want.turn = append(without(want.turn, c), c)
				}
			}
			compare(t, seed, step, &s, &want)
		}
	}
}

func compare(t *testing.T, seed int64, step int, s *Consumers, want *naive) {
	t.Helper()
	c, alone := want.next()
	if s.Single {
		c, alone = nil, false
		if len(want.arrived) > 0 && slices.Contains(want.turn, s.active.Consumer.(*named)) {
			c, alone = s.active.Consumer.(*named), true
		}
	}
	m, gotAlone := s.Next()
	switch {
	case c == nil && m != nil, c != nil && (m == nil || m.Consumer != c || gotAlone != alone):
		t.Fatalf("seed %d, step %d: next is %+v (alone %v), want %+v (%v)", seed, step, m, gotAlone, c, alone)
	}
	var each []*named
	s.Each(func(m *Member) { each = append(each, m.Consumer.(*named)) })
	if !slices.Equal(each, want.arrived) || s.Len() != len(want.arrived) {
		t.Fatalf("seed %d, step %d: %d consumers, want %d", seed, step, len(each), len(want.arrived))
	}
}

// TestSingleActiveFailover: the one that came first of those that are left.
func TestSingleActiveFailover(t *testing.T) {
	s := Consumers{Single: true}
	cs := []*named{{0}, {1}, {2}}
	for i, c := range cs {
		if err := s.Add(c, ConsumeOptions{Priority: i}, Declaration{}); err != nil {
			t.Fatal(err)
		}
	}
	for i, c := range cs {
		if m, alone := s.Next(); m == nil || m.Consumer != c || !alone {
			t.Fatalf("%d: next is %+v, alone %v", i, m, alone)
		}
		s.Served(s.members[c])
		s.Block(s.members[c])
		if m, _ := s.Next(); m != nil {
			t.Fatalf("%d: another is served while the active one has no credit", i)
		}
		s.Remove(c)
	}
	if m, _ := s.Next(); m != nil || len(s.groups) != 0 {
		t.Errorf("next is %+v, %d groups", m, len(s.groups))
	}
}
