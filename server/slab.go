package server

import "github.com/hutchmq/hutchmq/message"

// slab cuts small pieces of memory from big ones, so that a message costs a
// fraction of an allocation. A slab lives as long as the last message in it;
// it is small so that one straggler does not hold much.
type slab struct {
	bytes    []byte
	messages []message.Message
}

const (
	slabBytes    = 16 << 10
	slabMessages = 16
	// slabLimit is the size from which a piece is allocated by itself.
	slabLimit = 2 << 10
)

// take is a piece of n bytes.
func (s *slab) take(n int) []byte {
	if n > slabLimit {
		return make([]byte, n)
	}
	if n > len(s.bytes) {
		s.bytes = make([]byte, slabBytes)
	}
	b := s.bytes[:n:n]
	s.bytes = s.bytes[n:]
	return b
}

// message is a new message.
func (s *slab) message() *message.Message {
	if len(s.messages) == 0 {
		s.messages = make([]message.Message, slabMessages)
	}
	m := &s.messages[0]
	s.messages = s.messages[1:]
	return m
}

// interner makes strings of bytes that come again and again, as exchange names
// and routing keys do, without allocating each time.
type interner struct {
	latest string
	known  map[string]string
}

// maxInterned bounds the memory: names are at most 255 bytes.
const maxInterned = 1024

func (n *interner) string(b []byte) string {
	if string(b) != n.latest {
		n.latest = n.find(b)
	}
	return n.latest
}

func (n *interner) find(b []byte) string {
	if s, ok := n.known[string(b)]; ok {
		return s
	}
	if n.known == nil || len(n.known) >= maxInterned {
		n.known = make(map[string]string, 16)
	}
	s := string(b)
	n.known[s] = s
	return s
}
