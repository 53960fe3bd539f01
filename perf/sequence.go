package perf

// maxWindow bounds how far messages of a lane may be apart, so that one that
// comes late is known.
const maxWindow = 1 << 20

// sequence remembers which messages of a lane came out of a queue: all below
// base but missing ones, and above it those in the bitmap.
//
//	          base                    top
//	…  seen     | seen? seen? seen?    |   none seen
//
// Consumers may share a queue, and each be slow: a message that falls out of
// the window counts as missing, and a late one below it as one of those.
type sequence struct {
	base, top uint64
	missing   uint64   // below base
	seen      []uint64 // a ring of bits, as long as needed; a power of two
}

// enter notes the message with the number seq, which is given modulo 2^32. It
// is false when that came before.
func (s *sequence) enter(seq uint32) (first bool) {
	n := int64(s.top) + int64(int32(seq-uint32(s.top)))
	switch {
	case n < int64(s.base):
		first = s.missing > 0
		if first {
			s.missing--
		}
		return first
	case uint64(n) == s.top && s.base == s.top: // as nearly all do
		s.base, s.top = s.top+1, s.top+1
		return true
	case uint64(n) >= s.top:
		s.reach(uint64(n))
	case s.has(uint64(n)):
		return false
	}
	s.put(uint64(n))
	for s.base < s.top && s.take(s.base) {
		s.base++
	}
	return true
}

// reach makes room up to n, the highest yet.
func (s *sequence) reach(n uint64) {
	if n-s.base >= maxWindow {
		s.forget(n - maxWindow + 1)
	}
	for n-s.base >= uint64(len(s.seen))*64 {
		s.grow()
	}
	s.top = n + 1
}

// forget moves base up to where, and counts as missing what is not seen below.
func (s *sequence) forget(where uint64) {
	for s.base < min(where, s.top) {
		if !s.take(s.base) {
			s.missing++
		}
		s.base++
	}
	s.missing += where - s.base
	s.base, s.top = where, max(s.top, where)
}

func (s *sequence) grow() {
	wider := sequence{seen: make([]uint64, max(2*len(s.seen), 1))}
	for n := s.base; n < s.top; n++ {
		if s.has(n) {
			wider.put(n)
		}
	}
	s.seen = wider.seen
}

func (s *sequence) bit(n uint64) (word *uint64, mask uint64) {
	return &s.seen[n/64&uint64(len(s.seen)-1)], 1 << (n % 64)
}

func (s *sequence) has(n uint64) bool {
	word, mask := s.bit(n)
	return *word&mask != 0
}

func (s *sequence) put(n uint64) {
	word, mask := s.bit(n)
	*word |= mask
}

// take takes n out, and says whether it was in.
func (s *sequence) take(n uint64) bool {
	word, mask := s.bit(n)
	was := *word&mask != 0
	*word &^= mask
	return was
}
