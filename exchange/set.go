package exchange

import "slices"

// Set collects destinations, each once, in the order they were added. The
// zero value is empty. It is reused from message to message by one goroutine,
// and lends routers the memory they need for one Route.
type Set struct {
	to        distinct[Destination]
	positions []int             // topic
	keys      distinct[*values] // headers, and the next two
	found     distinct[*pair]
	passed    distinct[*rule]
}

// Add puts d into the set; false when it was there already.
func (s *Set) Add(d Destination) bool { return s.to.add(d) }

// addAll adds the destinations of l, which are distinct.
func (s *Set) addAll(l *list[Destination]) {
	slots := l.view()
	if len(s.to.list) == 0 { // the usual case: nothing to compare with
		s.to.list = slices.Grow(s.to.list, len(slots))
		for i := range slots {
			if it := slots[i].Load(); it != nil {
				s.to.append(it.value)
			}
		}
		return
	}
	for i := range slots {
		if it := slots[i].Load(); it != nil {
			s.to.add(it.value)
		}
	}
}

// List is what was added so far, in order. It is valid until Reset; Add may
// make it incomplete.
func (s *Set) List() []Destination { return s.to.list }

// Len is how many destinations the set holds.
func (s *Set) Len() int { return len(s.to.list) }

// Reset empties the set and keeps its memory.
func (s *Set) Reset() { s.to.reset() }
