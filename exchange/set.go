package exchange

// setLinear is the size from which membership is looked up in a map.
const setLinear = 16

// Set collects destinations, each once, in the order they were added. The
// zero value is empty. It is reused from message to message.
type Set struct {
	list []Destination
	seen map[Destination]struct{}
}

// Add puts d into the set; false when it was there already.
func (s *Set) Add(d Destination) bool {
	if s.has(d) {
		return false
	}
	s.list = append(s.list, d)
	if s.seen != nil && len(s.list) > setLinear {
		s.seen[d] = struct{}{}
	}
	return true
}

func (s *Set) has(d Destination) bool {
	if len(s.list) < setLinear {
		for _, x := range s.list {
			if x == d {
				return true
			}
		}
		return false
	}
	if len(s.seen) == 0 {
		if s.seen == nil {
			s.seen = make(map[Destination]struct{}, 4*setLinear)
		}
		for _, x := range s.list {
			s.seen[x] = struct{}{}
		}
	}
	_, ok := s.seen[d]
	return ok
}

// List is what was added so far, in order. It is valid until Reset.
func (s *Set) List() []Destination { return s.list }

// Len is how many destinations the set holds.
func (s *Set) Len() int { return len(s.list) }

// Reset empties the set and keeps its memory.
func (s *Set) Reset() {
	clear(s.list)
	s.list = s.list[:0]
	if len(s.seen) > 0 {
		clear(s.seen)
	}
}
